import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { Allowance, ContentSink, LayerListing } from '../../formats/tar/entry'
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
  /** Stop once the command line of a UKI that bootc finds is known. */
  peek?: Peek
  /** Ask past the caches on the way: the bytes were wrong before. */
  fresh?: boolean
}

/** When to stop looking for a UKI, in compressed bytes. */
export interface Peek {
  /** So many are read even when the command line is known: other files may lie there, too. */
  least: number
  /** No more than so many, whatever was found. */
  most: number
}

/** Files of the folder where bootc looks for UKIs. */
export const UKI_PATH = /^(\.?\/)*boot\/EFI\/Linux\/[^/]+\.efi$/

/** Whether a layer has an entry of that name. */
export function bringsUki(listing: Pick<LayerListing<unknown>, 'entries'>): boolean {
  return listing.entries.some(({ path }) => UKI_PATH.test(path))
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
  { layer, verity, capture, wanted, allowance, peek, fresh = false }: LayerTask,
  { kernels, signal }: TaskTools,
  onProgress: (compressedBytes: number) => void,
): Promise<LayerResult<Captured>> {
  const opened = image.layers[layer]
  if (opened === undefined) throw new RangeError(`the image has no layer ${layer}`)
  const room = { bytes: allowance.contents }
  const found = { sink: null as ContentSink<Captured> | null, isKnown: false }
  const isKnown = () => (found.isKnown ||= found.sink?.isDone?.() === true)
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
      const sink = kind === null ? null : captureSink(kind, entry, kernels, room)
      // One that ends before it is known is known by its end.
      if (peek !== undefined && found.sink !== null) found.isKnown = true
      if (peek !== undefined && UKI_PATH.test(entry.path)) found.sink = sink
      return sink
    },
    onProgress,
    ...(peek === undefined
      ? {}
      : { isEnough: (bytes: number) => bytes >= peek.most || (bytes >= peek.least && isKnown()) }),
    ...(signal ? { signal } : {}),
  })
  result.listing.spent.contents = allowance.contents - room.bytes
  return result
}
