import type { Assertion, Ast } from './ast'
import type { ByteSet } from './byte-set'
import { PatternError } from './reader'

/** States that one expression may have; a counted repetition is written out. */
const STATE_LIMIT = 1 << 18
/** States that all expressions of one policy may have. */
const TOTAL_LIMIT = 1 << 23

export const OP = { set: 0, split: 1, assert: 2, accept: 3, fail: 4 } as const

export const ASSERTIONS: readonly Assertion[] = [
  'start',
  'end',
  'line-start',
  'line-end',
  'word-boundary',
  'no-word-boundary',
  'word-start',
  'word-end',
  'word-start-half',
  'word-end-half',
]

/**
 * Thompson's automaton for many expressions. Each state has an operation, a next state `to` and an
 * argument: the other branch of a split, the index of a byte set or an assertion, or what is accepted.
 */
export class Nfa {
  readonly op: number[] = []
  readonly to: number[] = []
  readonly arg: number[] = []
  readonly sets: ByteSet[] = []
  /** Where each expression begins. */
  readonly starts: number[] = []
  private readonly setIndex = new Map<ByteSet, number>()

  /** Adds a regular expression that must match a whole text; throws `PatternError` when it is too large. */
  add(ast: Ast, accept: number): void {
    const limit = this.op.length + STATE_LIMIT
    const accepting = this.push(OP.accept, 0, accept)
    const end = this.push(OP.assert, accepting, ASSERTIONS.indexOf('end'))
    this.starts.push(this.compile(ast, end, Math.min(limit, TOTAL_LIMIT)))
  }

  private push(op: number, to: number, arg: number): number {
    this.op.push(op)
    this.to.push(to)
    this.arg.push(arg)
    return this.op.length - 1
  }

  /** Builds from the end to the beginning, so that every next state exists already. */
  private compile(ast: Ast, next: number, limit: number): number {
    if (this.op.length > limit) throw new PatternError('the expression is too large', true)
    switch (ast.kind) {
      case 'empty':
        return next
      case 'bytes':
        return this.push(OP.set, next, this.indexOf(ast.set))
      case 'assert':
        return this.push(OP.assert, next, ASSERTIONS.indexOf(ast.at))
      case 'concat': {
        let at = next
        for (let i = ast.items.length - 1; i >= 0; i--) {
          const item = ast.items[i]
          if (item !== undefined) at = this.compile(item, at, limit)
        }
        return at
      }
      case 'either': {
        let at = -1
        for (let i = ast.items.length - 1; i >= 0; i--) {
          const item = ast.items[i]
          if (item === undefined) continue
          const branch = this.compile(item, next, limit)
          at = at < 0 ? branch : this.push(OP.split, branch, at)
        }
        return at < 0 ? next : at
      }
      case 'repeat':
        return this.repeat(ast, next, limit)
      default:
        // A lone state nothing leaves: what cannot match, and what is no regular language.
        return this.push(OP.fail, 0, 0)
    }
  }

  private repeat(ast: Extract<Ast, { kind: 'repeat' }>, next: number, limit: number): number {
    let at = next
    if (ast.max === null) {
      const loop = this.push(OP.split, 0, next)
      this.to[loop] = this.compile(ast.item, loop, limit)
      at = loop
    } else {
      for (let left = ast.max - ast.min; left > 0; left--) {
        at = this.push(OP.split, this.compile(ast.item, at, limit), next)
        if (this.op.length > limit) break
      }
    }
    for (let left = ast.min; left > 0; left--) {
      const before = this.op.length
      at = this.compile(ast.item, at, limit)
      // Something empty stays empty however often it is repeated.
      if (this.op.length === before) break
    }
    return at
  }

  private indexOf(set: ByteSet): number {
    const known = this.setIndex.get(set)
    if (known !== undefined) return known
    this.sets.push(set)
    this.setIndex.set(set, this.sets.length - 1)
    return this.sets.length - 1
  }
}
