import { finding } from '../findings/finding'
import { SealscopeError } from '../../base/error'
import type { Finding, UnreadLayer } from '../../contract/facts'
import { IMAGE_ALLOWANCE, type Allowance, type LayerListing } from '../../formats/tar/entry'
import type { OpenedImage } from '../../formats/oci/image'
import type { Captured } from './capture'
import type { CapturedContents, Miss } from './content'
import {
  type LayerReaders,
  type LayerTask,
  type RunLayerTask,
  runLayerTask,
  type TaskTools,
} from './layer-task'

/** How the layers of an image are read. */
export interface ReadingOptions extends TaskTools {
  /** Which digests of file contents to compute. */
  verity: LayerTask['verity']
  /** Stop at the last layer that brings a UKI; no digests are computed. */
  quick: boolean
  /** Read layers elsewhere; absent: here. */
  readers?: LayerReaders
  onProgress?(layer: number, bytes: number): void
}

/** Layers that are read here at a time: inflating runs beside hashing and scanning. */
const LANES = 2
const ROUNDS = 8
const QUICK_SHARE = 0.02
const QUICK_BYTES = 1024 * 1024

/** A layer of which nothing was read. */
export const EMPTY: LayerListing<Captured> = {
  entries: [],
  compression: 'none',
  multiFrame: false,
  size: 0,
  uncompressedSize: 0,
  diffId: null,
  complete: false,
  whole: false,
  spent: { entries: 0, metadata: 0, contents: 0, unpacked: 0 },
  importError: null,
}

/** Reads the layers of an image, and again those that hold a file whose content turns out to be needed. */
export class ImageReading {
  /** In the order of the layers; null for a layer that was not read. */
  readonly listings: (LayerListing<Captured> | null)[]
  /** What is wrong with layers, each with its layer. */
  readonly errors: SealscopeError[] = []
  /** Layers that could not be read, each once. */
  readonly unread: UnreadLayer[] = []
  /** Compressed bytes, those that were read twice included. */
  bytesRead = 0
  private readonly askedFor = new Set<string>()
  private left: Allowance = { ...IMAGE_ALLOWANCE }

  constructor(
    private readonly image: OpenedImage,
    private readonly options: ReadingOptions,
  ) {
    this.listings = image.layers.map(() => null)
  }

  async readAll(): Promise<void> {
    // The largest first, so that no lane is left with it at the end.
    const { layers } = this.image
    const order = layers.map((_, index) => index)
    order.sort((a, b) => (layers[b]?.size ?? 0) - (layers[a]?.size ?? 0))
    const lane = async () => {
      for (let index = order.shift(); index !== undefined; index = order.shift()) {
        this.listings[index] = this.afforded(index, await this.read(index, null))
      }
    }
    const lanes = this.options.readers?.count ?? LANES
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  /**
   * From the last layer to the first, until a layer has brought a UKI. Lower layers could hold one whose
   * name comes first, so small images are read on: up to QUICK_SHARE of the bytes.
   */
  async readQuick(): Promise<void> {
    const total = this.image.layers.reduce((sum, layer) => sum + layer.size, 0)
    const budget = Math.max(QUICK_BYTES, total * QUICK_SHARE)
    let found = false
    for (let index = this.image.layers.length - 1; index >= 0; index--) {
      const size = this.image.layers[index]?.size ?? 0
      if (found && this.bytesRead + size > budget) return
      const listing = this.afforded(index, await this.read(index, null))
      this.listings[index] = listing
      const hasUki = listing.entries.some(({ path }) =>
        /(^|\/)boot\/EFI\/Linux\/[^/]+\.efi$/.test(path),
      )
      found ||= hasUki
    }
  }

  /** Collects until no content is missing; each round reads the layers that hold what was asked for. */
  async settle<T>(contents: CapturedContents, collect: () => T | Promise<T>): Promise<T> {
    contents.misses.length = 0
    let result = await collect()
    for (let round = 0; round < ROUNDS && contents.misses.length > 0; round++) {
      const misses = contents.misses.splice(0)
      const known = misses.filter((miss) => this.listings[miss.layer] !== null && this.isNew(miss))
      if (known.length === 0) break
      await this.readMisses(contents, known)
      result = await collect()
    }
    return result
  }

  /** False for what was asked for before: a layer that did not give it will not the next time. */
  private isNew({ layer, entry, kind }: Miss): boolean {
    const key = `${layer}/${entry}/${kind}`
    const known = this.askedFor.has(key)
    this.askedFor.add(key)
    return !known
  }

  private async readMisses(contents: CapturedContents, misses: readonly Miss[]): Promise<void> {
    for (const layer of new Set(misses.map((miss) => miss.layer))) {
      const wanted = new Map(
        misses.filter((miss) => miss.layer === layer).map((miss) => [miss.entry, miss.kind]),
      )
      const listing = await this.read(layer, wanted)
      this.left.contents -= listing.spent.contents
      for (const entry of listing.entries) {
        if (entry.captured !== null) contents.add(layer, entry.index, entry.captured)
      }
    }
  }

  /** Layers that are read at the same time each begin with what is left then; together they may be too much. */
  private afforded(layer: number, listing: LayerListing<Captured>): LayerListing<Captured> {
    const { left } = this
    const { entries, metadata, contents, unpacked } = listing.spent
    left.unpacked -= unpacked
    if (entries > left.entries || metadata > left.metadata) {
      if (!this.errors.some(({ where }) => where.layer === layer)) this.note(layer, tooMuch(layer), listing) // prettier-ignore
      return EMPTY
    }
    left.entries -= entries
    left.metadata -= metadata
    left.contents -= contents
    return listing
  }

  /** Says so when contents were not kept because others took all the room. */
  limitFindings(): Finding[] {
    if (this.left.contents > 0) return []
    const message = `the files that are read take more than ${IMAGE_ALLOWANCE.contents} bytes together: not all of them were read`
    return [finding('contents-too-large', 'warning', message, { source: 'Sealscope src/formats/tar/entry.ts' })] // prettier-ignore
  }

  private async read(index: number, wanted: LayerTask['wanted']): Promise<LayerListing<Captured>> {
    const { options } = this
    if (this.image.layers[index] === undefined) return EMPTY
    let reported = 0
    const onProgress = (bytes: number) => {
      this.bytesRead += Math.max(0, bytes - reported)
      reported = Math.max(reported, bytes)
      options.onProgress?.(index, bytes)
    }
    // The second time only contents are wanted.
    const verity = options.quick || wanted !== null ? [] : options.verity
    const allowance = wanted === null ? this.left : { ...IMAGE_ALLOWANCE, contents: this.left.contents } // prettier-ignore
    const task = { layer: index, verity, wanted, allowance: { ...allowance } }
    const run = (each: LayerTask) =>
      options.readers?.run(each, onProgress) ?? runLayerTask(this.image, each, options, onProgress)
    const { listing, error } = await asked(run, task, this.image.remote)
    if (error !== null) this.note(index, error, listing)
    return listing
  }

  /** Keeps what is wrong with a layer; one of which not all arrived tells nothing about the image. */
  private note(index: number, error: SealscopeError, listing: LayerListing<Captured>): void {
    const layer = this.image.layers[index]
    error.where.layer ??= index
    if (!this.errors.some(({ message }) => message === error.message)) this.errors.push(error)
    if (listing.whole && error.code !== TOO_MUCH) return
    if (layer === undefined || this.unread.some((known) => known.layer === index)) return
    const { digest, size } = layer
    const { code, message } = error
    const kind = error.kind === 'network' ? 'network' : 'input'
    this.unread.push({ layer: index, digest, kind, code, message, bytesRead: Math.min(listing.size, size), size }) // prettier-ignore
    this.unread.sort((a, b) => a.layer - b.layer)
  }
}

/** Wrong bytes from a network are asked for once more; then it is the network that is at fault. */
async function asked(
  run: (task: LayerTask) => ReturnType<RunLayerTask>,
  task: LayerTask,
  remote: boolean,
): ReturnType<RunLayerTask> {
  const isWrong = ({ error, listing }: Awaited<ReturnType<RunLayerTask>>) =>
    remote && !listing.whole && error?.code === 'layer-digest'
  const first = await run(task)
  if (!isWrong(first)) return first
  const second = await run({ ...task, fresh: true })
  if (!isWrong(second) || second.error === null) return second
  const error = SealscopeError.restore({ ...second.error.toPlain(), kind: 'network' })
  return { listing: second.listing, error }
}

const TOO_MUCH = 'image-entries'

function tooMuch(layer: number): SealscopeError {
  const { entries, metadata } = IMAGE_ALLOWANCE
  return new SealscopeError({
    code: TOO_MUCH,
    what: 'the image has too many entries',
    where: { layer },
    expected: `at most ${entries} with ${metadata} bytes of names and xattrs in all layers`,
    found: 'more',
  })
}
