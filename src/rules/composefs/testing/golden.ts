import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { Kernels } from '../../../base/hash/kernels'
import { readLayer, type LayerResult } from '../../../image/layers/read-layer'
import type { Leaf } from '../../../image/tree/node'
import { POLICY_FILE } from '../selinux/policy'

/** A compact fixture of golden data: gzip-compressed JSON. */
export function readFixture<T>(url: URL): T {
  return JSON.parse(gunzipSync(readFileSync(url)).toString()) as T
}

/** Reads a layer from memory, keeping the files that decide the labels. */
export function readLayerBytes(
  kernels: Kernels,
  bytes: Uint8Array,
  layer: number,
  expected: { digest: string; size: number; diffId: string | null } | null,
): Promise<LayerResult<Uint8Array>> {
  return readLayer<Uint8Array>({
    layer,
    kernels,
    verity: ['sha512', 'sha256'],
    expected,
    open: async () => new Blob([new Uint8Array(bytes)]).stream(),
    sinkFor: (entry) => {
      if (!POLICY_FILE.test(entry.path.replace(/^(\.?\/)+/, ''))) return null
      const parts: Uint8Array[] = []
      return {
        push: (chunk) => void parts.push(chunk.slice()),
        end: () => new Uint8Array(Buffer.concat(parts)),
      }
    },
  })
}

export function readerOf(
  layers: readonly LayerResult<Uint8Array>[],
): (leaf: Extract<Leaf, { kind: 'file' }>) => Uint8Array {
  return (leaf) => {
    const entry = layers[leaf.origin.layer]?.listing.entries[leaf.origin.entry]
    return entry?.captured ?? leaf.content.inline ?? new Uint8Array(0)
  }
}
