import { expect, it } from 'vitest'
import { parseSeed } from './options'
import { bootcSeed, fnv1, signed64 } from './seed'

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

it.each([
  ['-9223372036854775808', -(2n ** 63n)],
  ['9223372036854775807', 2n ** 63n - 1n],
  ['9223372036854775808', null],
  ['+1', null],
  ['', null],
])('%j as signed 64-bit number', (text, value) => {
  expect(signed64(text)).toBe(value)
})

it.each([
  [' +5 ', 5n],
  ['-5', -5n],
  ['+-5', null],
  ['0x5', null],
])('%j as option', (text, value) => {
  const seed = parseSeed(text)
  expect(seed.ok ? seed.value : null).toBe(value)
})
