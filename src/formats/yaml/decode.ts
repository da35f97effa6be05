import { refuse } from '../../base/go/failure'
import { compareBytes, goJson } from '../../base/go/json'
import type { YamlValue } from './values'

/** Where a value stands: line and dotted key, for errors. */
export interface Place {
  value: YamlValue
  key: string
}

export type Fields = Record<string, (place: Place) => void>

const MOST_UINT64 = 2n ** 64n - 1n
const MOST_INT64 = 2n ** 63n - 1n

export function wrong({ value, key }: Place, expected: string): Error {
  return refuse(`line ${value.line}, ${key}: expected ${expected}, found ${describe(value)}`)
}

function describe(value: YamlValue): string {
  switch (value.kind) {
    case 'map':
      return 'a mapping'
    case 'list':
      return 'a list'
    case 'string':
      return `the text ${JSON.stringify(value.value)}`
    default:
      return value.source === '' ? 'nothing' : value.source
  }
}

/**
 * Hands each member of a mapping to its field, as Go's JSON decoder with unknown fields disallowed:
 * keys match whatever their case, in byte order (the later of `Size` and `size` wins); null stands
 * for an empty mapping.
 */
export function decodeObject(place: Place, fields: Fields, strict = true): void {
  const { value, key } = place
  if (value.kind === 'null') return
  if (value.kind !== 'map') throw wrong(place, 'a mapping')
  if (!value.stringKeys) throw refuse(`line ${value.line}, ${key}: every key must be a text`)
  const known = new Map(Object.keys(fields).map((name) => [foldCase(name), name]))
  for (const [name, inner] of [...value.entries].sort((a, b) => compareBytes(a[0], b[0]))) {
    const field = known.get(foldCase(name))
    const read = field === undefined ? undefined : fields[field]
    if (read !== undefined) read({ value: inner, key: key === '' ? name : `${key}.${name}` })
    else if (strict) {
      throw refuse(
        `line ${inner.line}, ${key}: unknown key "${name}", expected one of ${Object.keys(fields).join(', ')}`,
      )
    }
  }
}

export function decodeList<T>(place: Place, item: (place: Place) => T): T[] {
  if (place.value.kind === 'null') return []
  if (place.value.kind !== 'list') throw wrong(place, 'a list')
  return place.value.items.map((value, i) => item({ value, key: `${place.key}[${i}]` }))
}

export function decodeString(place: Place): string {
  if (place.value.kind === 'null') return ''
  if (place.value.kind !== 'string') throw wrong(place, 'a text (in quotes)')
  return place.value.value
}

export function decodeBool(place: Place): boolean {
  if (place.value.kind === 'null') return false
  if (place.value.kind !== 'bool') throw wrong(place, 'true or false')
  return place.value.value
}

/** An unsigned 64-bit integer; null is 0. */
export function decodeUint(place: Place): bigint {
  if (place.value.kind === 'null') return 0n
  return ranged(place, 0n, MOST_UINT64)
}

/** A signed 64-bit integer; null is 0. */
export function decodeInt(place: Place): bigint {
  if (place.value.kind === 'null') return 0n
  return ranged(place, -MOST_INT64 - 1n, MOST_INT64)
}

/** A whole number not above `most`; floats count when they are written without fraction in JSON. */
export function ranged(place: Place, least: bigint, most: bigint): bigint {
  const value = integerOf(place.value)
  if (value === null || value < least || value > most) {
    throw wrong(place, `a whole number from ${least} to ${most}`)
  }
  return value
}

export function integerOf(value: YamlValue): bigint | null {
  if (value.kind === 'int') return value.value
  if (value.kind !== 'float' || !Number.isFinite(value.value)) return null
  // Go's JSON has an exponent from 1e21 on; a number with one is no integer for its decoder
  return Number.isInteger(value.value) && Math.abs(value.value) < 1e21 ? BigInt(value.value) : null
}

/** Case folding of Go's JSON field matching: ASCII, and the two letters that fold to it. */
function foldCase(name: string): string {
  return name.replaceAll('\u017f', 's').replaceAll('\u212a', 'k').toLowerCase()
}

/** The JSON text of a value, for messages. */
export function jsonOf(value: YamlValue): string {
  return value.kind === 'string' ? goJson(value.value) : describe(value)
}
