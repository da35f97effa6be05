/** A value of the manifest. Integers that a double cannot hold are `bigint`. */
export type Json = string | number | bigint | boolean | null | Json[] | JsonObject
export interface JsonObject {
  [key: string]: Json
}

const SORTED = Symbol('keys sorted as a Go map')

/**
 * An object for a Go map: written with its keys in byte order whatever they look like (a JavaScript
 * object puts keys such as `1000` first). Later entries replace earlier ones of the same key.
 */
export function sortedMap(entries: Iterable<readonly [string, Json]>): JsonObject {
  const object = Object.create(null) as JsonObject
  const list = [...new Map(entries)].sort((a, b) => compareBytes(a[0], b[0]))
  for (const [key, value] of list) object[key] = value
  Object.defineProperty(object, SORTED, { value: list.map(([key]) => key) })
  return object
}

/** An object with the members that are not "empty" in Go's sense (`omitempty`), in the given order. */
export function compact(members: { [key: string]: Json | undefined }): JsonObject {
  const object: JsonObject = {}
  for (const key in members) {
    const value = members[key]
    if (value !== undefined && !isEmpty(value)) object[key] = value
  }
  return object
}

/** Go's `omitempty`: false, 0, empty string, null, empty list or map. Objects of records stay. */
function isEmpty(value: Json): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true
  return Array.isArray(value) && value.length === 0
}

/** A number where a double is exact, else the bigint itself. */
export function integer(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}

/** The text Go's `json.Marshal` gives (`indent` 0) or `json.Indent` with that many spaces. */
export function goJson(value: Json, indent = 0): string {
  return write(value, indent === 0 ? null : ' '.repeat(indent), '\n')
}

function write(value: Json, unit: string | null, newline: string): string {
  if (typeof value === 'string') return goJsonString(value)
  if (value === null || typeof value !== 'object') return String(value)
  const inner = unit === null ? '' : newline + unit
  const colon = unit === null ? ':' : ': '
  const parts = Array.isArray(value)
    ? value.map((item) => write(item, unit, inner))
    : keysOf(value).map((key) => goJsonString(key) + colon + write(value[key] ?? null, unit, inner))
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  if (parts.length === 0) return open + close
  return open + inner + parts.join(',' + inner) + (unit === null ? '' : newline) + close
}

function keysOf(object: JsonObject): string[] {
  const sorted: unknown = Reflect.get(object, SORTED)
  return Array.isArray(sorted) ? (sorted as string[]) : Object.keys(object)
}

/** A JSON string with the characters Go escapes: `<>&` and U+2028/2029; invalid UTF-16 is U+FFFD. */
export function goJsonString(text: string): string {
  const quoted = JSON.stringify(wellFormed(text))
  return /[<>&\u2028\u2029]/.test(quoted) ? quoted.replace(/[<>&\u2028\u2029]/g, escape) : quoted
}

function escape(character: string): string {
  return '\\u' + character.charCodeAt(0).toString(16).padStart(4, '0')
}

/** Text with every unpaired surrogate replaced, as Go does when it decodes or writes JSON. */
export function wellFormed(text: string): string {
  return /\p{Surrogate}/u.test(text) ? text.replace(/\p{Surrogate}/gu, '\ufffd') : text
}

/** Order of the UTF-8 bytes of two texts. */
export function compareBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i)
    const y = b.charCodeAt(i)
    if (x !== y) return unitRank(x) - unitRank(y)
  }
  return a.length - b.length
}

/** Surrogates stand for code points above every other UTF-16 unit. */
function unitRank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit
}
