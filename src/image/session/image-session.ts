import { SealscopeError } from '../../base/error'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { LayerRead, UnreadLayer } from '../../contract/facts'
import type { OpenedImage } from '../../formats/oci/image'
import type { LayerListing } from '../../formats/tar/entry'
import { mergeLayers, type MergedTree } from '../tree/merge'
import type { Directory } from '../tree/node'
import type { FileLeaf } from '../tree/reader'
import type { Captured } from './capture'
import { CapturedContents, type CutFile, type FileNeed } from './contents'
import { readLayerFile } from './file-bytes'
import type { FileSource } from './file-source'
import { EMPTY, LayerReading, type ReadingOptions } from './layer-reading'

/** Which files of a tree a rule reads; asked again when the first ones have come, since they may name others. */
export type Needs = (root: Directory, contents: CapturedContents) => Iterable<FileNeed>

/** Times that needs may name further files: a configuration that names a file is the most there is. */
const ROUNDS = 4

/**
 * One image that was read: its layers, the merged tree, the contents that rules asked for, and what is wrong.
 * It lives on after the first answer: `provide` fetches further contents, `readFile` streams any file. Each
 * layer is read once; again only for contents that nobody knew of before, and then no further than they lie.
 */
export class ImageSession implements FileSource {
  /** In image order; empty for a layer that could not be read or was left out. */
  readonly layers: readonly LayerListing<Captured>[]
  /** Of the layers that were read. */
  readonly tree: MergedTree
  readonly contents: CapturedContents

  private constructor(
    readonly image: OpenedImage,
    private readonly options: ReadingOptions,
    private readonly reading: LayerReading,
  ) {
    const listings = image.layers.map((_, index) => this.listing(index))
    this.layers = listings.map((listing) => listing ?? EMPTY)
    this.tree = mergeLayers(this.layers)
    this.contents = new CapturedContents(listings)
  }

  /** Reads the layers of an image. What is wrong with one is kept in `problems`; only an abort rejects. */
  static async open(image: OpenedImage, options: ReadingOptions): Promise<ImageSession> {
    const reading = new LayerReading(image, options)
    await (options.quick ? reading.readQuick() : reading.readAll())
    return new ImageSession(image, options, reading)
  }

  get root(): Directory {
    return this.tree.root
  }

  /** What is known of a layer; null when it was left out or not all of it came. */
  listing(layer: number): LayerListing<Captured> | null {
    const listing = this.reading.listings[layer] ?? null
    const isKnown = listing?.whole === true || (this.options.quick && listing?.stopped === true)
    return isKnown ? listing : null
  }

  /** What is wrong with layers, each with its layer. */
  get problems(): readonly SealscopeError[] {
    return this.reading.errors
  }

  /** Layers that could not be read: where there is one, the tree is not the image's. */
  get unread(): readonly UnreadLayer[] {
    return this.reading.unread
  }

  /** All layers were read to their ends. */
  get isComplete(): boolean {
    return this.reading.listings.every((listing) => listing?.complete === true && listing.whole)
  }

  /** What was read was compared with the digests of layers. */
  get isVerified(): boolean {
    return this.reading.listings.every((listing) => listing === null || listing.whole)
  }

  get reads(): readonly LayerRead[] {
    return this.reading.reads
  }

  /** Compressed bytes, those that were read twice included. */
  get bytesRead(): number {
    return this.reading.bytesRead
  }

  /** Files of which only the beginning was kept, and whether some were not kept for want of room. */
  get limits(): { cut: CutFile[]; isFull: boolean } {
    return { cut: this.contents.cutFiles(), isFull: this.reading.isFull }
  }

  /** Fetches what is needed and not at hand: all of it at once, and again for what the first files name. */
  async provide(needs: Needs): Promise<void> {
    for (let round = 0; round < ROUNDS; round++) {
      const missing = [...needs(this.root, this.contents)].filter(
        (need) => !this.contents.has(need),
      )
      if (missing.length === 0) return
      await this.reading.fetch(this.contents, missing)
    }
  }

  /**
   * Collects from contents that `provide` brought. What is missing all the same is fetched, and collecting is
   * done once more.
   */
  async collect<T>(collect: () => T | Promise<T>): Promise<T> {
    const { misses } = this.contents
    misses.length = 0
    let result = await collect()
    for (let round = 0; round < ROUNDS && misses.length > 0; round++) {
      const missing = misses.splice(0)
      await this.reading.fetch(this.contents, missing)
      if (!missing.some((need) => this.contents.has(need))) break
      result = await collect()
    }
    return result
  }

  /** The algorithms by which fs-verity digests of all contents were computed. */
  get verity(): readonly VerityAlgorithm[] {
    return this.reading.verity
  }

  /** Computes fs-verity digests of all contents by an algorithm that `open` was not asked for. */
  async measure(algorithm: VerityAlgorithm): Promise<void> {
    if (this.verity.includes(algorithm)) return
    await this.reading.measure(algorithm)
    this.reading.verity = [...this.verity, algorithm]
  }

  /**
   * Streams the bytes of a file to `take`, in pieces that are valid until it returns. Resolves when they were
   * verified: by the file's fs-verity digest from the first reading, or by the layer's digest.
   */
  async readFile(leaf: FileLeaf, take: (chunk: Uint8Array) => void): Promise<void> {
    const listing = this.listing(leaf.origin.layer)
    const entry = listing?.entries[leaf.origin.entry]
    if (entry === undefined) {
      throw new SealscopeError({
        code: 'layer-unread',
        what: 'the layer that brings the file was not read',
        where: { layer: leaf.origin.layer },
      })
    }
    await readLayerFile(this.image, leaf.origin.layer, entry, this.options, take)
  }

  /** Ends idle threads, so that their memory is free. */
  rest(): void {
    this.options.readers?.rest()
  }

  /** From now on layers are read in this thread. */
  detach(): void {
    this.reading.detach()
  }
}
