import { parse, TomlDate, TomlError } from 'smol-toml'
import { SealscopeError } from '../bytes/error'
import { DEPTH_LIMIT, type Node } from './node'
import { positionAt } from './position'
import { shownKey, type TomlPlaces, tomlPositions } from './toml-positions'

/** Reads a TOML document; integers keep every digit. Throws an input error with line and column. */
export function parseTomlDocument(text: string): Node {
  const value = parseText(text)
  return nodeOf(value, '', tomlPositions(text))
}

/**
 * Every key that is written, in order, as Go's TOML library shows it: without indices, a list of
 * tables once a table, tables that are only implied not at all.
 */
export function writtenKeys(root: Node): { shown: string; at: number }[] {
  const keys: { shown: string; at: number }[] = []
  collectKeys(root, '', keys)
  return keys.sort((a, b) => a.at - b.at)
}

function collectKeys(node: Node, shown: string, keys: { shown: string; at: number }[]): void {
  if (node.kind === 'list') {
    for (const item of node.items) {
      if (node.tables) keys.push({ shown, at: item.at })
      collectKeys(item, shown, keys)
    }
  }
  if (node.kind !== 'object') return
  for (const { key, at, value, implied } of node.entries) {
    const full = shown === '' ? shownKey(key) : `${shown}.${shownKey(key)}`
    const tables = value.kind === 'list' && value.tables
    if (!implied && !tables) keys.push({ shown: full, at })
    collectKeys(value, full, keys)
  }
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
    throw syntaxError(text, cause)
  }
}

function syntaxError(text: string, cause: unknown): SealscopeError {
  const what = 'the document is no TOML'
  if (cause instanceof TomlError) {
    const { line, column } = cause
    const [first = ''] = cause.message.replace(/^Invalid TOML document: /, '').split('\n')
    return new SealscopeError({ code: 'toml-syntax', what, where: { line, column }, found: first, cause }) // prettier-ignore
  }
  const found = cause instanceof Error ? cause.message : String(cause)
  return new SealscopeError({ code: 'toml-syntax', what, where: positionAt(text, 0), found, cause })
}

function nodeOf(value: unknown, path: string, toml: TomlPlaces): Node {
  const at = toml.places.get(path) ?? (path === '' ? 0 : -1)
  if (typeof value === 'string') return { kind: 'string', at, value }
  if (typeof value === 'boolean') return { kind: 'bool', at, value }
  if (typeof value === 'bigint') return { kind: 'number', at, text: String(value) }
  if (typeof value === 'number') return { kind: 'number', at, text: floatText(value) }
  if (value instanceof TomlDate) return { kind: 'date', at, text: dateText(value) }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => nodeOf(item, `${path}[${index}]`, toml))
    return { kind: 'list', at, items, ...(toml.inlineLists.has(path) ? {} : { tables: true }) }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'null', at }
  const entries = Object.entries(value).map(([key, member]) => {
    const below = path === '' ? key : `${path}.${key}`
    const place = toml.places.get(below) ?? at
    const implied = toml.explicit.has(below) ? {} : { implied: true as const }
    return { key, at: place, ...implied, value: nodeOf(member, below, toml) }
  })
  return { kind: 'object', at, entries }
}

/** A float never looks like an integer: `2.0` stays one. */
function floatText(value: number): string {
  const text = String(value)
  return /^-?\d+$/.test(text) ? `${text}.0` : text
}

function dateText(date: TomlDate): string {
  return date.isValid() ? date.toISOString() : 'invalid date'
}
