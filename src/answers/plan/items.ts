import { CUSTOMIZATION_KEYS } from '../../formats/blueprint/customization-types'
import { BLUEPRINT_KEYS } from '../../formats/blueprint/decode'
import type { BlueprintDocument } from '../../formats/blueprint/document'
import { type Entry, foldKey, type Node, type ObjectNode } from '../../formats/blueprint/node'

/** One thing that a blueprint asks for, as written. */
export interface Item {
  /** `customizations.user[0]`, keys as the document spells them. */
  name: string
  /** Without index and in upstream's spelling: `customizations.user`; unknown keys as written. */
  key: string
  value: Node
  /** Place in a list; null: the whole value of a key. */
  index: number | null
  /** Keys from the root, as written. */
  keys: readonly string[]
  /** Offset of the key, or of the list item. */
  at: number
  /** False: image-builder knows no such key. */
  known: boolean
}

const TOP_LISTS = ['packages', 'modules', 'enabled_modules', 'groups', 'containers']
const LISTS = ['user', 'group', 'sshkey', 'files', 'directories', 'filesystem', 'repositories']
/** About the blueprint, not about the image; the last two choose a repository for package images only. */
const HEADER = ['name', 'description', 'version', 'distro', 'architecture']

/**
 * Everything a document asks for, in its order: members of lists one by one, `kernel` one level deeper,
 * any other customization as a whole.
 */
export function itemsOf({ root }: BlueprintDocument): Item[] {
  return lastEntries(root).flatMap((entry) => {
    const key = canonical(entry.key, BLUEPRINT_KEYS)
    if (HEADER.includes(key ?? '')) return []
    if (key !== 'customizations') return itemsAt(entry, [], key, key, TOP_LISTS)
    if (entry.value.kind !== 'object') return [whole(entry, [], key, true)]
    return lastEntries(entry.value).flatMap((inner) => customizationItems(inner, entry.key))
  })
}

function customizationItems(entry: Entry, parent: string): Item[] {
  const key = canonical(entry.key, CUSTOMIZATION_KEYS)
  const path = `customizations.${key ?? entry.key}`
  if (key === 'kernel' && entry.value.kind === 'object') {
    return lastEntries(entry.value).flatMap((inner) => {
      const known = canonical(inner.key, ['name', 'append'])
      const keys = [parent, entry.key]
      return itemsAt(inner, keys, known === null ? null : `${path}.${known}`, known, [])
    })
  }
  return itemsAt(entry, [parent], key === null ? null : path, key, LISTS)
}

function itemsAt(
  entry: Entry,
  parents: readonly string[],
  path: string | null,
  key: string | null,
  lists: readonly string[],
): Item[] {
  const { value } = entry
  const written = [...parents, entry.key].join('.')
  if (path === null || key === null) return [whole(entry, parents, written, false)]
  if (value.kind === 'null') return []
  if (value.kind !== 'list' || !lists.includes(key)) return [whole(entry, parents, path, true)]
  return value.items.map((item, index) => ({
    name: `${written}[${index}]`,
    key: path,
    value: item,
    index,
    keys: [...parents, entry.key],
    at: item.at,
    known: true,
  }))
}

function whole(entry: Entry, parents: readonly string[], key: string, known: boolean): Item {
  const keys = [...parents, entry.key]
  return { name: keys.join('.'), key, value: entry.value, index: null, keys, at: entry.at, known }
}

/** Of keys that come twice the last one counts. */
function lastEntries(node: Node): Entry[] {
  if (node.kind !== 'object') return []
  const last = new Map(node.entries.map((entry) => [entry.key, entry]))
  return [...last.values()]
}

/** Upstream's spelling of a key; it does not look at upper and lower case. */
function canonical(key: string, known: readonly string[]): string | null {
  if (known.includes(key)) return key
  const folded = foldKey(key)
  return known.find((name) => foldKey(name) === folded) ?? null
}

/** The tree without these items; lists and objects that become empty go, too. */
export function without(root: Node, items: readonly Item[]): Node {
  const removal = new Map<string, Removal>()
  for (const item of items) addRemoval(removal, item)
  return pruneObject(root, removal) ?? { kind: 'object', at: root.at, entries: [] }
}

interface Removal {
  whole: boolean
  indexes: Set<number>
  below: Map<string, Removal>
}

function addRemoval(into: Map<string, Removal>, { keys, index }: Item): void {
  let level = into
  keys.forEach((key, depth) => {
    const removal = level.get(key) ?? { whole: false, indexes: new Set(), below: new Map() }
    level.set(key, removal)
    if (depth === keys.length - 1) {
      if (index === null) removal.whole = true
      else removal.indexes.add(index)
    }
    level = removal.below
  })
}

function pruneObject(node: Node, removals: ReadonlyMap<string, Removal>): ObjectNode | null {
  if (node.kind !== 'object') return null
  const entries = node.entries.flatMap((entry) => {
    const removal = removals.get(entry.key)
    if (removal === undefined) return [entry]
    if (removal.whole) return []
    const value = pruneValue(entry.value, removal)
    return value === null ? [] : [{ ...entry, value }]
  })
  return entries.length === 0 ? null : { ...node, entries }
}

function pruneValue(value: Node, { indexes, below }: Removal): Node | null {
  if (value.kind === 'list') {
    const items = value.items.filter((_, index) => !indexes.has(index))
    return items.length === 0 ? null : { ...value, items }
  }
  return value.kind === 'object' ? pruneObject(value, below) : value
}
