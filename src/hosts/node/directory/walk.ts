import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import type { Directory, Leaf, Node, Stat } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import type { XattrsByPath } from './xattrs'

/** The tree below a root on a disk; links are kept as links and never followed. */
export interface DiskTree {
  root: Directory
  /** Where each leaf lies, below the root; of hard links the first name. */
  paths: Map<Leaf, ByteString>
  /** What could not be read. */
  problems: SealscopeError[]
}

const SHOWN_PATH = 300
const REASONS: Record<string, string> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  ENOENT: 'nothing: it was removed meanwhile',
  ENAMETOOLONG: 'a path that is too long for the system',
  ELOOP: 'a link in place of a file',
  EIO: 'an input/output error',
}
const NO_XATTRS: ReadonlyMap<ByteString, ByteString> = new Map()

/** Reads names and metadata of a root (composefs-rs fs.rs `scan_directory`); contents are left alone. */
export function walkDisk(root: string, xattrs: XattrsByPath | null): DiskTree {
  return new DiskWalk(root, xattrs).run()
}

class DiskWalk {
  private readonly base: ByteString
  private readonly paths = new Map<Leaf, ByteString>()
  private readonly problems: SealscopeError[] = []
  /** Leaves by device and inode: hard links are one leaf. */
  private readonly inodes = new Map<string, Leaf>()

  constructor(
    root: string,
    private readonly xattrs: XattrsByPath | null,
  ) {
    this.base = Buffer.from(root).toString('latin1').replace(/\/+$/, '')
  }

  run(): DiskTree {
    const root = this.directory(lstatSync(diskPath(this.base, '.'), { bigint: true }), '')
    const pending: [Directory, ByteString][] = [[root, '']]
    for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
      const [directory, path] = next
      for (const name of this.list(path)) {
        const below = path === '' ? name : `${path}/${name}`
        const node = this.read(below)
        if (node === null) continue
        directory.entries.set(name, node)
        if (node.kind === 'dir') pending.push([node, below])
      }
    }
    return { root, paths: this.paths, problems: this.problems }
  }

  private list(path: ByteString): ByteString[] {
    try {
      return readdirSync(diskPath(this.base, path), 'latin1').sort()
    } catch (thrown) {
      this.problems.push(unreadable(path, thrown))
      return []
    }
  }

  private read(path: ByteString): Node | null {
    try {
      const stat = lstatSync(diskPath(this.base, path), { bigint: true })
      if (stat.isDirectory()) return this.directory(stat, path)
      const inode = `${stat.dev}/${stat.ino}`
      const known = this.inodes.get(inode)
      if (known !== undefined) return known
      const leaf = this.leaf(stat, path)
      this.inodes.set(inode, leaf)
      this.paths.set(leaf, path)
      return leaf
    } catch (thrown) {
      this.problems.push(unreadable(path, thrown))
      return null
    }
  }

  private directory(stat: BigIntStats, path: ByteString): Directory {
    return { kind: 'dir', stat: this.stat(stat, path), origin: null, entries: new Map() }
  }

  private leaf(found: BigIntStats, path: ByteString): Leaf {
    const stat = this.stat(found, path)
    const origin = { layer: 0, entry: this.inodes.size }
    if (found.isSymbolicLink()) {
      const target = readlinkSync(diskPath(this.base, path), 'latin1')
      return { kind: 'symlink', stat, origin, target }
    }
    if (found.isFIFO()) return { kind: 'fifo', stat, origin }
    if (found.isSocket()) return { kind: 'socket', stat, origin }
    if (found.isFile()) {
      const verity = { sha512: null, sha256: null }
      const content = { size: Number(found.size), inline: null, verity }
      return { kind: 'file', stat, origin, content }
    }
    const kind = found.isBlockDevice() ? 'block' : 'char'
    return { kind, stat, origin, ...deviceNumbers(found.rdev) }
  }

  private stat(found: BigIntStats, path: ByteString): Stat {
    const second = 1_000_000_000n
    const nsec = ((found.mtimeNs % second) + second) % second
    return {
      mode: Number(found.mode) & 0o7777,
      uid: Number(found.uid),
      gid: Number(found.gid),
      mtimeSec: Number((found.mtimeNs - nsec) / second),
      mtimeNsec: Number(nsec),
      xattrs: this.xattrs?.get(path) ?? NO_XATTRS,
    }
  }
}

/** Linux' encoding of a device number (makedev(3)). */
function deviceNumbers(rdev: bigint): { major: number; minor: number } {
  const major = ((rdev >> 8n) & 0xfffn) | ((rdev >> 32n) & 0xfffff000n)
  const minor = (rdev & 0xffn) | ((rdev >> 12n) & 0xffffff00n)
  return { major: Number(major), minor: Number(minor) }
}

/** A path for Node's functions, byte for byte. */
export function diskPath(base: ByteString, path: ByteString): Buffer {
  return Buffer.from(`${base}/${path}`, 'latin1')
}

export function unreadable(path: ByteString, thrown: unknown): SealscopeError {
  const code = (thrown as NodeJS.ErrnoException).code ?? String(thrown)
  const shown = Buffer.from(path, 'latin1').toString()
  return new SealscopeError({
    code: 'file-unreadable',
    what: 'a file or folder cannot be read',
    where: { path: shown.length > SHOWN_PATH ? `${shown.slice(0, SHOWN_PATH)}…` : shown },
    found: Object.hasOwn(REASONS, code) ? (REASONS[code] ?? code) : code,
    cause: thrown,
  })
}
