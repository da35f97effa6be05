import { memberOf, type Node } from '../../formats/blueprint/node'
import type { Item } from './items'

/** Lists of more items are not weighed by one whole generation for each. */
const LONG = 200

/** Groups of one long list that are weighed. */
const MOST_GROUPS = 100

/** Generations that look for what is refused in one long list. */
const MOST_QUESTIONS = 72

/** Members that say which thing an item is about. */
const NAMES = ['name', 'path', 'mountpoint', 'source', 'user', 'id']

/** Items of each list that is too long to take them away one by one. */
export function longLists(items: readonly Item[]): Item[][] {
  const lists = new Map<string, Item[]>()
  for (const item of items) {
    if (item.index !== null) push(lists, JSON.stringify(item.keys), item)
  }
  return [...lists.values()].filter((list) => list.length > LONG)
}

/**
 * Groups of items that differ in texts only: the same keys, the same kinds of values, empty or not.
 * A manifest does the same with all of a group. Of items about the same thing the last hides the
 * others, and files of the same contents share a source, so these are kept apart. The last group is the
 * rest when there are more than can be weighed.
 */
export function alike(list: readonly Item[]): Item[][] {
  const names = new Map<string, Item[]>()
  const contents = new Map<string, number>()
  for (const item of list) {
    push(names, nameOf(item.value), item)
    const data = contentOf(item.value)
    contents.set(data, (contents.get(data) ?? 0) + 1)
  }
  const groups = new Map<string, Item[]>()
  for (const item of list) {
    const twins = names.get(nameOf(item.value)) ?? []
    const place = twins.length === 1 ? 'only' : twins.at(-1) === item ? 'last' : 'hidden'
    const own = place === 'last' && groups.size < MOST_GROUPS / 2
    const shared = (contents.get(contentOf(item.value)) ?? 0) > 1
    const key = own ? `#${item.index}` : `${place} ${shared} ${shapeOf(item.value)}`
    push(groups, groups.has(key) || groups.size < MOST_GROUPS ? key : 'rest', item)
  }
  return [...groups.values()]
}

/** What a file's source in the manifest is made of; nothing in other lists. */
function contentOf(value: Node): string {
  const data = memberOf(value, 'data')
  return data?.kind === 'string' ? data.value : ''
}

/**
 * The members of a list that `changes` names, found by halving. When that takes too many questions the
 * part in question is returned as a whole.
 */
export function guiltyIn(
  list: readonly Item[],
  changes: (part: readonly Item[]) => boolean,
): Item[] {
  let left = MOST_QUESTIONS
  const search = (part: readonly Item[]): Item[] => {
    if (part.length === 0) return []
    if (left-- <= 0) return [...part]
    if (!changes(part)) return []
    if (part.length === 1) return [...part]
    const middle = part.length >> 1
    return [...search(part.slice(0, middle)), ...search(part.slice(middle))]
  }
  return search(list)
}

function push(groups: Map<string, Item[]>, key: string, item: Item): void {
  const group = groups.get(key)
  if (group === undefined) groups.set(key, [item])
  else group.push(item)
}

function nameOf(value: Node): string {
  if (value.kind !== 'object') return value.kind === 'string' ? value.value : value.kind
  const named = value.entries.filter(({ key }) => NAMES.includes(key.toLowerCase()))
  return JSON.stringify(named.map((entry) => [entry.key, nameOf(entry.value)]))
}

function shapeOf(value: Node): string {
  switch (value.kind) {
    case 'object':
      return `{${value.entries.map(({ key, value: inner }) => JSON.stringify(key) + shapeOf(inner)).join()}}` // prettier-ignore
    case 'list':
      return value.items.length === 0 ? '[]' : '[…]'
    case 'string':
      return value.value === '' ? '""' : '"…"'
    case 'bool':
      return String(value.value)
    case 'number':
      return Number(value.text) === 0 ? '0' : '1'
    default:
      return value.kind
  }
}
