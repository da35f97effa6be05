import { expect, it } from 'vitest'
import { trimEnd } from './trim'

it('takes away what stands at the end, and only there', () => {
  expect(trimEnd('/a//b///', '/')).toBe('/a//b')
  expect(trimEnd(' a \t ', ' \t')).toBe(' a')
  expect(trimEnd('\0\0', '\0')).toBe('')
  expect(trimEnd('', '/')).toBe('')
  expect(trimEnd('a', '')).toBe('a')
})

it('does not mind a megabyte of them in the middle', () => {
  const text = `${'/'.repeat(1 << 20)}x`
  expect(trimEnd(text, '/')).toBe(text)
})
