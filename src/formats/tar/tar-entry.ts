import type { TarHeader } from '../../base/hash/kernels'
import type { LayerEntry, TarEntry } from './entry'
import type { PaxOverrides } from './pax'
import { cString, headerName } from './tar-header'

const NO_XATTRS: ReadonlyMap<string, string> = new Map()
export const NO_VERITY: LayerEntry<unknown>['verity'] = Object.freeze({
  sha512: null,
  sha256: null,
})

/** What extended headers before an entry say of it. */
export interface Extensions {
  longName?: string
  longLink?: string
  pax?: PaxOverrides
}

/**
 * The entry of a header, its content still to come. Written in one piece and with small numbers: an
 * object that is copied and added to takes four times the memory.
 */
export function entryOf<T>(
  block: Uint8Array,
  header: TarHeader,
  { pax, longName, longLink }: Extensions,
  { index, offset, type }: Pick<TarEntry, 'index' | 'offset' | 'type'>,
): LayerEntry<T> {
  return {
    index,
    offset,
    path: pax?.path ?? longName ?? headerName(block, header),
    type,
    mode: Number.isNaN(header.mode) ? header.mode : header.mode & 0o7777,
    uid: small(wrap32(pax?.uid ?? header.uid)),
    gid: small(wrap32(pax?.gid ?? header.gid)),
    size: small(pax?.size ?? header.size),
    mtimeSec: small(pax?.mtimeSec ?? header.mtime),
    mtimeNsec: pax?.mtimeNsec ?? 0,
    linkTarget: pax?.linkPath ?? longLink ?? cString(block, 157, 100),
    devMajor: small(header.devMajor),
    devMinor: small(header.devMinor),
    xattrs: pax === undefined || pax.xattrs.size === 0 ? NO_XATTRS : pax.xattrs,
    inline: null,
    verity: NO_VERITY,
    captured: null,
  }
}

function wrap32(value: number): number {
  return Number.isNaN(value) ? value : value % 0x1_0000_0000
}

/** The same number; V8 keeps what it knows to be 32-bit without 16 bytes for a float. */
function small(value: number): number {
  const integer = value | 0
  return integer === value ? integer : value
}
