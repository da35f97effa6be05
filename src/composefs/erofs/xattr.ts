import type { ByteString } from '../../tree/node'
import { xxh32 } from './xxh32'

/**
 * One extended attribute of an image. All inodes with the same name and value refer to the same
 * object, so that counting its users and finding its place in the shared table need no look-up.
 */
export interface Xattr {
  /** Full name, as sorted in versions 0 and 1. */
  name: ByteString
  /** EROFS_XATTR_INDEX_* of the name's prefix. */
  prefix: number
  suffix: ByteString
  /** The value; for `metacopy` and `redirect` the digest in hex, which sorts alike. */
  value: ByteString
  /** How the value is written: as it is, or made from the digest (linux overlayfs metacopy format). */
  form: 'raw' | 'metacopy' | 'redirect'
  valueSize: number
  /** Size of the entry: 4 bytes, suffix, value, padded to 4. */
  size: number
  /** Bit of this name in an inode's name filter. */
  filter: number
  /** Inodes that carry it; more than one: it lives in the shared table. */
  users: number
  /** Byte offset in the shared table. */
  offset: number
}

// erofs_fs.h EROFS_XATTR_INDEX_*; only version 2 uses lustre (composefs-rs erofs/writer.rs).
const PREFIXES = [
  '',
  'user.',
  'system.posix_acl_access',
  'system.posix_acl_default',
  'trusted.',
  'lustre.',
  'security.',
] as const
const LUSTRE = 5
/** erofs_fs.h EROFS_XATTR_FILTER_SEED. */
const FILTER_SEED = 0x25bbe08f
const OVERLAY = 'trusted.overlay.'

/** Makes the attributes of one image, each name and value once. */
export class XattrTable {
  private readonly known = new Map<string, Xattr>()
  private readonly lists = new Map<ReadonlyMap<ByteString, ByteString>, readonly Xattr[]>()
  private readonly files = new Map<string, readonly [Xattr, Xattr]>()
  private readonly metacopy: Omit<Xattr, 'value'>
  private readonly redirect: Omit<Xattr, 'value'>

  constructor(private readonly withLustre: boolean) {
    this.metacopy = { ...this.make(`${OVERLAY}metacopy`, ''), form: 'metacopy' }
    this.redirect = { ...this.make(`${OVERLAY}redirect`, ''), form: 'redirect' }
  }

  /** The attributes of a stat in byte order of their names; overlayfs' own names are escaped. */
  ofStat(xattrs: ReadonlyMap<ByteString, ByteString>): readonly Xattr[] {
    const known = this.lists.get(xattrs)
    if (known !== undefined) return known
    const list = [...xattrs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => this.get(escapeOverlay(name), value))
    this.lists.set(xattrs, list)
    return list
  }

  /** What points a file at its object: metacopy (with the digest) and redirect. */
  ofDigest(digest: string): readonly [Xattr, Xattr] {
    const known = this.files.get(digest)
    if (known !== undefined) return known
    const bytes = digest.length / 2
    const pair = [
      { ...this.metacopy, value: digest, valueSize: 4 + bytes, size: entrySize(12 + 4, 4 + bytes) },
      {
        ...this.redirect,
        value: digest,
        valueSize: 2 + 2 * bytes,
        size: entrySize(12 + 4, 2 + 2 * bytes),
      },
    ] as const
    this.files.set(digest, pair)
    return pair
  }

  get(name: ByteString, value: ByteString): Xattr {
    const key = `${name.length} ${name}${value}`
    const known = this.known.get(key)
    if (known !== undefined) return known
    const xattr = this.make(name, value)
    this.known.set(key, xattr)
    return xattr
  }

  /** Every attribute that several inodes carry. */
  shared(): Xattr[] {
    const shared = [...this.known.values()].filter((xattr) => xattr.users > 1)
    for (const pair of this.files.values()) if (pair[0].users > 1) shared.push(...pair)
    return shared
  }

  private make(name: ByteString, value: ByteString): Xattr {
    const prefix = this.prefixOf(name)
    const suffix = name.slice(PREFIXES[prefix]?.length ?? 0)
    return {
      name,
      prefix,
      suffix,
      value,
      form: 'raw',
      valueSize: value.length,
      size: entrySize(suffix.length, value.length),
      filter: 1 << (xxh32(suffix, (FILTER_SEED + prefix) >>> 0) & 31),
      users: 0,
      offset: 0,
    }
  }

  private prefixOf(name: ByteString): number {
    for (let prefix = PREFIXES.length - 1; prefix > 0; prefix--) {
      if (prefix === LUSTRE && !this.withLustre) continue
      if (name.startsWith(PREFIXES[prefix] ?? '')) return prefix
    }
    return 0
  }
}

/** POSIX ACL prefixes make the image carry the flag HAS_ACL. */
export function isAcl(xattr: Xattr): boolean {
  return xattr.prefix === 2 || xattr.prefix === 3
}

/** Order of versions 0 and 1 (C mkcomposefs): full name, value length, value. */
export function compareByName(a: Xattr, b: Xattr): number {
  return compare(a.name, b.name) || a.valueSize - b.valueSize || compare(a.value, b.value)
}

/** Order of version 2: prefix index, suffix, value. */
export function compareByPrefix(a: Xattr, b: Xattr): number {
  return a.prefix - b.prefix || compare(a.suffix, b.suffix) || compare(a.value, b.value)
}

/** The mounted file shows overlayfs' own attributes as they were when they carry another prefix. */
function escapeOverlay(name: ByteString): ByteString {
  return name.startsWith(OVERLAY) ? `${OVERLAY}overlay.${name.slice(OVERLAY.length)}` : name
}

function entrySize(suffix: number, value: number): number {
  return (4 + suffix + value + 3) & ~3
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
