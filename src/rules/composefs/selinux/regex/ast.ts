import { foldCase, setOf, type ByteSet } from './byte-set'

/** What an assertion asks of the bytes around a position. */
export type Assertion =
  | 'start'
  | 'end'
  | 'line-start'
  | 'line-end'
  | 'word-boundary'
  | 'no-word-boundary'
  | 'word-start'
  | 'word-end'
  | 'word-start-half'
  | 'word-end-half'

/** A regular expression over bytes. */
export type Ast =
  | { kind: 'empty' }
  | { kind: 'never' }
  | { kind: 'bytes'; set: ByteSet }
  | { kind: 'concat'; items: Ast[] }
  | { kind: 'either'; items: Ast[] }
  | { kind: 'repeat'; item: Ast; min: number; max: number | null; lazy: boolean }
  | { kind: 'assert'; at: Assertion }
  /** Look-ahead and look-behind; look-behind knows the lengths it may have. */
  | { kind: 'look'; item: Ast; behind: { min: number; max: number } | null; negative: boolean }
  /** Matched as if it stood alone: its first way to match is final. */
  | { kind: 'atomic'; item: Ast }

export const EMPTY: Ast = { kind: 'empty' }
export const NEVER: Ast = { kind: 'never' }

const SINGLE: readonly Ast[] = Array.from({ length: 256 }, (_, byte) => ({
  kind: 'bytes',
  set: setOf([byte, byte]),
}))
const FOLDED: readonly Ast[] = Array.from({ length: 256 }, (_, byte) => ({
  kind: 'bytes',
  set: foldCase(setOf([byte, byte])),
}))

/** The expression for one byte, in both cases when asked for. Shared, since most of a policy is literal. */
export function oneByte(byte: number, fold: boolean): Ast {
  return (fold ? FOLDED : SINGLE)[byte] ?? NEVER
}

export function concat(items: Ast[]): Ast {
  const [only] = items
  if (only === undefined) return EMPTY
  return items.length === 1 ? only : { kind: 'concat', items }
}

export function either(items: Ast[]): Ast {
  const [only] = items
  return items.length === 1 && only !== undefined ? only : { kind: 'either', items }
}

/** True when the expression describes a regular language: no look-around, nothing atomic. */
export function isRegular(ast: Ast): boolean {
  switch (ast.kind) {
    case 'look':
    case 'atomic':
      return false
    case 'concat':
    case 'either':
      return ast.items.every(isRegular)
    case 'repeat':
      return isRegular(ast.item)
    default:
      return true
  }
}

/** The fewest and most bytes an expression can match; null: no limit. */
export function lengthOf(ast: Ast): { min: number; max: number | null } {
  switch (ast.kind) {
    case 'bytes':
      return { min: 1, max: 1 }
    case 'concat': {
      const lengths = ast.items.map(lengthOf)
      return {
        min: lengths.reduce((sum, { min }) => sum + min, 0),
        max: lengths.reduce<number | null>((sum, { max }) => add(sum, max), 0),
      }
    }
    case 'either': {
      const lengths = ast.items.map(lengthOf)
      const maxima = lengths.map(({ max }) => max)
      return {
        min: Math.min(...lengths.map(({ min }) => min)),
        max: maxima.includes(null) ? null : Math.max(...maxima.map((max) => max ?? 0)),
      }
    }
    case 'repeat': {
      const { min, max } = lengthOf(ast.item)
      return { min: min * ast.min, max: max === 0 ? 0 : times(max, ast.max) }
    }
    case 'atomic':
      return lengthOf(ast.item)
    default:
      return { min: 0, max: 0 }
  }
}

function add(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a + b
}

function times(a: number | null, b: number | null): number | null {
  return a === null || b === null ? null : a * b
}
