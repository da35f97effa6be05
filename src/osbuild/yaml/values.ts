import {
  type Alias,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  Parser,
  Composer,
} from 'yaml'
import { refuse } from '../failure'
import { resolvePlain, type YamlScalar } from './scalars'

/** A value with the line it stands on (1-based). */
export type YamlValue = { line: number } & (
  | YamlScalar
  | { kind: 'list'; items: YamlValue[] }
  | { kind: 'map'; entries: Map<string, YamlValue>; /** A key is not a string. */ oddKeys: boolean }
)

/** Text, nodes (aliases expanded) and nesting that are read at most; go-yaml has such limits, too. */
const MOST_CHARACTERS = 1 << 20
const MOST_NODES = 50_000
const MOST_NESTING = 200

/**
 * The first document of a YAML text as go-yaml v3 sees it: its scalar types, merge keys, aliases and
 * duplicate keys. Null when there is no document at all. Errors are refusals that say the line.
 */
export function readYaml(text: string): YamlValue | null {
  if (text.length > MOST_CHARACTERS) throw refuse(`yaml: more than ${MOST_CHARACTERS} characters`)
  const lines = new LineCounter()
  try {
    for (const document of new Composer({
      schema: 'failsafe',
      merge: false,
      uniqueKeys: false,
      version: '1.2',
      lineCounter: lines,
    }).compose(new Parser(lines.addNewLine).parse(text))) {
      const [error] = document.errors
      if (error !== undefined)
        throw refuse(
          `yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message.split('\n')[0]}`,
        )
      return document.contents === null && text.trim() === ''
        ? null
        : new Reader(lines).read(document.contents)
    }
  } catch (thrown) {
    if (thrown instanceof RangeError) throw refuse('yaml: nested too deeply')
    throw thrown
  }
  return null
}

class Reader {
  private readonly anchors = new Map<string, { node: Node; value: YamlValue | null }>()
  private count = 0
  private depth = 0

  constructor(private readonly lines: LineCounter) {}

  read(node: unknown): YamlValue {
    if (++this.count > MOST_NODES) throw refuse('yaml: document contains excessive aliasing')
    if (++this.depth > MOST_NESTING) throw refuse('yaml: nested too deeply')
    try {
      return this.readNode(node)
    } finally {
      this.depth--
    }
  }
}
