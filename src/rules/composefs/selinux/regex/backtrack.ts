import type { Assertion, Ast } from './ast'
import { isWordByte, type ByteSet } from './byte-set'
import { PatternError } from './reader'

const STATE_LIMIT = 1 << 16
/** Steps that one text may take; PCRE2 gives up earlier, at ten million by default. */
const STEP_LIMIT = 20_000_000

type Node =
  | { op: 'set'; set: ByteSet; to: number }
  | { op: 'split'; to: number; other: number }
  | { op: 'assert'; at: Assertion; to: number }
  | { op: 'look'; start: number; behind: { min: number; max: number } | null; negative: boolean; to: number } // prettier-ignore
  | { op: 'atomic'; start: number; to: number }
  | { op: 'match' }
  | { op: 'fail' }

/**
 * An expression with look-around, atomic groups or possessive repetition. It is searched in the order
 * of a backtracking engine, but no state is entered twice at one position, so that the cost is at
 * most states × bytes (× bytes for what is looked around).
 */
export class Backtracker {
  private readonly nodes: Node[] = []
  private readonly start: number
  private steps = 0

  constructor(ast: Ast) {
    this.start = this.compile(ast, this.push({ op: 'match' }))
  }

  /** Does the expression match at the start of the text? Throws `PatternError` when it takes too long. */
  test(text: string): boolean {
    this.steps = 0
    return this.run(text, this.start, 0, null) !== null
  }

  private push(node: Node): number {
    if (this.nodes.length > STATE_LIMIT) throw new PatternError('the expression is too large', true)
    this.nodes.push(node)
    return this.nodes.length - 1
  }

  private compile(ast: Ast, to: number): number {
    switch (ast.kind) {
      case 'empty':
        return to
      case 'never':
        return this.push({ op: 'fail' })
      case 'bytes':
        return this.push({ op: 'set', set: ast.set, to })
      case 'assert':
        return this.push({ op: 'assert', at: ast.at, to })
      case 'concat':
        return ast.items.reduceRight((next, item) => this.compile(item, next), to)
      case 'either':
        return ast.items
          .map((item) => this.compile(item, to))
          .reduceRight((other, branch) => this.push({ op: 'split', to: branch, other }))
      case 'repeat':
        return this.repeat(ast, to)
      case 'look': {
        const { behind, negative } = ast
        const start = this.compile(ast.item, this.push({ op: 'match' }))
        return this.push({ op: 'look', start, behind, negative, to })
      }
      case 'atomic': {
        const start = this.compile(ast.item, this.push({ op: 'match' }))
        return this.push({ op: 'atomic', start, to })
      }
    }
  }

  private repeat(ast: Extract<Ast, { kind: 'repeat' }>, to: number): number {
    const { item, min, max, lazy } = ast
    const split = (body: number, after: number) =>
      this.push(lazy ? { op: 'split', to: after, other: body } : { op: 'split', to: body, other: after }) // prettier-ignore
    let at = to
    if (max === null) {
      const loop = split(0, to)
      const body = this.compile(item, loop)
      this.nodes[loop] = lazy ? { op: 'split', to, other: body } : { op: 'split', to: body, other: to } // prettier-ignore
      at = loop
    } else for (let left = max - min; left > 0; left--) at = split(this.compile(item, at), to)
    for (let left = min; left > 0; left--) {
      const before = this.nodes.length
      at = this.compile(item, at)
      if (this.nodes.length === before) break
    }
    return at
  }

  /** Where the first way to match from `start` ends (at `mustEnd` when given); null when there is none. */
  private run(text: string, start: number, from: number, mustEnd: number | null): number | null {
    const width = text.length + 1
    const seen = new Set<number>()
    const stack: [number, number][] = [[start, from]]
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      const [at, position] = next
      const key = at * width + position
      if (seen.has(key)) continue
      seen.add(key)
      if (++this.steps > STEP_LIMIT) throw new PatternError('the expression takes too long', true)
      const node = this.nodes[at]
      if (node === undefined || node.op === 'fail') continue
      if (node.op === 'match') {
        if (mustEnd === null || mustEnd === position) return position
      } else if (node.op === 'split') stack.push([node.other, position], [node.to, position])
      else {
        const after = this.enter(node, text, position)
        if (after !== null) stack.push([node.to, after])
      }
    }
    return null
  }

  /** The position after a node that asks something of the text; null when it does not hold. */
  private enter(
    node: Extract<Node, { op: 'set' | 'assert' | 'look' | 'atomic' }>,
    text: string,
    position: number,
  ): number | null {
    if (node.op === 'set') {
      return position < text.length && node.set[text.charCodeAt(position)] === 1
        ? position + 1
        : null
    }
    if (node.op === 'assert') return holds(node.at, text, position) ? position : null
    if (node.op === 'atomic') return this.run(text, node.start, position, null)
    const { behind } = node
    let found = false
    if (behind === null) found = this.run(text, node.start, position, null) !== null
    else {
      for (let size = behind.min; size <= behind.max && size <= position && !found; size++) {
        found = this.run(text, node.start, position - size, position) !== null
      }
    }
    return found === node.negative ? null : position
  }
}

function holds(assertion: Assertion, text: string, position: number): boolean {
  const wordBefore = position > 0 && isWordByte(text.charCodeAt(position - 1))
  const wordNext = position < text.length && isWordByte(text.charCodeAt(position))
  switch (assertion) {
    case 'start':
      return position === 0
    case 'end':
      return position === text.length
    case 'line-start':
      return position === 0 || text[position - 1] === '\n'
    case 'line-end':
      return position === text.length || text[position] === '\n'
    case 'word-boundary':
      return wordBefore !== wordNext
    case 'no-word-boundary':
      return wordBefore === wordNext
    case 'word-start':
      return !wordBefore && wordNext
    case 'word-end':
      return wordBefore && !wordNext
    case 'word-start-half':
      return !wordBefore
    case 'word-end-half':
      return !wordNext
  }
}
