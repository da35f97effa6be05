import { expect, it } from 'vitest'
import { trimBoth, trimEnd, trimSpace } from './trim'

it('takes away what stands at the end, and only there', () => {
  expect(trimEnd('/a//b///', '/')).toBe('/a//b')
  expect(trimEnd(' a \t ', ' \t')).toBe(' a')
  expect(trimEnd('\0\0', '\0')).toBe('')
  expect(trimEnd('', '/')).toBe('')
  expect(trimEnd('a', '')).toBe('a')
  expect(trimBoth('""a"b"', '"')).toBe('a"b')
  expect(trimBoth('""', '"')).toBe('')
})

it('does not mind a megabyte of them in the middle', () => {
  const text = `${'/'.repeat(1 << 20)}x`
  expect(trimEnd(text, '/')).toBe(text)
})

it('knows all white space of Unicode', () => {
  for (let code = 0; code < 0x1_0000; code++) {
    const char = String.fromCharCode(code)
    expect(trimSpace(`${char}a${char}`) === 'a').toBe(/\p{White_Space}/u.test(char))
  }
})
