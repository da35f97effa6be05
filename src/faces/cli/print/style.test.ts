import { describe, expect, it } from 'vitest'
import { visible } from '../../../base/escape'
import { shown, styleFor } from './style'

describe('text from an image in a terminal', () => {
  it.each([
    ['plain é 漢 🙂', 'plain é 漢 🙂'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u001b[31mred\u009b0m\u007f', '\\x1b[31mred\\x9b0m\\x7f'],
    ['\u202eevil\u2066\u2028', '\\u202eevil\\u2066\\u2028'],
    ['\ud800', '\\ud800'],
    ['a\u061cb\u200bc\ufeffd\u00ade\u2060\u3164', 'a\\u061cb\\u200bc\\ufeffd\\xade\\u2060\\u3164'],
    ['\u{e0041}\u{1d173}', '\\u{e0041}\\u{1d173}'],
  ])('%j', (text, expected) => {
    expect(visible(text)).toBe(expected)
  })

  it('is cut', () => {
    expect(shown('x'.repeat(500), 10)).toBe(`${'x'.repeat(9)}…`)
  })
})

describe('colour', () => {
  it.each([
    [true, {}, '\u001b[31mno\u001b[0m'],
    [false, {}, 'no'],
    [true, { NO_COLOR: '1' }, 'no'],
    [true, { NO_COLOR: '' }, '\u001b[31mno\u001b[0m'],
    [true, { TERM: 'dumb' }, 'no'],
  ])('terminal %j, %j', (isTerminal, environment, expected) => {
    expect(styleFor(isTerminal, environment).bad('no')).toBe(expected)
  })
})
