import type { ByteString } from '../../../base/byte-string'
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

type FilePair = readonly [metacopy: Xattr, redirect: Xattr]

/** Makes the attributes of one image, each name and value once. */
export class XattrTable {
  private readonly known = new Map<string, Xattr>()
  private readonly lists = new Map<ReadonlyMap<ByteString, ByteString>, readonly Xattr[]>()
  private readonly files = new Map<string, FilePair>()
  private readonly split = new Map<readonly Xattr[], readonly [number, number]>()
  private readonly metacopy: Xattr
  private readonly redirect: Xattr

  /** `old`: the rules of versions 0 and 1. */
  constructor(private readonly old: boolean) {
    this.metacopy = this.make(`${OVERLAY}metacopy`, '')
    this.redirect = this.make(`${OVERLAY}redirect`, '')
  }

  /** The attributes of a stat in the order of the version; overlayfs' own names are escaped. */
  ofStat(xattrs: ReadonlyMap<ByteString, ByteString>): readonly Xattr[] {
    const known = this.lists.get(xattrs)
    if (known !== undefined) return known
    const list = [...xattrs]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => this.get(escapeOverlay(name), value))
    if (this.old) list.sort(compareByName)
    this.lists.set(xattrs, list)
    return list
  }

  /** The attributes of a stat together with what points the file at its object. */
  ofFile(xattrs: ReadonlyMap<ByteString, ByteString>, digest: string): readonly Xattr[] {
    const own = this.ofStat(xattrs)
    const [metacopy, redirect] = this.ofDigest(digest)
    if (!this.old || own.length === 0) return [metacopy, redirect, ...own]
    const [first, second] = this.splitOf(own)
    if (first === own.length) return [...own, metacopy, redirect]
    return [...own.slice(0, first), metacopy, ...own.slice(first, second), redirect, ...own.slice(second)] // prettier-ignore
  }

  private ofDigest(digest: string): FilePair {
    const known = this.files.get(digest)
    if (known !== undefined) return known
    const bytes = digest.length / 2
    const pair: FilePair = [
      pointer(this.metacopy, 'metacopy', digest, 4 + bytes),
      pointer(this.redirect, 'redirect', digest, 2 + 2 * bytes),
    ]
    this.files.set(digest, pair)
    return pair
  }

  /** Where the two pointers sort among a stat's own attributes. */
  private splitOf(own: readonly Xattr[]): readonly [number, number] {
    const known = this.split.get(own)
    if (known !== undefined) return known
    const before = ({ name }: Xattr) => own.filter((xattr) => xattr.name < name).length
    const split = [before(this.metacopy), before(this.redirect)] as const
    this.split.set(own, split)
    return split
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
      if (prefix === LUSTRE && this.old) continue
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

function pointer(like: Xattr, form: Xattr['form'], digest: string, valueSize: number): Xattr {
  const { name, prefix, suffix, filter } = like
  const size = entrySize(suffix.length, valueSize)
  return { name, prefix, suffix, value: digest, form, valueSize, size, filter, users: 0, offset: 0 }
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
