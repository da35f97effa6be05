import type { AccountRecord, GroupRecord, SystemRecord } from '../../contract/facts'

/** What is at a path of the image: `missing` only where the facts list everything that could be there. */
export interface Found {
  kind: 'dir' | 'file' | 'missing' | 'unknown'
  /** The path without links, with leading slash; of a missing one what it would be. */
  canonical: string
  /** The first link on the way; null: none. */
  link: { path: string; target: string } | null
  /** The first component that is not there; null unless it is missing. */
  absent: string | null
}

/** Links of a look-up; more run in a circle (path_resolution(7)). */
const MOST_LINKS = 40

type Entry = { kind: 'dir' | 'file' } | { kind: 'link'; target: string }

/** The image's tree as far as facts know it. Everything is unknown in facts without a record. */
export class ImageTree {
  private readonly entries = new Map<string, Entry>()
  private readonly users = new Map<string, AccountRecord>()
  private readonly groups = new Map<string, GroupRecord>()

  constructor(readonly record: SystemRecord | null) {
    for (const line of record?.paths ?? []) {
      const arrow = line.indexOf(' -> ')
      if (arrow > 0) {
        this.entries.set(line.slice(0, arrow), { kind: 'link', target: line.slice(arrow + 4) })
      } else if (line.endsWith('/')) this.entries.set(line.slice(0, -1), { kind: 'dir' })
      else this.entries.set(line, { kind: 'file' })
    }
    // what lies between an area and the top is not in the record
    for (const path of [...this.entries.keys()]) {
      for (let at = parentOf(path); at !== '' && !this.entries.has(at); at = parentOf(at)) {
        this.entries.set(at, { kind: 'dir' })
      }
    }
    for (const user of record?.users ?? []) this.users.set(user.name, user)
    for (const group of record?.groups ?? []) this.groups.set(group.name, group)
  }

  /** False: facts of a quick look, or saved before they had a record. */
  get known(): boolean {
    return this.record !== null
  }

  user(name: string): AccountRecord | null {
    return this.users.get(name) ?? null
  }

  group(name: string): GroupRecord | null {
    return this.groups.get(name) ?? null
  }

  userOfId(uid: number): AccountRecord | null {
    return this.record?.users.find((user) => user.uid === uid) ?? null
  }

  groupOfId(gid: number): GroupRecord | null {
    return this.record?.groups.find((group) => group.gid === gid) ?? null
  }

  /** Names below a directory, when the facts hold any. */
  namesBelow(folder: string): string[] {
    const prefix = `${folder}/`
    return [...this.entries.keys()].flatMap((path) => {
      const name = path.startsWith(prefix) ? path.slice(prefix.length) : ''
      return name === '' || name.includes('/') ? [] : [name]
    })
  }

  has(path: string): boolean {
    const { kind } = this.lookUp(`/${path}`)
    return kind === 'dir' || kind === 'file'
  }

  /** A program that advice may run; null: not known. */
  program(...names: string[]): boolean | null {
    if (!this.known) return null
    return names.some((name) =>
      ['usr/bin', 'usr/sbin', 'usr/local/bin'].some((folder) => this.has(`${folder}/${name}`)),
    )
  }

  /** Follows links as a chroot does. */
  lookUp(path: string): Found {
    const pending = path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .reverse()
    const at: string[] = []
    let link: Found['link'] = null
    let links = 0
    let last: 'dir' | 'file' = 'dir'
    for (let part = pending.pop(); part !== undefined; part = pending.pop()) {
      if (part === '..') {
        at.pop()
        continue
      }
      const next = [...at, part].join('/')
      const entry = this.entries.get(next)
      if (entry === undefined) {
        const rest = [...at, part, ...pending.reverse()]
        const kind = this.lists(at, rest.length - at.length) ? 'missing' : 'unknown'
        const absent = kind === 'missing' ? `/${next}` : null
        return { kind, canonical: `/${rest.join('/')}`, link, absent }
      }
      if (entry.kind !== 'link') {
        at.push(part)
        last = entry.kind
        continue
      }
      link ??= { path: `/${next}`, target: entry.target }
      if (++links > MOST_LINKS)
        return { kind: 'missing', canonical: path, link, absent: `/${next}` }
      if (entry.target.startsWith('/')) at.length = 0
      pending.push(
        ...entry.target
          .split('/')
          .filter((p) => p !== '' && p !== '.')
          .reverse(),
      )
    }
    return {
      kind: at.length === 0 ? 'dir' : last,
      canonical: `/${at.join('/')}`,
      link,
      absent: null,
    }
  }

  /** Whether the record lists all directories of a directory, and all files where only one part is left. */
  private lists(folder: readonly string[], left: number): boolean {
    if (this.record?.complete !== true) return false
    const [top] = folder
    if (top === undefined) return true
    if (top === 'etc') return folder.length < 12 && (left > 1 || folder.length <= 3)
    if (top === 'var') return folder.length < 6
    const path = folder.join('/')
    if (/^usr\/(bin|sbin)$/.test(path)) return false
    if (/^usr(\/[^/]+)?$/.test(path)) return left > 1
    return LISTED.some((area) => path === area || path.startsWith(`${area}/`))
  }
}

/** Areas of the record that hold everything below them. */
const LISTED = [
  'usr/lib/systemd/system',
  'usr/lib/firewalld/services',
  'usr/share/zoneinfo',
  'usr/lib/locale',
  'usr/lib/kbd/keymaps',
]

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
