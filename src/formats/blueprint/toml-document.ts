import { parse, TomlDate, TomlError } from 'smol-toml'
import { SealscopeError } from '../../base/error'
import { DEPTH_LIMIT, type Entry, type Node } from './node'
import { positionAt } from './position'
import { type Place, tomlPlaces } from './toml-positions'

/** Reads a TOML document; integers keep every digit. Throws an input error with line and column. */
export function parseTomlDocument(text: string): Node {
  const places = tomlPlaces(text)
  return new Reader(text).node(parseText(text), places, 0, 0)
}

/** A key that is written. */
export interface WrittenKey {
  entry: Entry
  /** As Go's TOML library shows it: without indices. */
  shown: string
  /** With indices: `customizations.user[0].name`. */
  path: string
  at: number
}

/**
 * Every key that is written and not in `decoded`, in the order of the text: a list of tables once a
 * table, tables that are only implied not at all (toml meta.go, Undecoded).
 */
export function undecodedKeys(root: Node, decoded: ReadonlySet<Entry>): WrittenKey[] {
  const keys: WrittenKey[] = []
  const collect = (node: Node, above: string, path: string): void => {
    if (node.kind === 'list') {
      node.items.forEach((item, index) => collect(item, above, `${path}[${index}]`))
    }
    if (node.kind !== 'object') return
    for (const entry of node.entries) {
      const shown = above === '' ? shownKey(entry.key) : `${above}.${shownKey(entry.key)}`
      const full = path === '' ? entry.key : `${path}.${entry.key}`
      if (entry.implied !== true && !decoded.has(entry)) mention(entry, shown, full, keys)
      collect(entry.value, shown, full)
    }
  }
  collect(root, '', '')
  return keys.sort((a, b) => a.at - b.at)
}

function mention(entry: Entry, shown: string, path: string, keys: WrittenKey[]): void {
  const { value, at } = entry
  if (value.kind !== 'list' || value.tables !== true) keys.push({ entry, shown, path, at })
  else {
    value.items.forEach((item, index) => {
      keys.push({ entry, shown, path: `${path}[${index}]`, at: item.at })
    })
  }
}

/** A key as Go's TOML library shows it: in quotes unless it is bare (toml meta.go, maybeQuoted). */
function shownKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : `"${key.replace(/["\\]/g, '\\$&')}"`
}

function parseText(text: string): Record<string, unknown> {
  try {
    return parse(text, {
      integersAsBigInt: true,
      useLegacyDate: true,
      unsafeKeyBehaviour: 'keep',
      maxDepth: DEPTH_LIMIT,
    })
  } catch (cause) {
    throw librarysError(text, cause)
  }
}

function librarysError(text: string, cause: unknown): SealscopeError {
  if (cause instanceof TomlError) {
    const { line, column } = cause
    const [first = ''] = cause.message.replace(/^Invalid TOML document: /, '').split('\n')
    return new SealscopeError({ code: 'toml-syntax', what: NO_TOML, where: { line, column }, found: first, cause }) // prettier-ignore
  }
  return syntaxError(text, 0, cause instanceof Error ? cause.message : String(cause))
}

const NO_TOML = 'the document is no TOML'

function syntaxError(text: string, at: number, found: string): SealscopeError {
  const where = at < 0 ? {} : positionAt(text, at)
  return new SealscopeError({ code: 'toml-syntax', what: NO_TOML, where, found })
}

/** Joins values and places. */
class Reader {
  constructor(private readonly text: string) {}

  /** @param key offset of the last key above, for values without a place */
  node(value: unknown, place: Place | undefined, key: number, depth: number): Node {
    const at = place?.at ?? key
    if (depth > DEPTH_LIMIT)
      throw syntaxError(this.text, at, `a key more than ${DEPTH_LIMIT} levels deep`)
    if (typeof value === 'string') return { kind: 'string', at, value }
    if (typeof value === 'boolean') return { kind: 'bool', at, value }
    if (typeof value === 'bigint') return { kind: 'number', at, text: this.integer(value, at) }
    if (typeof value === 'number') return { kind: 'number', at, text: floatText(value) }
    if (value instanceof TomlDate) return { kind: 'date', at, text: dateText(value) }
    if (Array.isArray(value)) {
      const items = value.map((item, index) => this.node(item, place?.items?.[index], at, depth + 1)) // prettier-ignore
      return { kind: 'list', at, items, ...(place?.tables === true ? { tables: true } : {}) }
    }
    if (typeof value !== 'object' || value === null) return { kind: 'null', at }
    const entries = Object.entries(value).map(([name, member]): Entry => {
      const below = place?.members?.get(name)
      const node = this.node(member, below, at, depth + 1)
      const implied = below?.explicit === false ? { implied: true as const } : {}
      return { key: name, at: below?.at ?? at, ...implied, value: node }
    })
    return { kind: 'object', at, entries }
  }

  private integer(value: bigint, at: number): string {
    if (BigInt.asIntN(64, value) === value) return String(value)
    throw syntaxError(this.text, at, 'an integer of more than 64 bits')
  }
}

/** A float never looks like an integer: `2.0` stays one. */
function floatText(value: number): string {
  const text = String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

function dateText(date: TomlDate): string {
  return date.isValid() ? date.toISOString() : 'invalid date'
}
