import { SealscopeError } from '../../base/error'
import { PACKAGES_LIMIT, type Package } from './package-list'
import { SqliteFile } from './sqlite'

/** rpm include/rpm/rpmtag.h */
const TAGS = { name: 1000, version: 1001, release: 1002, epoch: 1003, arch: 1022 } as const
const INT32 = 4
const STRING = 6
/** rpm lib/header_internal.h `hdrchkTags`: no header has more entries. */
const ENTRIES_LIMIT = 0xffff
const TEXT = new TextDecoder()

/** The packages of `rpmdb.sqlite`: a header in each row of the table Packages (rpm lib/backend/sqlite.cc). */
export function rpmSqlitePackages(bytes: Uint8Array): Package[] {
  const found: Package[] = []
  for (const [, blob] of new SqliteFile(bytes).rows('Packages')) {
    if (found.length >= PACKAGES_LIMIT) break
    if (blob instanceof Uint8Array) found.push(...rpmHeaderPackage(blob))
  }
  return found
}

/** `RpmP`, the beginning of `Packages.db` (rpm lib/backend/ndb/rpmpkg.cc). */
const NDB_MAGIC = 0x506d7052
const SLOT_MAGIC = 0x746f6c53
const BLOB_MAGIC = 0x53626c42
const NDB_PAGE = 4096
const NDB_HEADER = 32
const SLOT_SIZE = 16
const BLOCK_SIZE = 16

export function isNdb(bytes: Uint8Array): boolean {
  return bytes.length >= NDB_PAGE && viewOf(bytes).getUint32(0, true) === NDB_MAGIC
}

/** The packages of ndb's `Packages.db`: pages of slots, each naming a blob by its block of 16 bytes. */
export function rpmNdbPackages(bytes: Uint8Array): Package[] {
  const view = viewOf(bytes)
  const pages = view.getUint32(16, true)
  const end = Math.min(pages * NDB_PAGE, bytes.length - SLOT_SIZE)
  const found: Package[] = []
  for (let at = NDB_HEADER; at <= end - SLOT_SIZE; at += SLOT_SIZE) {
    if (found.length >= PACKAGES_LIMIT) break
    const [magic, index, block] = [0, 4, 8].map((offset) => view.getUint32(at + offset, true))
    if (magic !== SLOT_MAGIC || !index || !block) continue
    const start = block * BLOCK_SIZE
    if (start + 16 > bytes.length || view.getUint32(start, true) !== BLOB_MAGIC) throw broken('a blob where a slot names one') // prettier-ignore
    const length = view.getUint32(start + 12, true)
    found.push(...rpmHeaderPackage(bytes.subarray(start + 16, start + 16 + length)))
  }
  return found
}

/**
 * Name and version of a header as it stands in a database: number of entries, size of the store, entries of
 * 16 bytes (tag, type, offset, count), the store (rpm lib/header.cc). Keys of signers (gpg-pubkey) are none.
 */
function rpmHeaderPackage(bytes: Uint8Array): Package[] {
  if (bytes.length < 8) throw broken('a header')
  const view = viewOf(bytes)
  const count = view.getUint32(0)
  const store = 8 + 16 * count
  if (count > ENTRIES_LIMIT || store + view.getUint32(4) > bytes.length) throw broken('a header within its blob') // prettier-ignore
  const places = new Map<number, { type: number; at: number }>()
  for (let index = 0; index < count; index++) {
    const at = 8 + 16 * index
    const tag = view.getUint32(at)
    places.set(tag, { type: view.getUint32(at + 4), at: store + view.getInt32(at + 8) })
  }
  const text = (tag: number) => {
    const place = places.get(tag)
    return place?.type === STRING ? textAt(bytes, place.at) : null
  }
  const [name, version, release] = [text(TAGS.name), text(TAGS.version), text(TAGS.release)]
  if (name === null || version === null || name === 'gpg-pubkey') return []
  const place = places.get(TAGS.epoch)
  const epoch = place?.type === INT32 && place.at >= store && place.at + 4 <= bytes.length ? view.getUint32(place.at) : null // prettier-ignore
  const full = `${epoch === null ? '' : `${epoch}:`}${version}${release === null ? '' : `-${release}`}` // prettier-ignore
  return [{ name, version: full, arch: text(TAGS.arch) }]
}

function textAt(bytes: Uint8Array, at: number): string | null {
  if (at < 0 || at >= bytes.length) return null
  const end = bytes.subarray(at, at + 1024).indexOf(0)
  return end < 0 ? null : TEXT.decode(bytes.subarray(at, at + end))
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function broken(expected: string): SealscopeError {
  const what = 'The package database of rpm cannot be read'
  return new SealscopeError({ code: 'rpmdb', what, expected, found: 'something else' })
}
