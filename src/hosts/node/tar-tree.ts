import { createHash } from 'node:crypto'
import { createReadStream, statSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { ReadableStream as NodeStream } from 'node:stream/web'
import type { Kernels } from '../../base/hash/kernels'
import { IMAGE_ALLOWANCE } from '../../formats/tar/entry'
import { readLayer } from '../../image/layers/read-layer'
import { mergeLayers } from '../../image/tree/merge'
import type { Directory } from '../../image/tree/node'
import { plainArchive } from './compressed'

/** The tree of a tar archive (plain, gzip or zstd) with fs-verity digests; limits are those of a layer. */
export async function readTarTree(path: string, kernels: Kernels): Promise<Directory> {
  const plain = await plainArchive(path)
  const digest = await digestOf(plain)
  const { listing, error } = await readLayer<null>({
    layer: 0,
    kernels,
    verity: ['sha512'],
    allowance: { ...IMAGE_ALLOWANCE },
    expected: { digest, diffId: null, size: statSync(plain).size },
    open: async () => streamOf(plain),
    sinkFor: () => null,
    onProgress: () => undefined,
  })
  if (error !== null) throw error
  return mergeLayers([listing]).root
}

function streamOf(path: string): ReadableStream<Uint8Array> {
  const stream: NodeStream<Uint8Array> = Readable.toWeb(createReadStream(path))
  return stream as ReadableStream<Uint8Array>
}

async function digestOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk as Uint8Array)
  return `sha256:${hash.digest('hex')}`
}
