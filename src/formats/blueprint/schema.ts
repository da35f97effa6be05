import type { BlueprintFormat } from './document'
import { goType } from './go-print'
import { type Entry, foldKey, integerOf, type Node } from './node'

/** What is wrong with a value, in the order in which Go meets it. */
export interface Problem {
  /**
   * `unknown`: a key that no type has. `value`: a value of the wrong type. Go goes on after both.
   * `final`: what a type's own reader refuses; Go stops there and forgets the others.
   */
  kind: 'unknown' | 'value' | 'final'
  /** Upstream's text where it is upstream's own, else ours. */
  text: string
  /** Dotted path: `customizations.user[0].uid`. */
  path: string
  /** Offset in the text, -1 when there is none. */
  at: number
  /** An unknown key, and the keys that its object knows. */
  key?: string
  known?: readonly string[]
}

/** What decoding a document collects; problems in the order of the document. */
export class Decoding {
  readonly problems: Problem[] = []

  /**
   * @param decoded TOML: entries that some type has taken
   * @param strangers TOML: entries that their object does not know, with the keys that it knows
   */
  constructor(
    readonly format: BlueprintFormat,
    readonly decoded = new Set<Entry>(),
    readonly strangers = new Map<Entry, readonly string[]>(),
  ) {}

  report(text: string, path: string, at: number, kind: Problem['kind'] = 'final'): void {
    this.problems.push({ kind, text, path, at })
  }

  /** The one that Go's encoding/json returns. */
  first(): Problem | null {
    return this.problems.find(({ kind }) => kind === 'final') ?? this.problems[0] ?? null
  }

  /** A type's own reader has taken an object whole, whatever is in it: all but tables in brackets. */
  takeAll(node: Node): void {
    if (this.format !== 'toml') return
    if (node.kind === 'list' && node.tables) for (const item of node.items) this.takeAll(item)
    if (node.kind !== 'object') return
    for (const entry of node.entries) {
      this.decoded.add(entry)
      this.takeAll(entry.value)
    }
  }

  /**
   * Runs a type's own reader (UnmarshalJSON, UnmarshalTOML): whatever it finds is final for the
   * reader around it, what Go returns first.
   */
  within<T>(read: (inner: Decoding) => T, prefix = ''): T {
    const inner = new Decoding(this.format, this.decoded, this.strangers)
    const value = read(inner)
    const first = inner.first()
    const rest = inner.problems.filter((problem) => problem !== first)
    for (const problem of first === null ? [] : [first, ...rest]) {
      this.problems.push({ ...problem, kind: 'final', text: prefix + problem.text })
    }
    return value
  }
}

/** Turns a value into a T; `zero` is what Go has when the key is absent or null. */
export interface Type<T> {
  zero: T
  /** A null is decoded too: types with an UnmarshalJSON of their own that are no pointers. */
  decodesNull?: true
  /** `base`: what an earlier key of the same name gave; Go goes on with it in objects. */
  decode(node: Node, path: string, into: Decoding, base?: T): T
}

const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n }
const UINT64 = { least: 0n, most: 2n ** 64n - 1n }

export const text: Type<string> = scalar('', 'string', (node) =>
  node.kind === 'string' ? node.value : null,
)

export const flag: Type<boolean> = scalar(false, 'bool', (node) =>
  node.kind === 'bool' ? node.value : null,
)

/** Go's `int` on 64-bit machines. */
export const int: Type<bigint> = integer('int', INT64)
export const uint64: Type<bigint> = integer('uint64', UINT64)

/** Taken as it is. */
export const anything: Type<unknown> = { zero: null, decode: (node) => node }

function scalar<T>(zero: T, name: string, read: (node: Node) => T | null): Type<T> {
  return {
    zero,
    decode(node, path, into) {
      const value = read(node)
      if (value === null) reportType(node, name, path, into)
      return value ?? zero
    },
  }
}

function integer(name: string, range: { least: bigint; most: bigint }): Type<bigint> {
  return scalar(0n, name, (node) => {
    const value = integerOf(node)
    return value !== null && value >= range.least && value <= range.most ? value : null
  })
}

/** What TOML calls the types of Go. */
const TOML_TYPES: Readonly<Record<string, string>> = {
  bool: 'boolean',
  int: 'integer',
  uint64: 'integer',
  list: 'slice',
  object: 'map',
}

/** The text is Go's in spirit; its own names the Go type as well. */
export function reportType(node: Node, wanted: string, path: string, into: Decoding): void {
  into.report(into.format === 'json' ? jsonText() : tomlText(), path, node.at, 'value')

  function jsonText(): string {
    const kind = node.kind === 'list' ? 'array' : node.kind
    const found = node.kind === 'number' ? `number ${node.text}` : kind
    return `json: cannot unmarshal ${found} into ${path} of type ${wanted}`
  }

  function tomlText(): string {
    const found = goType(node, 'toml').replace('interface {}', 'any')
    return `toml: incompatible types: TOML value has type ${found}; destination has type ${TOML_TYPES[wanted] ?? wanted}`
  }
}

/** A number as the double that Go makes of it; one beyond all doubles is reported and counts as 0. */
export function doubleOf(node: Node & { kind: 'number' }, path: string, into: Decoding): number {
  const value = Number(node.text)
  if (Number.isFinite(value)) return value
  into.report(`json: cannot unmarshal number ${node.text} into Go value of type float64`, path, node.at) // prettier-ignore
  return 0
}

/** A value whose absence is remembered. */
export function optional<T>(type: Type<T>): Type<T | null> {
  return {
    zero: null,
    decode: (node, path, into, base) => type.decode(node, path, into, base ?? undefined),
  }
}

export function list<T>(type: Type<T>): Type<readonly T[] | null> {
  return {
    zero: null,
    decode(node, path, into) {
      if (node.kind !== 'list') {
        reportType(node, 'list', path, into)
        return null
      }
      return node.items.map((item, index) =>
        item.kind === 'null' && !type.decodesNull
          ? type.zero
          : type.decode(item, `${path}[${index}]`, into),
      )
    },
  }
}

/** A member of an object: its key in the document, and its type. */
export type Members<T> = { [K in keyof T]: readonly [key: string, type: Type<T[K]>] }

/** `error`: a key that is not listed is refused; `ignore`: it is skipped without a word. */
export type Unknown = 'error' | 'ignore'

/** A Go struct. Keys match exactly, else without regard to case (encoding/json; toml EqualFold). */
export function object<T>(members: Members<T>, unknown: Unknown = 'error'): Type<T> {
  const names = Object.keys(members) as (keyof T)[]
  const keys = names.map((name) => members[name][0])
  const folded = new Map(names.map((name) => [foldKey(members[name][0]), name]))
  const exact = new Map(names.map((name) => [members[name][0], name]))
  const empty = () => Object.fromEntries(names.map((name) => [name, members[name][1].zero])) as T
  return {
    zero: empty(),
    decode(node, path, into, base) {
      const value = base === undefined ? empty() : { ...base }
      const seen = new Set<keyof T>()
      if (node.kind !== 'object') {
        reportType(node, 'object', path, into)
        return value
      }
      for (const entry of node.entries) {
        const name = exact.get(entry.key) ?? folded.get(foldKey(entry.key))
        if (name === undefined) {
          if (unknown === 'error') meetStranger(entry, path, keys, into)
          continue
        }
        const [, type] = members[name]
        if (into.format === 'toml') into.decoded.add(entry)
        if (entry.value.kind !== 'null' || type.decodesNull) {
          const before = seen.has(name) || base !== undefined ? value[name] : undefined
          value[name] = type.decode(entry.value, below(path, entry.key), into, before)
          seen.add(name)
        } else if (type.zero === null) value[name] = type.zero
      }
      return value
    },
  }
}

/** JSON refuses an unknown key at once; TOML lists them when everything else is decoded. */
function meetStranger(entry: Entry, path: string, known: readonly string[], into: Decoding): void {
  const { key, at } = entry
  if (into.format === 'toml') into.strangers.set(entry, known)
  else {
    const text = `json: unknown field ${JSON.stringify(key)}`
    into.problems.push({ kind: 'unknown', text, path: below(path, key), at, key, known })
  }
}

export function below(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
