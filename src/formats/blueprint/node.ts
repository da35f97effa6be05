/**
 * A value of a document before anybody decides what it means. Numbers keep their text, so that no
 * digit is lost; `at` is the offset in the text, UTF-16 units, -1 where there is no text.
 */
export type Node =
  | { kind: 'null'; at: number }
  | { kind: 'bool'; at: number; value: boolean }
  | { kind: 'number'; at: number; text: string }
  | { kind: 'string'; at: number; value: string }
  | { kind: 'date'; at: number; text: string }
  | ListNode
  | ObjectNode

/** `tables`: a TOML list of `[[tables]]`, not one in brackets. */
export interface ListNode {
  kind: 'list'
  at: number
  items: Node[]
  tables?: true
}

export interface ObjectNode {
  kind: 'object'
  at: number
  entries: Entry[]
}

/** `at`: where the key stands. A key may come twice in JSON. */
export interface Entry {
  key: string
  at: number
  /** TOML: the table is only implied by the name of another one. */
  implied?: true
  value: Node
}

/** Depth of lists and objects that is still read. */
export const DEPTH_LIMIT = 500

/** Length of a document that is still read, UTF-16 units: 5 Mi. */
export const TEXT_LIMIT = 5 * 2 ** 20

/** Keys and list items of a document that is still read. */
export const VALUE_LIMIT = 200_000

/** The last entry of that name: the one that counts in Go. */
export function entryOf(node: Node, key: string): Entry | null {
  if (node.kind !== 'object') return null
  return node.entries.findLast((entry) => entry.key === key) ?? null
}

export function memberOf(node: Node, key: string): Node | null {
  return entryOf(node, key)?.value ?? null
}

/** The last member of that name that is not null, keys without regard to case: encoding/json. */
export function foldedMemberOf(node: Node, key: string): Node | null {
  if (node.kind !== 'object') return null
  const found = node.entries.findLast(
    (entry) => foldKey(entry.key) === key && entry.value.kind !== 'null',
  )
  return found?.value ?? null
}

/** Simple case folding as far as it can make two keys of a blueprint equal: ASCII, ſ and K. */
export function foldKey(key: string): string {
  return key
    .toLowerCase()
    .replace(/\u017f/g, 's')
    .replace(/\u212a/g, 'k')
}

/** A number whose text is an integer: no fraction, no exponent. */
export function integerOf(node: Node): bigint | null {
  return node.kind === 'number' && /^-?\d+$/.test(node.text) ? BigInt(node.text) : null
}

/** A JSON value as a tree without positions. Members that are undefined are left out. */
export function nodeOf(value: unknown, depth = 0): Node {
  const at = -1
  if (depth > DEPTH_LIMIT) return { kind: 'null', at }
  if (typeof value === 'string') return { kind: 'string', at, value }
  if (typeof value === 'boolean') return { kind: 'bool', at, value }
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { kind: 'number', at, text: String(value) }
  }
  if (Array.isArray(value)) {
    return { kind: 'list', at, items: value.map((item) => nodeOf(item, depth + 1)) }
  }
  if (typeof value !== 'object' || value === null) return { kind: 'null', at }
  const entries = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([key, member]) => ({ key, at, value: nodeOf(member, depth + 1) }))
  return { kind: 'object', at, entries }
}

/** The tree as a plain value; integers beyond 2^53 become bigints, dates their text. */
export function plainOf(node: Node): unknown {
  switch (node.kind) {
    case 'null':
      return null
    case 'bool':
    case 'string':
      return node.value
    case 'date':
      return node.text
    case 'number': {
      const value = Number(node.text)
      const integer = integerOf(node)
      return integer === null || Number.isSafeInteger(value) ? value : integer
    }
    case 'list':
      return node.items.map(plainOf)
    case 'object':
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, plainOf(value)]))
  }
}
