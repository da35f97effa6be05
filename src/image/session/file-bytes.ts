import { SealscopeError } from '../../base/error'
import type { OpenedImage } from '../../formats/oci/image'
import type { LayerEntry } from '../../formats/tar/entry'
import { readLayer, type LayerResult } from '../layers/read-layer'
import type { TaskTools } from './layer-task'

/**
 * Streams one entry of a layer that was read before. Where a fs-verity digest of the entry is known, reading
 * stops behind it and the digests are compared; otherwise the layer is read to its end, for its own digest.
 */
export async function readLayerFile(
  image: OpenedImage,
  layer: number,
  entry: LayerEntry<unknown>,
  tools: TaskTools,
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  if (entry.inline !== null) return take(entry.inline)
  const { sha512, sha256 } = entry.verity
  const algorithm = sha512 !== null ? 'sha512' : sha256 !== null ? 'sha256' : null
  const opened = image.layers[layer]
  if (opened === undefined) throw new RangeError(`the image has no layer ${layer}`)
  let came = 0
  const result = await readLayer<null>({
    layer,
    kernels: tools.kernels,
    verity: algorithm === null ? [] : [algorithm],
    hashes: ({ index }) => index === entry.index,
    expected: opened,
    open: (signal) => opened.open(signal),
    sinkFor: ({ index }) => (index === entry.index ? sinkOf(take, (size) => (came += size)) : null),
    onEntry: ({ index }) => (algorithm !== null && index >= entry.index ? 'stop' : undefined),
    ...(tools.signal ? { signal: tools.signal } : {}),
  })
  checkRead(result, { layer, entry, algorithm, came, remote: image.remote })
}

function sinkOf(take: (chunk: Uint8Array) => void, count: (size: number) => void) {
  return {
    push(chunk: Uint8Array) {
      count(chunk.length)
      take(chunk)
    },
    end: () => null,
  }
}

interface Read {
  layer: number
  entry: LayerEntry<unknown>
  algorithm: 'sha512' | 'sha256' | null
  came: number
  remote: boolean
}

function checkRead(result: LayerResult<null>, read: Read): void {
  const { layer, entry, algorithm, came, remote } = read
  const { listing, error } = result
  if (error !== null && !listing.whole) throw error
  const again = listing.entries[entry.index]
  const same =
    algorithm === null ? listing.whole : again?.verity[algorithm] === entry.verity[algorithm]
  if (same && came === entry.size) return
  throw new SealscopeError({
    kind: remote ? 'network' : 'input',
    code: 'layer-changed',
    what: 'a file is another one when it is read a second time',
    where: { layer, path: entry.path },
    expected: `${entry.size} bytes`,
    found: `${came} bytes`,
  })
}
