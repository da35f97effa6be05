import { SealscopeError } from '../../base/error'
import type { LayerRead, UnreadLayer } from '../../contract/facts'
import {
  IMAGE_ALLOWANCE,
  type Allowance,
  type LayerEntry,
  type LayerListing,
} from '../../formats/tar/entry'
import type { OpenedImage } from '../../formats/oci/image'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import { tocPlace } from '../../formats/oci/zstd-toc'
import { lookByIndex } from './indexed-look'
import type { UkiScan } from '../../formats/uki/scan'
import type { Captured, CaptureRule } from './capture'
import type { CapturedContents, FileNeed } from './contents'
import {
  bringsUki,
  type LayerReaders,
  type LayerTask,
  type RunLayerTask,
  runLayerTask,
  type TaskTools,
  UKI_PATH,
} from './layer-task'

/** How the layers of an image are read. */
export interface ReadingOptions extends TaskTools {
  /** Which digests of file contents to compute. */
  verity: LayerTask['verity']
  /** Other digests, by what a look at the last layer tells of its UKI: so that all come in one pass. */
  verityFor?: ((uki: UkiScan) => LayerTask['verity']) | undefined
  /** Files to keep as they stream by. */
  capture: readonly CaptureRule[]
  /** The layers to read; absent: all. */
  only?: readonly number[] | undefined
  /** Stop at the last layer that brings a UKI; no digests are computed. */
  quick: boolean
  /** Read layers elsewhere; absent: here. */
  readers?: LayerReaders
  onProgress?(layer: number, bytes: number): void
}

/** Layers that are read here at a time: inflating runs beside hashing and scanning. */
const LANES = 2
/** Compressed bytes that a quick look reads in any case. */
const QUICK_BYTES = 256 * 1024
/** Compressed bytes from which on a look ahead is cheaper than reading again, and what it reads at most. */
const PEEK_WORTH = 16 << 20
const PEEK_BYTES = 4 << 20

type TaskChanges = Partial<Pick<LayerTask, 'wanted' | 'verity' | 'capture' | 'peek'>>

/** A layer of which nothing was read. */
export const EMPTY: LayerListing<Captured> = {
  entries: [],
  compression: 'none',
  multiFrame: false,
  size: 0,
  uncompressedSize: 0,
  diffId: null,
  complete: false,
  stopped: false,
  whole: false,
  spent: { entries: 0, metadata: 0, contents: 0, unpacked: 0 },
  importError: null,
}

/** Reads the layers of an image, and again those that hold a file whose content turns out to be needed. */
export class LayerReading {
  /** In the order of the layers; null for a layer that was not read. */
  readonly listings: (LayerListing<Captured> | null)[]
  /** What is wrong with layers, each with its layer. */
  readonly errors: SealscopeError[] = []
  /** Layers that could not be read, each once. */
  readonly unread: UnreadLayer[] = []
  /** Compressed bytes, those that were read twice included. */
  bytesRead = 0
  /** Null when layers are read here. */
  private readers: LayerReaders | null
  /** Digests of contents that are computed; what the last layer's UKI claims may add one. */
  verity: LayerTask['verity']
  /** Layers of which the table of contents was read alone. */
  private readonly indexed = new Set<number>()
  private readonly bytesOf = new Map<number, number>()
  private readonly askedFor = new Set<string>()
  private left: Allowance = { ...IMAGE_ALLOWANCE }

  constructor(
    private readonly image: OpenedImage,
    private readonly options: ReadingOptions,
  ) {
    this.listings = image.layers.map(() => null)
    this.readers = options.readers ?? null
    this.verity = options.quick ? [] : options.verity
  }

  /** From now on layers are read here: the threads are needed no more. */
  detach(): void {
    this.readers = null
  }

  /** Reads a little of the last layer of a large image, for the digests that its UKI claims. */
  private async peekHashes(): Promise<void> {
    const { layers } = this.image
    const total = layers.reduce((sum, { size }) => sum + size, 0)
    const { verityFor, verity } = this.options
    if (verityFor === undefined || verity.length === 0 || total < PEEK_WORTH) return
    const last = layers.length - 1
    const capture = [{ kind: 'uki' as const, pattern: UKI_PATH }]
    const task = { verity: [], capture, peek: { least: 0, most: PEEK_BYTES } }
    // What is wrong with the layer is told when all of it is read.
    const { entries } = (await this.run(last, task)).listing
    const ukis = entries.flatMap(({ path, captured }) => captured?.kind === 'uki' ? [{ path, scan: captured.scan }] : []) // prettier-ignore
    const [first] = ukis.sort((a, b) => (a.path < b.path ? -1 : 1))
    if (first !== undefined) this.verity = verityFor(first.scan)
  }

  async readAll(): Promise<void> {
    await this.peekHashes()
    // The largest first, so that no lane is left with it at the end.
    const { layers } = this.image
    const wanted = layers.map((_, index) => index).filter((index) => this.options.only?.includes(index) !== false) // prettier-ignore
    const order = wanted.filter((index) => this.firstOf(index) === index || !wanted.includes(this.firstOf(index))) // prettier-ignore
    order.sort((a, b) => (layers[b]?.size ?? 0) - (layers[a]?.size ?? 0))
    await this.inLanes(order, async (index) => {
      this.listings[index] = this.afforded(index, await this.read(index))
    })
    for (const index of wanted.filter((each) => !order.includes(each))) this.repeat(index)
  }

  /** The first layer of the same bytes: they are read once. */
  private firstOf(index: number): number {
    const { digest, diffId } = this.image.layers[index] ?? {}
    return this.image.layers.findIndex((layer) => layer.digest === digest && layer.diffId === diffId) // prettier-ignore
  }

  /** A layer of the same bytes as an earlier one. Its entries take their place in the image's allowance again. */
  private repeat(index: number): void {
    const first = this.listings[this.firstOf(index)]
    if (first?.whole !== true) return
    this.listings[index] = this.afforded(index, { ...first, spent: { ...first.spent, contents: 0 } }) // prettier-ignore
    this.options.onProgress?.(index, first.size)
  }

  /**
   * From the last layer to the first, until the command line of a UKI is known. Other entries of its layer,
   * or lower layers, could hold one whose name comes first, so QUICK_BYTES are read in any case.
   */
  async readQuick(): Promise<void> {
    let found = false
    for (let index = this.image.layers.length - 1; index >= 0; index--) {
      const layer = this.image.layers[index]
      const size = (layer === undefined ? null : tocPlace(layer.annotations, layer.size)?.size) ?? layer?.size ?? 0 // prettier-ignore
      if (found && this.bytesRead + size > QUICK_BYTES) return
      const indexed = await this.look(index)
      if (indexed !== null) {
        this.listings[index] = this.afforded(index, indexed)
        found ||= bringsUki(indexed)
        continue
      }
      const least = Math.max(0, QUICK_BYTES - this.bytesRead)
      const listing = await this.read(index, { peek: { least, most: Infinity } })
      this.listings[index] = this.afforded(index, listing)
      found ||= bringsUki(listing)
    }
  }

  /** A layer by its table of contents, where it has one. */
  private async look(index: number): Promise<LayerListing<Captured> | null> {
    const layer = this.image.layers[index]
    // A small layer is read whole: then its own digest tells.
    if (layer === undefined || layer.size <= QUICK_BYTES) return null
    const onBytes = (count: number) => this.count(index, count)
    const { kernels, signal } = this.options
    const found = await lookByIndex(layer, kernels, onBytes, signal)
    if (found === null) return null
    this.indexed.add(index)
    const spent = { ...EMPTY.spent, entries: found.entries.length }
    return { ...EMPTY, ...found, compression: 'zstd:chunked', stopped: true, spent }
  }

  private count(index: number, bytes: number): void {
    this.bytesRead += bytes
    this.bytesOf.set(index, (this.bytesOf.get(index) ?? 0) + bytes)
  }

  /** How much was read of each layer, in image order. */
  get reads(): LayerRead[] {
    const how = (layer: number) => (this.indexed.has(layer) ? 'indexed' : 'whole')
    const all = [...this.bytesOf].map(
      ([layer, bytes]) => ({ layer, bytes, how: how(layer) }) as const,
    )
    return all.sort((a, b) => a.layer - b.layer)
  }

  /** Reads layers once more for contents that are wanted, several at a time; each until its last one has come. */
  async fetch(contents: CapturedContents, needs: readonly FileNeed[]): Promise<void> {
    const byLayer = new Map<number, Map<number, Captured['kind']>>()
    for (const { leaf, kind } of needs) {
      const { layer, entry } = leaf.origin
      if (this.listings[layer]?.whole !== true) continue
      const wanted = byLayer.get(layer) ?? new Map<number, Captured['kind']>()
      // An entry that is wanted in two ways comes in one of them now.
      if (wanted.has(entry) || !this.isNew(`${layer}/${entry}/${kind}`)) continue
      byLayer.set(layer, wanted.set(entry, kind))
    }
    await this.inLanes([...byLayer], ([layer, wanted]) => this.fetchOf(contents, layer, wanted))
  }

  /** Computes a digest of all contents that was not asked for before. */
  async measure(algorithm: VerityAlgorithm): Promise<void> {
    const layers = this.image.layers.map((_, index) => index)
    await this.inLanes(layers, async (index) => {
      const known = this.listings[index]
      if (known?.whole !== true || this.firstOf(index) !== index) return
      const listing = await this.read(index, { verity: [algorithm], capture: [] })
      for (const [at, { verity }] of listing.entries.entries()) {
        const entry = known.entries[at]
        const digest = verity[algorithm]
        // Small contents have none, and share one record of that.
        if (entry !== undefined && listing.whole && digest !== null)
          entry.verity[algorithm] = digest
      }
    })
  }

  private async fetchOf(
    contents: CapturedContents,
    layer: number,
    wanted: ReadonlyMap<number, Captured['kind']>,
  ): Promise<void> {
    const listing = await this.read(layer, { wanted, verity: this.verity })
    this.left.contents -= listing.spent.contents
    const before = this.listings[layer]?.entries ?? []
    for (const entry of listing.entries) {
      if (entry.captured === null) continue
      if (listing.whole || isSame(entry, before[entry.index]))
        contents.add(layer, entry.index, entry.captured) // prettier-ignore
      else this.note(layer, changed(layer, entry.path), { ...listing, whole: false })
    }
  }

  /** False for what was asked for before: a layer that did not give it will not the next time. */
  private isNew(key: string): boolean {
    const known = this.askedFor.has(key)
    this.askedFor.add(key)
    return !known
  }

  private async inLanes<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
    const left = [...items]
    const lane = async () => {
      for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
    }
    await Promise.all(Array.from({ length: this.readers?.count ?? LANES }, lane))
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

  /** Contents were not kept because others took all the room. */
  get isFull(): boolean {
    return this.left.contents <= 0
  }

  private async read(index: number, changes: TaskChanges = {}): Promise<LayerListing<Captured>> {
    if (this.image.layers[index] === undefined) return EMPTY
    const { listing, error } = await this.run(index, changes)
    if (error !== null) this.note(index, error, listing)
    return listing
  }

  private run(index: number, changes: TaskChanges): ReturnType<RunLayerTask> {
    const { options } = this
    let reported = 0
    const onProgress = (bytes: number) => {
      const more = Math.max(0, bytes - reported)
      this.count(index, more)
      reported = Math.max(reported, bytes)
      options.onProgress?.(index, bytes)
    }
    // What was counted the first time is not counted again.
    const isFirst = this.listings[index] === null
    const allowance = isFirst ? this.left : { ...IMAGE_ALLOWANCE, contents: this.left.contents } // prettier-ignore
    const task: LayerTask = {
      layer: index,
      verity: this.verity,
      capture: options.capture,
      wanted: null,
      allowance: { ...allowance },
      ...changes,
    }
    const run = (each: LayerTask) =>
      this.readers?.run(each, onProgress) ?? runLayerTask(this.image, each, options, onProgress)
    return asked(run, task, this.image.remote)
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

/** Digests of the first reading, when all of the layer was verified, vouch for a content that came later. */
function isSame(later: LayerEntry<Captured>, first: LayerEntry<Captured> | undefined): boolean {
  if (first === undefined || first.size !== later.size) return false
  const { sha512, sha256 } = first.verity
  const known = [sha512 !== null && sha512 === later.verity.sha512, sha256 !== null && sha256 === later.verity.sha256] // prettier-ignore
  return known.includes(true)
}

function changed(layer: number, path: string): SealscopeError {
  return new SealscopeError({
    code: 'layer-changed',
    what: 'a file is another one when it is read a second time',
    where: { layer, path },
  })
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
