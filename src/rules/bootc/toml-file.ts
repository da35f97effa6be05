import { parse, TomlError } from 'smol-toml'
import { SealscopeError } from '../../base/error'

export type TomlTable = Record<string, unknown>

const NAME_LIMIT = 200

/** Parses a TOML file; the error says file, line and column. */
export function parseToml(text: string, path: string, prefix: string): TomlTable {
  try {
    return parse(text, { maxDepth: 100 })
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause
    throw new SealscopeError({
      code: 'toml',
      what: `${prefix}: TOML parse error: ${cause.message.split('\n')[0] ?? ''}`,
      where: { path, line: cause.line, column: cause.column },
      cause,
    })
  }
}

/** Says where a key stands: its line, and what should be there. */
export function keyError(
  text: string,
  path: string,
  prefix: string,
  key: string,
  expected: string,
  found: string,
): SealscopeError {
  const name = key.split('.').at(-1) ?? key
  // Of a long name the beginning must do: expressions have a largest size.
  const begin = escapeRegExp(name.slice(0, NAME_LIMIT))
  const end = name.length > NAME_LIMIT ? '' : `["']?\\s*[\\]=.]`
  const pattern = new RegExp(`^[^#]*(^|[\\s.[{,"'])${begin}${end}`)
  const line = text.split('\n').findIndex((candidate) => pattern.test(candidate)) + 1
  return new SealscopeError({
    code: 'toml-key',
    what: prefix,
    where: { path, key, line: Math.max(1, line) },
    expected,
    found,
  })
}

export function isTable(value: unknown): value is TomlTable {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
  )
}

export function isStrings(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

/** What a value is, in TOML's words. */
export function describeToml(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return 'an array'
  if (isTable(value)) return 'a table'
  if (typeof value === 'string') return `the string ${JSON.stringify(value.slice(0, 60))}`
  return typeof value === 'object' ? 'a date' : `${typeof value} ${String(value)}`
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
