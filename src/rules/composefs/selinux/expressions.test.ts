import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../../base/error'
import { readFixture } from '../testing/golden'
import { SpecMatcher } from './matcher'
import type { Engine } from './pattern'

/** Bits in hex, one for each key, as regex-automata 0.4 and PCRE2 10.46 answer; null: they refuse it. */
type Answer = string | null

/** Expressions of a real policy, and others made at random, with paths that end in their type letter. */
const { keys, cases } = readFixture<{ keys: string[]; cases: [string, string, Answer, Answer][] }>(
  new URL('../fixtures/selinux-expressions.json.gz', import.meta.url),
)

function answer(engine: Engine, expression: string, type: string): Answer {
  try {
    const matcher = new SpecMatcher([{ expression, type, context: 'x' }], engine)
    return hexOf(keys.map((key) => matches(matcher, key)))
  } catch (thrown) {
    expect(thrown).toBeInstanceOf(SealscopeError)
    expect((thrown as SealscopeError).message).toContain('the SELinux expression')
    return null
  }
}

function matches(matcher: SpecMatcher, key: string): boolean {
  const path = key.slice(0, -1)
  return matcher.label(matcher.enter(path), path, key.slice(-1)) !== null
}

function hexOf(bits: readonly boolean[]): string {
  const digits = bits.map((bit) => (bit ? '1' : '0')).join('')
  return (digits.match(/.{4}/g) ?? []).map((four) => parseInt(four, 2).toString(16)).join('')
}

describe('expressions of file_contexts', () => {
  it.each(['hybrid', 'pcre2'] as const)('mean what they mean to %s', (engine) => {
    const wrong = cases.filter(([expression, type, hybrid, pcre2]) => {
      const expected = engine === 'hybrid' ? hybrid : pcre2
      return answer(engine, expression, type) !== expected
    })
    expect(wrong).toEqual([])
    expect(cases.length * keys.length).toBeGreaterThan(100_000)
  })

  it.each(['\\p{L}', '\\Ka', '\\X', '(*ACCEPT)a', '(a)(?R)?', '(?(1)a|b)', '(a)\\2', '(?u)é'])(
    '%s is named, since it cannot be evaluated here',
    (expression) => {
      const make = () => new SpecMatcher([{ expression, type: '.', context: 'x' }], 'hybrid')
      expect(make).toThrow(`the SELinux expression ${JSON.stringify(expression)} cannot be`)
    },
  )
})

describe('expressions that make other engines backtrack without end', () => {
  const text = 'a'.repeat(3000)

  it.each(['(a+)+b', '(a|a)*b', '(a*)*b', '(.*.*)*x', '(a?){50}a{50}b', '((a{0,20}){0,20})*b'])(
    '%s is linear',
    (expression) => {
      const matcher = new SpecMatcher([{ expression, type: '.', context: 'x' }], 'hybrid')
      expect(matches(matcher, `${text}c-`)).toBe(false)
    },
  )

  it.each(['(?=a)(a+)+b', '((?!b)a+)+b', '(?>a|aa)+b', '(a|a)*+(a|a)*b', '(?<=a)?(a+a+)+b'])(
    '%s is answered, or given up with its name',
    (expression) => {
      const matcher = new SpecMatcher([{ expression, type: '.', context: 'x' }], 'hybrid')
      try {
        expect(matches(matcher, `${text}c-`)).toBe(false)
      } catch (thrown) {
        expect((thrown as SealscopeError).message).toContain(JSON.stringify(expression))
      }
    },
  )

  it('a whole policy of them is linear, too', () => {
    const specs = Array.from({ length: 200 }, (_, at) => ({
      expression: `/(a+)+[b${at % 10}]{0,${at}}z`,
      type: '.',
      context: `label-${at}`,
    }))
    const matcher = new SpecMatcher(specs, 'hybrid')
    expect(matches(matcher, `/${text}-`)).toBe(false)
    const path = `/${text}z`
    expect(matcher.label(matcher.enter(path), path, '-')).toBe('label-199')
  })
})
