import { describe, expect, it } from 'vitest'
import { escapeControls } from './output'
import { shown, styleFor } from './style'

describe('text from an image in a terminal', () => {
  it.each([
    ['plain é 漢 🙂', 'plain é 漢 🙂'],
    ['a\nb\tc\r', 'a\\nb\\tc\\r'],
    ['\u001b[31mred\u009b0m\u007f', '\\x1b[31mred\\x9b0m\\x7f'],
    ['\u202eevil\u2066\u2028', '\\u202eevil\\u2066\\u2028'],
    ['\ud800', '\\ud800'],
  ])('%j', (text, expected) => {
    expect(escapeControls(text)).toBe(expected)
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
