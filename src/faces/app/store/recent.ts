const KEY = 'sealscope.recent'
const MOST = 8

/** An image that was opened by name: a registry reference or a sample. */
export interface Recent {
  kind: 'registry' | 'sample'
  name: string
}

/** What was opened before, newest first; nothing when the browser keeps nothing. */
export function readRecent(storage: Pick<Storage, 'getItem'>): Recent[] {
  try {
    const list: unknown = JSON.parse(storage.getItem(KEY) ?? '[]')
    return Array.isArray(list) ? list.filter(isRecent).slice(0, MOST) : []
  } catch {
    return []
  }
}

export function addRecent(storage: Pick<Storage, 'getItem' | 'setItem'>, entry: Recent): Recent[] {
  return save(storage, [entry, ...without(storage, entry)].slice(0, MOST))
}

/** The list without one entry. */
export function removeRecent(
  storage: Pick<Storage, 'getItem' | 'setItem'>,
  entry: Recent,
): Recent[] {
  return save(storage, without(storage, entry))
}

export function forgetRecent(storage: Pick<Storage, 'setItem'>): Recent[] {
  return save(storage, [])
}

function without(storage: Pick<Storage, 'getItem'>, entry: Recent): Recent[] {
  return readRecent(storage).filter(({ kind, name }) => kind !== entry.kind || name !== entry.name)
}

function save(storage: Pick<Storage, 'setItem'>, list: Recent[]): Recent[] {
  try {
    storage.setItem(KEY, JSON.stringify(list))
  } catch {
    // A browser that keeps nothing still shows the list of this visit.
  }
  return list
}

function isRecent(value: unknown): value is Recent {
  if (typeof value !== 'object' || value === null) return false
  const { kind, name } = value as Partial<Record<string, unknown>>
  return (kind === 'registry' || kind === 'sample') && typeof name === 'string' && name.length < 512
}
