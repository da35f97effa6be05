import { SealscopeError } from '../../base/error'
import type { Codecs } from '../../base/hash/kernels'
import type { ContentSink } from '../tar/entry'
import { createBlobDecoder, MAGIC_LENGTH, READABLE_BLOBS, sniffBlob, type BlobDecoder } from '../codec/blob-decoder' // prettier-ignore
import { CpioReader, isCpioMagic } from '../codec/cpio'
import type { InitrdListing, InitrdPart } from './scan'

/** Where dracut leaves the list of its modules (lsinitrd.sh, dracutlibdirs). */
const MODULE_LISTS: ReadonlySet<string> = new Set([
  'lib64/dracut/modules.txt',
  'lib/dracut/modules.txt',
  'usr/lib64/dracut/modules.txt',
  'usr/lib/dracut/modules.txt',
])
const LIST_LIMIT = 1024 * 1024
const UNPACKED_LIMIT = 2 * 1024 * 1024 * 1024
/** What is kept of the names: their number and all their characters. */
const NAMES_LIMIT = 100_000
const NAMES_LENGTH_LIMIT = 8 * 1024 * 1024
const PARTS_LIMIT = 1000

export interface InitrdSinkOptions {
  /** Stop unpacking when the list of dracut's modules is found; parts and names are then cut. */
  onlyModules?: boolean
}

/**
 * What an initramfs holds, while its bytes stream by: any sequence of zero bytes, cpio archives and
 * compressed blobs that hold the same (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
export function initrdSink(
  codecs: Codecs,
  options: InitrdSinkOptions = {},
): ContentSink<InitrdListing> {
  const listing = new Listing(options.onlyModules === true)
  const walker = new InitrdWalker(listing, codecs, 0)
  return {
    push(chunk) {
      if (!listing.ended) walker.push(chunk)
    },
    end() {
      walker.finish()
      walker.release()
      return listing.result(walker.complete)
    },
  }
}

/**
 * The dracut modules of an initramfs, as `lsinitrd --mod` lists them. Empty: read to the end and no
 * list there. Null: not known (no initramfs, cut, or compression that is not read here).
 */
export function initrdModulesSink(codecs: Codecs): ContentSink<string[] | null> {
  const sink = initrdSink(codecs, { onlyModules: true })
  return { push: (chunk) => sink.push(chunk), end: () => sink.end().modules }
}

/** What the walkers of an initramfs and of the blobs in it share. */
class Listing {
  failed: string | null = null
  private modules: string[] | null = null
  private readonly parts: InitrdPart[] = []
  private readonly names: string[] = []
  private namesLength = 0
  private namesCut = false
  private unpacked = 0

  constructor(private readonly onlyModules: boolean) {}

  get ended(): boolean {
    return this.failed !== null || (this.onlyModules && this.modules !== null)
  }

  result(complete: boolean): InitrdListing {
    const { modules, parts, names, namesCut, failed } = this
    const whole = failed === null && complete
    return {
      parts,
      modules: modules ?? (whole ? [] : null),
      names,
      namesCut,
      problem: failed ?? (complete ? null : 'it ends within an archive'),
    }
  }

  begin(part: InitrdPart): void {
    this.parts.push(part)
    if (this.parts.length > PARTS_LIMIT) this.failed ??= `it has more than ${PARTS_LIMIT} parts`
  }

  /** Every name is told; whether its content is wanted is the answer. */
  wants(name: string, size: number, part: InitrdPart | null): boolean {
    const plain = name.replace(/^(\.?\/)+/, '')
    if (part !== null) {
      part.entries++
      if (plain.startsWith('kernel/x86/microcode/')) part.microcode = true
    }
    this.note(plain)
    return size <= LIST_LIMIT && MODULE_LISTS.has(plain)
  }

  private note(name: string): void {
    if (name === '' || name === '.') return
    this.namesLength += name.length
    this.namesCut ||= this.names.length >= NAMES_LIMIT || this.namesLength > NAMES_LENGTH_LIMIT
    if (!this.namesCut) this.names.push(name)
  }

  take(content: Uint8Array): void {
    const lines = new TextDecoder().decode(content).split('\n')
    const modules = lines.map((line) => line.trim()).filter((line) => line !== '')
    if (modules.length > 0 && this.modules === null) this.modules = modules
  }

  count(bytes: number): void {
    this.unpacked += bytes
    if (this.unpacked > UNPACKED_LIMIT) this.failed ??= `more than ${UNPACKED_LIMIT} bytes unpacked`
  }
}

class InitrdWalker {
  private magic: number[] = []
  private cpio: CpioReader | null = null
  private blob: { decoder: BlobDecoder; inner: InitrdWalker } | null = null
  private archives = 0
  /** Bytes taken so far. */
  private position = 0

  constructor(
    private readonly listing: Listing,
    private readonly codecs: Codecs,
    private readonly depth: number,
    /** The blob of the outermost level that this is in; null there. */
    private part: InitrdPart | null = null,
  ) {}

  /** True when everything so far was understood and nothing is half read. */
  get complete(): boolean {
    if (this.blob !== null) return this.blob.inner.archives > 0 && this.blob.inner.complete
    if (this.cpio !== null) return this.cpio.atBoundary
    return this.magic.length === 0
  }

  private blobEnded(): boolean {
    return this.blob !== null && this.complete
  }

  push(chunk: Uint8Array): void {
    let rest = chunk
    this.attempt(() => {
      while (rest.length > 0 && !this.listing.ended) rest = this.step(rest)
    })
  }

  /** No more bytes come. */
  finish(): void {
    this.attempt(() => {
      const { blob } = this
      if (blob === null || this.listing.ended) return
      blob.decoder.finish()
      blob.inner.finish()
      const rest = blob.decoder.rest()
      if (rest === null) return
      this.endBlob(rest)
      this.push(rest)
    })
  }

  /** Gives back the memory of decoders that have not ended. */
  release(): void {
    this.blob?.inner.release()
    this.blob?.decoder.release()
  }

  private attempt(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (!(error instanceof SealscopeError)) throw error
      // Whatever follows a blob that ended well (padding, a second signature) is not looked at.
      if (!this.listing.ended && !this.blobEnded()) this.listing.failed = error.message
    }
  }

  /** Returns what is left of the chunk. */
  private step(chunk: Uint8Array): Uint8Array {
    if (this.blob !== null) {
      const { decoder } = this.blob
      this.take(chunk.length)
      decoder.push(chunk)
      const rest = decoder.rest()
      if (rest === null) return chunk.subarray(chunk.length)
      this.endBlob(rest)
      return rest
    }
    if (this.cpio !== null) {
      const used = this.cpio.push(chunk)
      this.take(used)
      if (this.cpio.finished) {
        this.cpio = null
        if (this.depth === 0) this.part = null
      }
      return chunk.subarray(used)
    }
    return this.seek(chunk)
  }

  private take(bytes: number): void {
    this.position += bytes
    if (this.depth === 0 && this.part !== null) this.part.size += bytes
  }

  private endBlob(rest: Uint8Array): void {
    this.take(-rest.length)
    this.blob?.inner.finish()
    this.blob?.decoder.release()
    this.blob = null
    if (this.depth === 0) this.part = null
  }

  private seek(chunk: Uint8Array): Uint8Array {
    if (this.magic.length === 0) {
      const start = chunk.findIndex((byte) => byte !== 0)
      if (start !== 0) {
        const zeros = start < 0 ? chunk.length : start
        this.take(zeros)
        return chunk.subarray(zeros)
      }
    }
    this.magic.push(chunk[0] ?? 0)
    this.position++
    if (this.magic.length < MAGIC_LENGTH) return chunk.subarray(1)
    const head = Uint8Array.from(this.magic)
    this.magic = []
    this.begin(head)
    return chunk.subarray(1)
  }

  private begin(head: Uint8Array): void {
    const isCpio = isCpioMagic(String.fromCharCode(...head))
    const kind = isCpio ? null : sniffBlob(head)
    if (!isCpio && kind === null) throw unknownPart(head)
    if (this.depth === 0) this.beginPart(kind ?? 'none')
    const { part, listing } = this
    if (kind === null) {
      this.archives++
      const wants = (name: string, size: number) => listing.wants(name, size, part)
      this.cpio = new CpioReader(wants, (_, content) => listing.take(content))
      this.cpio.push(head)
      return
    }
    if (!READABLE_BLOBS.has(kind) || this.depth > 1) throw unknownPart(head)
    const inner = new InitrdWalker(listing, this.codecs, this.depth + 1, part)
    const decoder = createBlobDecoder(kind, this.codecs, (chunk) => {
      listing.count(chunk.length)
      if (this.depth === 0 && part !== null)
        part.unpackedSize = (part.unpackedSize ?? 0) + chunk.length
      inner.push(chunk)
      if (listing.ended) throw unknownPart(head)
    })
    this.blob = { decoder, inner }
    decoder.push(head)
  }

  private beginPart(compression: InitrdPart['compression']): void {
    this.part = { offset: this.position - MAGIC_LENGTH, size: MAGIC_LENGTH, compression, unpackedSize: null, entries: 0, microcode: false } // prettier-ignore
    this.listing.begin(this.part)
  }
}

function unknownPart(head: Uint8Array): SealscopeError {
  return new SealscopeError({
    code: 'initrd-part',
    what: 'The part of the initramfs cannot be read',
    expected: 'a cpio archive or data packed with gzip, zstd, xz, lz4 or bzip2',
    found: [...head].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
  })
}
