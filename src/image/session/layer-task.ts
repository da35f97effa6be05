import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { Allowance } from '../../formats/tar/entry'
import type { LayerRequest } from '../layers/layer-pass'
import { readLayer, type LayerResult } from '../layers/read-layer'
import type { OpenedImage } from '../../formats/oci/image'
import { captureKind, captureSink, type Captured, type CaptureRule } from './capture'

/** One layer to read; structured-cloneable, so that another thread can do it. */
export interface LayerTask {
  layer: number
  verity: readonly VerityAlgorithm[]
  /** What to keep by its path; not looked at when entries are wanted. */
  capture: readonly CaptureRule[]
  /**
   * A second reading: entries whose content is wanted, by index. Digests are computed of these alone, and
   * reading stops behind the last one when there are some: the caller compares them with those of before.
   */
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
}

function laterReading(
  wanted: ReadonlyMap<number, Captured['kind']>,
  stops: boolean,
): Pick<LayerRequest<Captured>, 'hashes' | 'onEntry'> {
  const last = Math.max(...wanted.keys())
  return {
    hashes: ({ index }) => wanted.has(index),
    onEntry: ({ index }) => (stops && index >= last ? 'stop' : undefined),
  }
}

/** Reads a layer here. */
export async function runLayerTask(
  image: OpenedImage,
  { layer, verity, capture, wanted, allowance, fresh = false }: LayerTask,
  { kernels, signal }: TaskTools,
  onProgress: (compressedBytes: number) => void,
): Promise<LayerResult<Captured>> {
  const opened = image.layers[layer]
  if (opened === undefined) throw new RangeError(`the image has no layer ${layer}`)
  const room = { bytes: allowance.contents }
  const result = await readLayer<Captured>({
    layer,
    kernels,
    verity,
    ...(wanted === null ? {} : laterReading(wanted, verity.length > 0)),
    allowance,
    expected: opened,
    open: (abort) => opened.open(abort, fresh),
    sinkFor: (entry) => {
      const kind =
        wanted === null ? captureKind(entry.path, capture) : (wanted.get(entry.index) ?? null)
      return kind === null ? null : captureSink(kind, entry, kernels, room)
    },
    onProgress,
    ...(signal ? { signal } : {}),
  })
  result.listing.spent.contents = allowance.contents - room.bytes
  return result
}
