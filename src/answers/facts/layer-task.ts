import type { CreateHasher, Kernels, VerityAlgorithm } from '../../base/hash/kernels'
import type { CreateGunzip } from '../../formats/codec/decompress'
import type { Allowance } from '../../formats/tar/entry'
import { readLayer, type LayerResult } from '../../image/layers/read-layer'
import type { OpenedImage } from '../../formats/oci/image'
import { captureKind, captureSink, type Captured } from './capture'

/** One layer to read; structured-cloneable, so that another thread can do it. */
export interface LayerTask {
  layer: number
  verity: readonly VerityAlgorithm[]
  /** Entries whose content is wanted, by index; null: those that `captureKind` names. */
  wanted: ReadonlyMap<number, Captured['kind']> | null
  allowance: Allowance
  /** Ask past the caches on the way: the bytes were wrong before. */
  fresh?: boolean
}

/** Reads a layer somewhere. `onProgress` is told compressed bytes so far. */
export type RunLayerTask = (
  task: LayerTask,
  onProgress: (compressedBytes: number) => void,
) => Promise<LayerResult<Captured>>

/** Where layers are read, `count` at a time. */
export interface LayerReaders {
  readonly count: number
  readonly run: RunLayerTask
  /** Ends what is idle, so that its memory is free; the next task starts it again. */
  rest(): void
}

export interface TaskTools {
  kernels: Kernels
  signal?: AbortSignal | undefined
  createGunzip?: CreateGunzip | undefined
  createSha256?: CreateHasher | undefined
}

/** Reads a layer here. */
export async function runLayerTask(
  image: OpenedImage,
  { layer, verity, wanted, allowance, fresh = false }: LayerTask,
  { kernels, signal, createGunzip, createSha256 }: TaskTools,
  onProgress: (compressedBytes: number) => void,
): Promise<LayerResult<Captured>> {
  const opened = image.layers[layer]
  if (opened === undefined) throw new RangeError(`the image has no layer ${layer}`)
  const room = { bytes: allowance.contents }
  const result = await readLayer<Captured>({
    layer,
    kernels,
    verity,
    allowance,
    expected: opened,
    open: (abort) => opened.open(abort, fresh),
    sinkFor: (entry) => {
      const kind = wanted === null ? captureKind(entry.path) : (wanted.get(entry.index) ?? null)
      return kind === null ? null : captureSink(kind, entry, kernels, room)
    },
    onProgress,
    ...(signal ? { signal } : {}),
    ...(createGunzip ? { createGunzip } : {}),
    ...(createSha256 ? { createSha256 } : {}),
  })
  result.listing.spent.contents = allowance.contents - room.bytes
  return result
}
