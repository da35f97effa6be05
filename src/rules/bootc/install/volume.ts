import type { ByteString } from '../../../base/byte-string'

/** Content of a file on a disk that is being written; null: it comes from the machine that runs bootc. */
export interface FileBody {
  size: number
  /** Lower-case hex; null: a part of the text is random. */
  sha256: string | null
  /** The whole text where it is one of at most TEXT_LIMIT bytes, else null. */
  text: string | null
}

/** Longest text that a listing shows. */
export const TEXT_LIMIT = 6000

export interface Owned {
  mode: number
  /** `uid:gid`. */
  owner: string
  /** SELinux label; null: none. */
  selinux: ByteString | null
}

export type VolumeNode =
  | ({ type: 'dir' } & Owned)
  | ({ type: 'file'; body: FileBody | null } & Owned)
  | ({ type: 'symlink'; target: ByteString } & Owned)
  | ({ type: 'other' } & Owned)

const ROOT = '0:0'

/** What a file system holds: paths without a leading slash, parents before children once sorted. */
export class Volume {
  readonly nodes = new Map<ByteString, VolumeNode>()
  /** Label of the root folder itself. */
  rootLabel: ByteString | null = null

  has(path: ByteString): boolean {
    return path === '' || this.nodes.has(path)
  }

  isDirectory(path: ByteString): boolean {
    return path === '' || this.nodes.get(path)?.type === 'dir'
  }

  /** `mkdir -p`: folders that are missing get `mode`. */
  folder(path: ByteString, mode = 0o755): void {
    const parts = path.split('/')
    for (let count = 1; count <= parts.length; count++) {
      const at = parts.slice(0, count).join('/')
      if (at !== '' && !this.nodes.has(at)) {
        this.nodes.set(at, { type: 'dir', mode, owner: ROOT, selinux: null })
      }
    }
  }

  /** Writes a file over what is there; its folder must exist. */
  file(path: ByteString, body: FileBody | null, mode = 0o644): void {
    this.nodes.set(path, { type: 'file', body, mode, owner: ROOT, selinux: null })
  }

  link(path: ByteString, target: ByteString): void {
    this.nodes.set(path, { type: 'symlink', target, mode: 0o777, owner: ROOT, selinux: null })
  }

  put(path: ByteString, node: VolumeNode): void {
    this.nodes.set(path, node)
  }

  /** Removes a path and what is below it. */
  remove(path: ByteString): void {
    for (const name of [...this.nodes.keys()]) {
      if (name === path || name.startsWith(`${path}/`)) this.nodes.delete(name)
    }
  }

  /** Names directly below a folder, in byte order. */
  children(path: ByteString): ByteString[] {
    const prefix = path === '' ? '' : `${path}/`
    const names = new Set<ByteString>()
    for (const name of this.nodes.keys()) {
      if (!name.startsWith(prefix)) continue
      names.add(name.slice(prefix.length).split('/')[0] ?? '')
    }
    return [...names].sort()
  }

  /** In byte order of the paths. */
  sorted(): [ByteString, VolumeNode][] {
    return [...this.nodes].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  }
}
