import { SealscopeError } from '../../base/error'
import type { Kernels } from '../../base/hash/kernels'
import { toHex } from '../../base/hash/hashing'
import { createDecoder } from '../../formats/codec/decompress'
import type { OpenedLayer } from '../../formats/oci/image'
import { parseToc, tocPlace, type TocChunk, type TocEntry } from '../../formats/oci/zstd-toc'
import type { LayerEntry, LayerListing } from '../../formats/tar/entry'
import { ukiSink } from '../../formats/uki/uki-sink'
import { scanTools } from '../../formats/uki/digest-set'
import type { Captured } from './capture'
import { UKI_PATH } from './layer-task'

/** Longest piece of a file that is fetched for a quick look; larger ones are read as they stream by. */
const CHUNK_LIMIT = 64 << 20

type Entries = Pick<LayerListing<Captured>, 'entries'>

/**
 * What a layer's table of contents says, and the command line of its first UKI, read by ranges and checked
 * by the table's digests. Null where there is no table, or anything about it is not as it must be: the layer
 * itself then tells. `onBytes` is told of the bytes that came.
 */
export async function lookByIndex(
  layer: OpenedLayer,
  kernels: Kernels,
  onBytes: (count: number) => void,
  signal?: AbortSignal,
): Promise<Entries | null> {
  const place = tocPlace(layer.annotations, layer.size)
  const { readRange } = layer
  if (place === null || readRange === undefined) return null
  const fetch = async (offset: number, size: number) => {
    const bytes = await readRange(offset, size, signal)
    if (bytes.length !== size) throw damaged('a range of the layer is cut short')
    onBytes(size)
    return bytes
  }
  try {
    const packed = await fetch(place.offset, place.size)
    check(kernels, packed, place.digest)
    const table = parseToc(unpack(kernels, packed, place.unpacked), layer.size)
    const entries = table.map((entry) => entryOf(entry))
    await readFirstUki(table, entries, kernels, fetch)
    return { entries }
  } catch (thrown) {
    if (signal?.aborted === true) throw thrown
    return null
  }
}

async function readFirstUki(
  table: readonly TocEntry[],
  entries: LayerEntry<Captured>[],
  kernels: Kernels,
  fetch: (offset: number, size: number) => Promise<Uint8Array>,
): Promise<void> {
  const ukis = table.filter(({ path, type }) => type === 'file' && UKI_PATH.test(path))
  const [first] = ukis.sort((a, b) => (a.path < b.path ? -1 : 1))
  const entry = first === undefined ? undefined : entries[first.index]
  if (first === undefined || entry === undefined) return
  const sink = ukiSink(first.size, scanTools(kernels))
  for (const chunk of first.chunks) {
    sink.push(await readChunk(chunk, kernels, fetch))
    if (sink.isDone()) break
  }
  entry.captured = { kind: 'uki', scan: sink.end(true) }
}

async function readChunk(
  { offset, end, size, digest }: TocChunk,
  kernels: Kernels,
  fetch: (offset: number, size: number) => Promise<Uint8Array>,
): Promise<Uint8Array> {
  if (size > CHUNK_LIMIT || end - offset > CHUNK_LIMIT)
    throw damaged('a piece of a file is too long')
  const bytes = unpack(kernels, await fetch(offset, end - offset), size)
  check(kernels, bytes, digest)
  return bytes
}

/** Exactly `size` bytes of a zstd stream. */
function unpack(kernels: Kernels, packed: Uint8Array, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let at = 0
  const decoder = createDecoder('zstd', kernels, (chunk) => {
    if (at + chunk.length > size) throw damaged('a piece unpacks to more than it says')
    bytes.set(chunk, at)
    at += chunk.length
  })
  try {
    decoder.push(packed)
    decoder.finish()
  } finally {
    decoder.release()
  }
  if (at !== size) throw damaged('a piece unpacks to less than it says')
  return bytes
}

function check(kernels: Kernels, bytes: Uint8Array, digest: string): void {
  const hash = kernels.sha256()
  hash.update(bytes)
  if (`sha256:${toHex(hash.digest())}` !== digest) throw damaged('a piece has another digest')
}

function entryOf(entry: TocEntry): LayerEntry<Captured> {
  return { ...entry, inline: null, verity: { sha512: null, sha256: null }, captured: null }
}

function damaged(what: string): SealscopeError {
  return new SealscopeError({ code: 'layer-table', what })
}
