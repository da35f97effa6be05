import { SealscopeError } from '../../../base/error'
import { concat, isRegular, type Ast } from './regex/ast'
import { setOf } from './regex/byte-set'
import { parsePcre } from './regex/pcre-syntax'
import { PatternError } from './regex/reader'
import { parseRust } from './regex/rust-syntax'

/**
 * `hybrid`: the syntax of Rust's regex-automata, and PCRE2 for what it refuses (composefs-boot since
 * 2026-06-25); `pcre2`: PCRE2 alone, as composefs-rs 0.7.0 had it.
 */
export type Engine = 'hybrid' | 'pcre2'

const NESTED_LIMIT = 64 * 1024

/**
 * Parses one file_contexts expression with its type letter (`.` for any) as composefs-boot
 * selabel.rs wraps it. The expression is given as text, since Rust's syntax reads characters and PCRE2
 * bytes. Throws a `SealscopeError` that names an expression which neither takes, or which cannot
 * be evaluated here in bounded time.
 */
export function parsePattern(expression: string, type: string, engine: Engine): Ast {
  const whole = `^(${expression})${type}$`
  if (expression.length > NESTED_LIMIT) {
    throw untranslatable(expression, new PatternError('the expression is too long', true))
  }
  if (engine === 'hybrid') {
    const ast = attempt(() => parseRust(whole))
    if (!(ast instanceof PatternError)) return wholeText(ast)
    if (ast.unsupported) throw untranslatable(expression, ast)
  }
  const ast = attempt(() => parsePcre(utf8Bytes(whole)))
  if (ast instanceof PatternError) throw untranslatable(expression, ast)
  const search = isAnchored(ast) ? ast : concat([anyBytes(), ast])
  return isRegular(search) ? wholeText(search) : search
}

/** PCRE2 searches the whole text, so an alternative outside of the wrapping group may match anywhere. */
function isAnchored(ast: Ast): boolean {
  const first = ast.kind === 'concat' ? ast.items[0] : undefined
  return first?.kind === 'assert' && first.at === 'start'
}

function anyBytes(): Ast {
  const item: Ast = { kind: 'bytes', set: setOf([0, 255]) }
  return { kind: 'repeat', item, min: 0, max: null, lazy: false }
}

function attempt(parse: () => Ast): Ast | PatternError {
  try {
    return parse()
  } catch (thrown) {
    if (thrown instanceof PatternError) return thrown
    throw thrown
  }
}

/** Unbalanced parentheses may close the wrapping group, so that a match need not end with the text. */
function wholeText(ast: Ast): Ast {
  const last = ast.kind === 'concat' ? ast.items.at(-1) : undefined
  if (last?.kind === 'assert' && last.at === 'end') return ast
  return concat([ast, anyBytes()])
}

/** The UTF-8 bytes of a text, one character per byte. */
export function utf8Bytes(text: string): string {
  if (/^[\0-\x7f]*$/.test(text)) return text
  let bytes = ''
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return bytes
}

/** The error for an expression; `unsupported` tells ours from the original's own. */
export function untranslatable(expression: string, cause: PatternError): SealscopeError {
  const shown = JSON.stringify(expression.slice(0, 200))
  return new SealscopeError({
    code: 'selinux-pattern',
    what: cause.unsupported
      ? `the SELinux expression ${shown} cannot be evaluated here: ${cause.message}`
      : `Compiling PCRE2 regex: the SELinux expression ${shown} is wrong: ${cause.message}`,
    cause,
  })
}
