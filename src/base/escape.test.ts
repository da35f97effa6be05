import { execFileSync } from 'node:child_process'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import {
  markdownCode,
  markdownText,
  plainJson,
  plainLine,
  shellWord,
  systemdField,
  tomlString,
  visibleLines,
} from './escape'

const HOSTILE = [
  '',
  'plain',
  "it's",
  '$(id) `id` "x" \\ !',
  'a\nb',
  '%h %% 100%',
  'tab\there',
  '-rf',
  'grüße 😀',
]

describe('values of a user inside other languages', () => {
  it.each(HOSTILE)('%j is one word of a shell', (text) => {
    const printed = execFileSync('sh', ['-c', `printf %s ${shellWord(text)}`]).toString()
    expect(printed).toBe(text)
  })

  it.each(HOSTILE)('%j is a string of TOML', (text) => {
    expect(parse(`x = ${tomlString(text)}`)['x']).toBe(text)
  })

  it.each([
    ['plain', 'plain'],
    ['a b', '"a b"'],
    ['100%', '100%%'],
    ['say "x" \\', '"say \\"x\\" \\\\"'],
    ['a\nb', '"a\\nb"'],
    ['', '""'],
  ])('%j is one field of a systemd line', (text, field) => {
    expect(systemdField(text)).toBe(field)
  })

  it.each([
    '[x](javascript:alert(1))',
    '<img src=x onerror=alert(1)>',
    '| a | b |',
    '**bold** _it_ ~~no~~ `code`',
    '# heading\n- list',
  ])('%j is no markup of Markdown', (text) => {
    const shown = markdownText(text)
    expect(shown).not.toMatch(/(^|[^\\])[[\]<>|*_`#~]/)
    expect(shown).not.toContain('\n')
  })

  it('mentions nobody and links nothing', () => {
    expect(markdownText('@team https://x.example www.x.example')).toBe(
      '@\u200bteam https:\u200b//x.example www\u200b.x.example',
    )
  })

  it.each([
    ['a', '`a`'],
    ['a`b', '``a`b``'],
    ['`', '`` ` ``'],
    ['a|b', '`a\\|b`'],
    ['', ''],
  ])('%j as code of Markdown', (text, code) => {
    expect(markdownCode(text)).toBe(code)
  })

  it('shows a value in one line of bounded length', () => {
    expect(plainLine('a\u001b[31m\r\nb\u2028c')).toBe('a [31m b c')
    expect(plainLine('x'.repeat(100))).toHaveLength(60)
    expect(plainLine('\u202egnp.exe\u200b\u{e0041}')).toBe('gnp.exe')
  })
})

describe('a document on a terminal', () => {
  const value = { a: '\u009b31m\u202e\u061c\u{e0041}\u2028ü日\n', b: ['\ufeff\u007f'] }

  it('is read as the same, and obeyed by nobody', () => {
    const text = plainJson(JSON.stringify(value, null, 2))
    expect(JSON.parse(text)).toEqual(value)
    expect(text).not.toMatch(/[\u007f-\u009f\u202e\u061c\u2028\ufeff]|\u{e0041}/u)
    expect(text).toContain('ü日')
  })

  it('keeps the lines of a text of several', () => {
    expect(visibleLines('a\n\tb\r\u001b')).toBe('a\n\tb\\r\\x1b')
  })
})
