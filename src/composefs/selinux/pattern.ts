import { RE2JS } from 're2js'
import { SealscopeError } from '../../bytes/error'

/**
 * `hybrid`: the Rust syntax, in which a dot matches a line break, with PCRE2 behind it; `pcre2`:
 * PCRE2 alone, as composefs-rs had it in 2026-06 (bootc 1.16.0 to 1.16.3).
 */
export type Engine = 'hybrid' | 'pcre2'

/** Tests a whole key: the path and one letter for its type. */
export type KeyTest = (key: string) => boolean

const LITERAL = /[A-Za-z0-9_/@%,:~=;<>&"'!#`-]/
/** One unbounded repetition of a single character or class cannot backtrack badly. */
const SIMPLE =
  /^(?:[A-Za-z0-9_/@%,:~=;-]|\\[.+\-*?()[\]{}|$^/]|\[[A-Za-z0-9_\-.^/]*[A-Za-z0-9_./]\]|\.)*$/

/**
 * Compiles one file_contexts expression with its type letter (`.` for any), as composefs-boot selabel.rs does:
 * the Rust regex syntax, and PCRE2 where that syntax does not know the expression. Expressions run in
 * linear time (RE2), simple ones natively; look-around and the like run natively when their
 * repetitions cannot multiply. Anything else is an error that names the expression.
 */
export function compilePattern(expression: string, type: string, engine: Engine): KeyTest {
  const whole = `^(${expression})${type === '-' ? '\\-' : type}$`
  const flags = engine === 'hybrid' ? 's' : ''
  if (isSimple(expression)) {
    const native = new RegExp(flags === '' ? translate(whole) : whole, flags)
    return (key) => native.test(key)
  }
  const linear = compileLinear(whole, engine)
  if (linear !== null) return linear
  return compileNative(expression, whole)
}

/** The text with which every match begins, for an index; stops at the first special character. */
export function literalPrefix(expression: string): string {
  if (expression.includes('|')) return ''
  let prefix = ''
  let at = expression.startsWith('^') ? 1 : 0
  for (; at < expression.length; at++) {
    let char = expression[at] ?? ''
    let next = at + 1
    if (char === '\\' && /[.+\-*?()[\]{}|$^/]/.test(expression[next] ?? '')) {
      char = expression[next] ?? ''
      next++
    } else if (!LITERAL.test(char)) break
    if (/[*?{]/.test(expression[next] ?? '')) break
    prefix += char
    at = next - 1
  }
  return prefix
}

function isSimple(expression: string): boolean {
  const body = expression.endsWith('(/.*)?') ? expression.slice(0, -6) : expression
  const single = body.endsWith('.*') ? body.slice(0, -2) : body
  if (body !== expression && single !== body) return false
  return SIMPLE.test(single)
}

function compileLinear(whole: string, engine: Engine): KeyTest | null {
  try {
    const pattern = RE2JS.compile(collapse(whole), engine === 'hybrid' ? RE2JS.DOTALL : 0)
    return (key) => pattern.test(key)
  } catch {
    return null
  }
}

/** The Rust syntax takes `x++` as `(x+)+`, which RE2 refuses and which matches what `x+` matches. */
function collapse(text: string): string {
  const tokens = text.match(/\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]\\])*\]|[^]/g) ?? []
  const result: string[] = []
  for (const token of tokens) {
    const last = result.at(-1) ?? ''
    const both = last + token
    if (/^[*+?][*+]$/.test(both)) result[result.length - 1] = both === '++' ? '+' : '*'
    else result.push(token)
  }
  return result.join('')
}

/** PCRE2 constructs in JavaScript's syntax; without the dot-all flag of the linear engine. */
function compileNative(expression: string, whole: string): KeyTest {
  const text = translate(whole)
  const repetitions = text.replace(/\\.|\[[^\]]*\]/g, '_').match(/[*+]|\{\d+,\}/g)?.length ?? 0
  if (repetitions > 3 || /[*+}]\)[*+{]/.test(text)) throw untranslatable(expression)
  try {
    const native = new RegExp(text)
    return (key) => native.test(key)
  } catch (cause) {
    throw untranslatable(expression, cause)
  }
}

function translate(whole: string): string {
  let groups = 0
  return whole
    .replace(/(\\[^]|\[\^?\]?(?:\\[^]|\[:\w+:\]|[^\]])*\])|\./g, (_, kept) => kept ?? '[^\\n]')
    .replace(/\\1(?![0-9])/g, '(?!)')
    .replace(/\(\?>([^()]*)\)/g, (_, body: string) => `(?=(?<a${++groups}>${body}))\\k<a${groups}>`)
}

function untranslatable(expression: string, cause?: unknown): SealscopeError {
  return new SealscopeError({
    code: 'selinux-pattern',
    what: `the SELinux expression ${JSON.stringify(expression)} cannot be evaluated safely here`,
    cause,
  })
}
