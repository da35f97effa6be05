import { expect, it } from 'vitest'
import { bootcSeed, fnv1 } from './seed'

it.each([
  ['x86_64bootc-test-os-1', 3667731644245166335n],
  ['aarch64bootc-test-os-1', 6572828748484115613n],
  ['x86_64bootc-fedora-43', -310009913131561019n],
  ['x86_64bootc-centos-10', -3750330965165547404n],
  ['x86_64bootc-rhel-10.1', -696073674658812112n],
])('images 0.274 adds the hash of %s to its seed', (name, hash) => {
  expect(fnv1(name)).toBe(hash)
  expect(bootcSeed(hash, name)).toBe(0n)
})
