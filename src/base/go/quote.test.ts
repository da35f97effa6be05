import { expect, it } from 'vitest'
import { goQuote, goQuoteAscii } from './quote'

it.each([
  ['plain', '"plain"', '"plain"'],
  ['a"b\\c', '"a\\"b\\\\c"', '"a\\"b\\\\c"'],
  ['\n\u0001\u007f', '"\\n\\x01\\x7f"', '"\\n\\x01\\x7f"'],
  ['grüße', '"grüße"', '"gr\\u00fc\\u00dfe"'],
  ['\u00a0', '"\\u00a0"', '"\\u00a0"'],
  ['😀', '"😀"', '"\\U0001f600"'],
])('quotes %j', (text, quoted, ascii) => {
  expect(goQuote(text)).toBe(quoted)
  expect(goQuoteAscii(text)).toBe(ascii)
})
