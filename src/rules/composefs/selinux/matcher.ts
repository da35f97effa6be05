import type { ByteString } from '../../../base/byte-string'
import { parsePattern, untranslatable, type Engine } from './pattern'
import { isRegular } from './regex/ast'
import { Backtracker } from './regex/backtrack'
import { LazyDfa } from './regex/dfa'
import { Nfa } from './regex/nfa'
import { PatternError } from './regex/reader'

/** One line of a policy: the expression, the type letter it asks for (`.`: any), its label. */
export interface Spec {
  expression: string
  type: string
  /** Null for `<<none>>`. */
  context: ByteString | null
}

/** Where a path stands in the automaton: valid while `generation` is the matcher's. */
export interface Position {
  state: number
  generation: number
}

interface Special {
  index: number
  expression: string
  test: Backtracker
}

/**
 * Finds the last line of a policy that matches a path. Regular expressions run together in one
 * automaton, which a directory's children enter where the directory left it; the few that are not regular
 * run one by one, and only when they come after the best line found.
 */
export class SpecMatcher {
  private readonly dfa: LazyDfa
  /** Last line first. */
  private readonly specials: Special[] = []
  private begin: Position

  constructor(
    private readonly specs: readonly Spec[],
    engine: Engine,
  ) {
    const nfa = new Nfa()
    specs.forEach(({ expression, type }, index) => {
      const ast = parsePattern(expression, type, engine)
      try {
        if (isRegular(ast)) nfa.add(ast, index)
        else this.specials.unshift({ index, expression, test: new Backtracker(ast) })
      } catch (thrown) {
        if (thrown instanceof PatternError) throw untranslatable(expression, thrown)
        throw thrown
      }
    })
    this.dfa = new LazyDfa(nfa)
    this.begin = this.position(this.dfa.start())
  }

  /** The position after a whole path. */
  enter(path: ByteString): Position {
    if (this.begin.generation !== this.dfa.generation) this.begin = this.position(this.dfa.start())
    return this.position(this.dfa.advance(this.begin.state, path))
  }

  /** The position after `more`, which follows `path`. */
  advance(from: Position, path: ByteString, more: ByteString): Position {
    if (from.generation !== this.dfa.generation) return this.enter(path + more)
    return this.position(this.dfa.advance(from.state, more))
  }

  /** The label for a path that stands at `at`, with its type letter; null for none. */
  label(at: Position, path: ByteString, type: string): ByteString | null {
    const here = at.generation === this.dfa.generation ? at : this.enter(path)
    let best = this.dfa.accepted(this.dfa.advance(here.state, type))
    for (const { index, expression, test } of this.specials) {
      if (index <= best) break
      if (this.matches(expression, test, path + type)) best = index
    }
    return this.specs[best]?.context ?? null
  }

  private matches(expression: string, test: Backtracker, key: ByteString): boolean {
    try {
      return test.test(key)
    } catch (thrown) {
      if (thrown instanceof PatternError) throw untranslatable(expression, thrown)
      throw thrown
    }
  }

  private position(state: number): Position {
    return { state, generation: this.dfa.generation }
  }
}
