import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { inlineContent } from './content'
import { isHashedPassword, saltFrom, sha512Crypt } from './sha512-crypt'

it('inlines a text as its bytes in base64 with their SHA-256', () => {
  const text = 'pässwörd\n'.repeat(3000)
  expect(inlineContent(text)).toEqual({
    sha256: createHash('sha256').update(text).digest('hex'),
    base64: Buffer.from(text).toString('base64'),
  })
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
