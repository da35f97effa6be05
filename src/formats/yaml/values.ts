import {
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseAllDocuments,
  type Scalar,
} from 'yaml'
import { refuse } from '../../base/go/failure'
import { resolvePlain, type YamlScalar } from './scalars'

/** A value with the line it stands on (1-based). */
export type YamlValue = { line: number } & (
  | YamlScalar
  | { kind: 'list'; items: YamlValue[] }
  | { kind: 'map'; entries: Map<string, YamlValue>; stringKeys: boolean }
)

/**
 * Limits of what is read. 64 Ki characters of commas, the worst input found, take 0.9 s in Node 20;
 * nesting beyond some thousands ends the process. A real disk.yaml has some 2,000 characters.
 */
const MOST_CHARACTERS = 1 << 16
const MOST_NODES = 50_000
const MOST_NESTING = 300

const TAG = 'tag:yaml.org,2002:'

/**
 * The first document of a YAML text as go-yaml v3 sees it: its scalar types, merge keys, aliases and
 * duplicate keys. Null when there is no document at all. Throws refusals that name the line.
 */
export function readYaml(text: string): YamlValue | null {
  checkLimits(text)
  const lines = new LineCounter()
  const [document] = parse(text, lines)
  if (document === undefined) return null
  const [error] = document.errors
  if (error !== undefined) {
    throw refuse(`yaml: line ${lines.linePos(error.pos[0]).line}: ${error.message}`)
  }
  return new Reader(lines).read(document.contents)
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed[] {
  return [
    ...parseAllDocuments(text, {
      schema: 'failsafe',
      merge: false,
      uniqueKeys: false,
      prettyErrors: false,
      lineCounter,
    }),
  ]
}

/** The parser below recurses: what could nest too deeply is refused before, by a rough upper bound. */
function checkLimits(text: string): void {
  if (text.length > MOST_CHARACTERS) {
    throw refuse(`yaml: ${text.length} characters, at most ${MOST_CHARACTERS} are read`)
  }
  let depth = 0
  for (const character of text) {
    if (character === '[' || character === '{') depth++
    if (character === ']' || character === '}') depth = Math.max(0, depth - 1)
    if (depth > MOST_NESTING) throw refuse('yaml: nested too deeply')
  }
  if (new RegExp(`^[ \\-?:]{${MOST_NESTING}}`, 'm').test(text)) {
    throw refuse('yaml: nested too deeply')
  }
}

class Reader {
  private readonly anchors = new Map<string, unknown>()
  private readonly open = new Set<unknown>()
  private count = 0

  constructor(private readonly lines: LineCounter) {}

  read(node: unknown): YamlValue {
    if (++this.count > MOST_NODES) throw refuse('yaml: document contains excessive aliasing')
    if (isAlias(node)) return this.readAlias(node.source, this.lineOf(node))
    const line = this.lineOf(node)
    if (this.open.has(node)) throw refuse(`yaml: line ${line}: a value contains itself`)
    if ((isScalar(node) || isMap(node) || isSeq(node)) && node.anchor !== undefined) {
      this.anchors.set(node.anchor, node)
    }
    this.open.add(node)
    const value = this.readContent(node, line)
    this.open.delete(node)
    return value
  }

  private readContent(node: unknown, line: number): YamlValue {
    if (isSeq(node)) return { kind: 'list', line, items: node.items.map((item) => this.read(item)) }
    if (isMap(node)) return this.readMap(node.items as Pair[], line)
    if (isScalar(node)) return { line, ...scalarOf(node, line) }
    return { kind: 'null', line, source: '' }
  }

  private readAlias(name: string, line: number): YamlValue {
    const target = this.anchors.get(name)
    if (target === undefined)
      throw refuse(`yaml: line ${line}: unknown anchor '${name}' referenced`)
    return this.read(target)
  }

  private readMap(pairs: readonly Pair[], line: number): YamlValue {
    const entries = new Map<string, YamlValue>()
    const merged = new Map<string, YamlValue>()
    let stringKeys = true
    for (const pair of pairs) {
      const value = () => this.read(pair.value)
      if (isScalar(pair.key) && isMergeKey(pair.key)) {
        stringKeys = this.merge(value(), merged) && stringKeys
        continue
      }
      const key = this.read(pair.key)
      if (!('source' in key)) throw refuse(`yaml: line ${key.line}: invalid map key`)
      stringKeys &&= key.kind === 'string'
      if (entries.has(key.source)) {
        throw refuse(`yaml: line ${key.line}: mapping key "${key.source}" already defined`)
      }
      entries.set(key.source, value())
    }
    for (const [key, value] of merged) if (!entries.has(key)) entries.set(key, value)
    return { kind: 'map', line, entries, stringKeys }
  }

  /** Adds what `<<` brings in; of a list the earlier maps win. Returns whether all keys are strings. */
  private merge(value: YamlValue, into: Map<string, YamlValue>): boolean {
    if (value.kind === 'list') return value.items.every((item) => this.merge(item, into))
    if (value.kind !== 'map') throw refuse(`yaml: line ${value.line}: map merge requires map`)
    for (const [key, inner] of value.entries) if (!into.has(key)) into.set(key, inner)
    return value.stringKeys
  }

  private lineOf(node: unknown): number {
    const range = (node as { range?: [number, number, number] } | null)?.range
    return range === undefined || range === null ? 1 : this.lines.linePos(range[0]).line
  }
}

function isMergeKey(key: Scalar): boolean {
  return key.source === '<<' && (key.type === 'PLAIN' || key.tag === `${TAG}merge`)
}

function scalarOf(node: Scalar, line: number): YamlScalar {
  const text = typeof node.value === 'string' ? node.value : ''
  const tag = node.tag?.startsWith(TAG) === true ? node.tag.slice(TAG.length) : node.tag
  if (tag === undefined && node.type === 'PLAIN') return resolvePlain(text)
  if (tag === undefined || tag === 'str' || tag === '!') {
    return { kind: 'string', value: text, source: text }
  }
  return tagged(tag, text, line)
}

/** The kinds a standard tag allows; an integer may be tagged as a float (resolve.go). */
const TAGGED: Record<string, YamlScalar['kind'][]> = {
  int: ['int'],
  float: ['float', 'int'],
  bool: ['bool'],
  null: ['null'],
  timestamp: ['string'],
}

function tagged(tag: string, text: string, line: number): YamlScalar {
  const kinds = TAGGED[tag]
  if (tag === 'binary') return { kind: 'string', value: decodeBinary(text, line), source: text }
  if (kinds === undefined) return { kind: 'string', value: text, source: text }
  const value = resolvePlain(text)
  if (kinds.includes(value.kind)) return value
  throw refuse(`yaml: line ${line}: cannot decode \`${text}\` as a !!${tag}`)
}

function decodeBinary(text: string, line: number): string {
  try {
    return atob(text)
  } catch {
    throw refuse(`yaml: line ${line}: !!binary value contains invalid base64 data`)
  }
}
