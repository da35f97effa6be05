import { createHash } from 'node:crypto'
import { createWriteStream, renameSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, deflateRawSync, gzipSync } from 'node:zlib'
import type { Layer } from './layout-writer'
import { paxRecord } from '../../src/image/layers/testing/layers'
import { tarChunks, type Item } from './tar-writer'

const GZIP_HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])
const MEGABYTE = 1 << 20
/** RFC 8878 §3.1.1.2: the largest block. */
const ZSTD_BLOCK = 128 * 1024
/** With a window of 128 MiB, the largest that is taken. */
const WIDE_FRAME = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0, 17 << 3])
const LAST_BLOCK = Buffer.from([1 | (1 << 3), 0, 0, 65])

/** The header of one file of so many bytes, without its content. */
function fileHeader(size: number): Buffer {
  const item: Item = { path: 'usr/zeros', pax: paxRecord('size', String(size)) }
  return Buffer.concat([...tarChunks([item])]).subarray(0, -1024)
}

/** A gzip stream of one file of zeros: a thousandth of its size, and made without compressing it. */
export function* gzipZeros(gigabytes: number): Generator<Buffer> {
  const flush = { finishFlush: constants.Z_FULL_FLUSH }
  const megabyte = deflateRawSync(Buffer.alloc(MEGABYTE), flush)
  yield Buffer.concat([GZIP_HEADER, deflateRawSync(fileHeader(gigabytes * 2 ** 30), flush)])
  const many = Buffer.concat(Array.from({ length: 256 }, () => megabyte))
  for (let at = 0; at < gigabytes * 4; at++) yield many
}

/** Many gzip members: empty ones, then one that holds a tar. */
export function* gzipMembers(count: number): Generator<Buffer> {
  const empty = gzipSync(Buffer.alloc(0))
  const many = Buffer.concat(Array.from({ length: 1000 }, () => empty))
  for (let at = 0; at < count; at += 1000) yield many
  yield gzipSync(Buffer.concat([...tarChunks([{ path: 'usr/late' }])]))
}

/** A zstd frame of one file of zeros: four bytes for each 128 KiB (RLE blocks). */
export function* zstdZeros(gigabytes: number): Generator<Buffer> {
  const size = gigabytes * 2 ** 30
  const header = fileHeader(size)
  yield WIDE_FRAME
  yield Buffer.concat([blockHeader(0, header.length), header])
  const rle = Buffer.concat([blockHeader(1, ZSTD_BLOCK), Buffer.from([0])])
  const many = Buffer.concat(Array.from({ length: 8192 }, () => rle))
  for (let at = 0; at < gigabytes; at++) yield many
}

/** A zstd frame with a window of 128 MiB and blocks of one byte. */
export function* zstdSmallBlocks(count: number): Generator<Buffer> {
  yield WIDE_FRAME
  const block = Buffer.concat([blockHeader(0, 1), Buffer.from('A')])
  yield Buffer.concat(Array.from({ length: count }, () => block))
  yield LAST_BLOCK
}

/** Frames of one byte with windows of 128 MiB. */
export function* zstdFrames(count: number): Generator<Buffer> {
  yield Buffer.concat(Array.from({ length: count }, () => [WIDE_FRAME, LAST_BLOCK]).flat())
}

/** RFC 8878 §3.1.1.2: last block, type, size. */
function blockHeader(type: 0 | 1, size: number): Buffer {
  const value = (type << 1) | (size << 3)
  return Buffer.from([value & 255, (value >> 8) & 255, value >> 16])
}

/** Writes bytes that are packed already as a layer; its diff_id is made up. */
export async function writePacked(folder: string, chunks: Iterable<Buffer>): Promise<Layer> {
  const hash = createHash('sha256')
  let size = 0
  function* counted() {
    for (const chunk of chunks) {
      hash.update(chunk)
      size += chunk.length
      yield chunk
    }
  }
  const path = join(folder, 'layer.part')
  await pipeline(Readable.from(counted()), createWriteStream(path))
  const hex = hash.digest('hex')
  renameSync(path, join(folder, 'blobs/sha256', hex))
  return { digest: `sha256:${hex}`, size, diffId: `sha256:${'0'.repeat(64)}` }
}
