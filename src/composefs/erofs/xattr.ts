import type { ByteString } from '../../tree/node'

/** An extended attribute as EROFS stores it: the name's prefix as an index, the rest, the value. */
export interface Xattr {
  prefix: number
  suffix: ByteString
  value: ByteString
}

// erofs_fs.h, EROFS_XATTR_INDEX_*; composefs-rs erofs/composefs.rs adds lustre for version 2 only.
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
const FILTER_SEED = 0x25bbe08f
const OVERLAY = 'trusted.overlay.'

/** POSIX ACL prefixes make the image carry the flag HAS_ACL. */
export function isAcl(xattr: Xattr): boolean {
  return xattr.prefix === 2 || xattr.prefix === 3
}

export function makeXattr(name: ByteString, value: ByteString, withLustre: boolean): Xattr {
  for (let prefix = PREFIXES.length - 1; prefix > 0; prefix--) {
    const text = PREFIXES[prefix] ?? ''
    if (prefix === LUSTRE && !withLustre) continue
    if (name.startsWith(text)) return { prefix, suffix: name.slice(text.length), value }
  }
  return { prefix: 0, suffix: name, value }
}

/** Overlayfs' own attributes are escaped, so that the mounted file shows them as they were. */
export function escapeOverlay(name: ByteString): ByteString {
  return name.startsWith(OVERLAY) ? `${OVERLAY}overlay.${name.slice(OVERLAY.length)}` : name
}

export function fullName(xattr: Xattr): ByteString {
  return (PREFIXES[xattr.prefix] ?? '') + xattr.suffix
}

export function xattrKey(xattr: Xattr): string {
  return `${xattr.prefix}\0${xattr.suffix.length}\0${xattr.suffix}${xattr.value}`
}

/** Order of versions 0 and 1 (C mkcomposefs): full name, value length, value. */
export function compareByName(a: Xattr, b: Xattr): number {
  return (
    compare(fullName(a), fullName(b)) ||
    a.value.length - b.value.length ||
    compare(a.value, b.value)
  )
}

/** Order of version 2: prefix index, suffix, value. */
export function compareByPrefix(a: Xattr, b: Xattr): number {
  return a.prefix - b.prefix || compare(a.suffix, b.suffix) || compare(a.value, b.value)
}

/** Entry size: 4 bytes, suffix, value, padded to 4. */
export function entrySize(xattr: Xattr): number {
  return (4 + xattr.suffix.length + xattr.value.length + 3) & ~3
}

/** The name filter of an inode: one bit a name, stored inverted. */
export function nameFilter(xattrs: readonly Xattr[]): number {
  let filter = 0
  for (const { prefix, suffix } of xattrs) {
    filter |= 1 << (xxh32(suffix, (FILTER_SEED + prefix) >>> 0) & 31)
  }
  return ~filter >>> 0
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

/** XXH32 (xxHash specification 0.1.1 §"XXH32 algorithm") of a byte string. */
export function xxh32(text: ByteString, seed: number): number {
  const byte = (at: number) => text.charCodeAt(at)
  const word = (at: number) =>
    byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24)
  let at = 0
  let hash = (seed + P5) | 0
  if (text.length >= 16) {
    const lanes = [(seed + P1 + P2) | 0, (seed + P2) | 0, seed | 0, (seed - P1) | 0]
    for (; at + 16 <= text.length; at += 16) {
      for (let lane = 0; lane < 4; lane++) {
        const mixed = ((lanes[lane] ?? 0) + Math.imul(word(at + 4 * lane), P2)) | 0
        lanes[lane] = Math.imul(rotl(mixed, 13), P1)
      }
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes
    hash = (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0
  }
  hash = (hash + text.length) | 0
  for (; at + 4 <= text.length; at += 4) {
    hash = Math.imul(rotl((hash + Math.imul(word(at), P3)) | 0, 17), P4)
  }
  for (; at < text.length; at++) {
    hash = Math.imul(rotl((hash + Math.imul(byte(at), P5)) | 0, 11), P1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
