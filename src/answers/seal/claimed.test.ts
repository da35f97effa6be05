import { expect, it } from 'vitest'
import { claimedDigests } from './claimed'

const LONG = 'a'.repeat(128)
const SHORT = 'b'.repeat(64)

/** As composefs-boot splits and reads a command line; the deciding digest comes first. */
it.each([
  ['composefs=L', ['composefs sha512 L']],
  ['rw\tcomposefs=?L\n', ['composefs sha512 ?L']],
  ['composefs="L"', ['composefs null "L"']],
  ['composefs="?L"', ['composefs null "?L"']],
  ['composefs=??L', ['composefs null ??L']],
  ['"composefs=L"', []],
  ['composefs', []],
  ['composefs=', ['composefs null ']],
  ['a="b composefs=L"', []],
  ['composefs.digest="v1-sha512-12:L"', ['composefs.digest null "v1-sha512-12:L"']],
  ['composefs=L composefs.digest=v1-sha512-12:L', ['composefs.digest sha512 L', 'composefs sha512 L']], // prettier-ignore
  ['composefs=?L composefs.digest=v1-sha256-12:S', ['composefs sha512 ?L', 'composefs.digest sha256 S']], // prettier-ignore
  ['composefs.digest=v1-sha256-12:S composefs.digest=v2-sha512-12:L', ['composefs.digest sha512 L', 'composefs.digest sha256 S']], // prettier-ignore
  ['composefs.digest=v1-sha256-12:S composefs.digest=x composefs=L', ['composefs.digest null x', 'composefs.digest sha256 S', 'composefs sha512 L']], // prettier-ignore
  ['composefs.digest=?v1-sha256-12:S', ['composefs.digest sha256 ?S']],
])('%s', (cmdline, expected) => {
  const full = cmdline.replaceAll('L', LONG).replaceAll('S', SHORT)
  const found = claimedDigests(full).map(
    ({ form, algorithm, digest, optional }) =>
      `${form} ${algorithm ?? 'null'} ${optional ? '?' : ''}${digest}`,
  )
  expect(found).toEqual(expected.map((text) => text.replaceAll('L', LONG).replaceAll('S', SHORT)))
})
