import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { sha256Hex } from './sha256'
import { sha512 } from './sha512'
import { isHashedPassword, saltFrom, sha512Crypt } from './sha512-crypt'

const SIZES = [0, 1, 55, 56, 63, 64, 65, 111, 112, 119, 127, 128, 129, 1000, 100_003]

function sample(size: number): Uint8Array {
  return Uint8Array.from({ length: size }, (_, i) => (i * 131 + (i >> 3)) & 0xff)
}

describe.each(SIZES)('%i bytes', (size) => {
  it('SHA-256', () =>
    expect(sha256Hex(sample(size))).toBe(createHash('sha256').update(sample(size)).digest('hex')))
  it('SHA-512', () =>
    expect(Buffer.from(sha512(sample(size))).toString('hex')).toBe(
      createHash('sha512').update(sample(size)).digest('hex'),
    ))
})

describe('SHA-512-crypt', () => {
  it.each([
    // the output of crypt(3), libxcrypt 4.4
    [
      'Hello world!',
      'saltstring',
      '$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1',
    ],
    [
      '',
      '0123456789abcdef',
      '$6$0123456789abcdef$F2ysjt5Ng5qVz2/gDtbz.ycdictosXpZ7Xsgu8PlbAws/.ekNFWz9XrSKXBI0tVYfdxX.nsVfGs7qe4jMrOWH0',
    ],
    [
      'pässwörd'.repeat(20),
      './zZ',
      '$6$./zZ$6K6tDMkN9VYBEbTa/gjCVapY9HD4tWh5wnv2i4QZxKH5WZYYpzHl40BAJIvAXLhfIVky1lZWb7fDeCcp0RjO81',
    ],
  ])('%j', (password, salt, expected) => expect(sha512Crypt(password, salt)).toBe(expected))

  it('knows the hashes image-builder takes as they are', () => {
    expect(['$6$a$b', '$5$a$b', '$2b$a', '$y$j9T$', 'plain'].map(isHashedPassword)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ])
  })

  it('makes the same salt from the same text', () => {
    expect(saltFrom('7 core')).toBe(saltFrom('7 core'))
    expect(saltFrom('7 core')).toMatch(/^[./0-9A-Za-z]{16}$/)
  })
})
