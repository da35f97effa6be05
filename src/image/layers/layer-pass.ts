import { SealscopeError, toSealscopeError } from '../../base/error'
import type { Compression } from '../../contract/facts'
import { toHex, type CreateHasher, type Hasher } from '../../base/hash/kernels'
import {
  beginsWithEmptyMember,
  memberDecoder,
  nativeInflater,
  plainDecoder,
  sniffEncoding,
  streamDecoder,
  zstdDecoder,
  type CreateGunzip,
  type Decoder,
  type Encoding,
} from '../../formats/codec/decompress'
import { IMAGE_ALLOWANCE, type LayerListing } from '../../formats/tar/entry'
import { latin1 } from '../../formats/tar/tar-header'
import { TarScanner, type ScanRequest } from '../../formats/tar/tar-scanner'
import { ZstdFrameCounter } from '../../formats/codec/zstd-frames'

const UNCOMPRESSED_LIMIT = 16 * 2 ** 30
/** The zstd:chunked footer with its frame header; longer than those of gzip and eStargz. */
const TAIL = 72
const HEAD = 1024

export interface LayerRequest<T> extends ScanRequest<T> {
  /**
   * Opens the compressed blob from its first byte. Called a second time for a gzip layer of several
   * members (or a damaged one), which only a slower decoder can read.
   */
  open(signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>>
  /** Digests are `sha256:…` or `sha512:…`; null: nothing to compare with. */
  expected: { digest: string; size: number; diffId: string | null } | null
  onProgress?: (compressedBytes: number) => void
  signal?: AbortSignal
  /** A faster gzip decoder or SHA-256 than the ones built in. */
  createGunzip?: CreateGunzip
  createSha256?: CreateHasher
}

/** One reading of a layer; a gzip layer whose members must be told apart is opened a second time. */
export class LayerPass<T> {
  readonly scanner: TarScanner<T>
  private readonly plainHash: Hasher
  private compressedHash: Hasher | null = null
  private frames = new ZstdFrameCounter()
  private encoding: Encoding = 'none'
  private decoder: Decoder | null = null
  private members = 1
  private compressed = 0
  /** Tar bytes handed to the scanner; a second reading passes over as many. */
  private plain = 0
  private passedOver = 0
  private head: Uint8Array = new Uint8Array(0)
  private tail: Uint8Array = new Uint8Array(0)
  private decodeError: SealscopeError | null = null
  private blobError: SealscopeError | null = null
  private complete = false
  private whole = false
  private diffId: string | null = null

  constructor(private readonly request: LayerRequest<T>) {
    this.scanner = new TarScanner(request)
    this.plainHash = this.hasherFor(request.expected?.diffId ?? 'sha256:')()
  }

  /** Returns what is wrong with the layer, or null. */
  async run(): Promise<SealscopeError | null> {
    await this.readBlob(false)
    if (this.scanner.stopped) return null
    if (this.needsMembers()) {
      const native = this.decodeError
      await this.readBlob(true)
      if (this.scanner.stopped) return null
      if (this.members === 1 && this.blobError === null) this.decodeError ??= native
    }
    this.scanner.finish()
    this.complete =
      this.decodeError === null &&
      (this.blobError === null || this.blobError.code === 'layer-digest')
    if (this.decodeError === null) this.diffId = this.plainDigest()
    return this.blobError ?? this.decodeError ?? this.plainError() ?? this.tarError()
  }

  /** Gives the places of running digests back; to be called once, whatever happened. */
  release(): void {
    this.scanner.release()
    this.compressedHash?.digest()
    this.compressedHash = null
    if (this.diffId === null) this.plainHash.digest()
  }

  listing(): LayerListing<T> {
    return {
      entries: this.scanner.entries,
      compression: this.compression(),
      multiFrame: this.encoding === 'zstd' ? this.frames.frames > 1 : this.members > 1,
      size: this.compressed,
      uncompressedSize: this.plain,
      diffId: this.diffId,
      complete: this.complete,
      whole: this.whole && this.scanner.exceeded === null,
      spent: this.scanner.spent,
      importError: this.scanner.importError,
    }
  }

  private async readBlob(memberwise: boolean): Promise<void> {
    this.begin(memberwise)
    const stream = await this.request.open(this.request.signal)
    const reader = stream.getReader()
    try {
      for (;;) {
        this.request.signal?.throwIfAborted()
        const { done, value } = await reader.read()
        if (done) break
        await this.takeCompressed(value, memberwise)
        if (this.scanner.stopped || (this.gaveUp && !memberwise)) return
        if (this.blobError !== null) break
      }
      if (this.decoder === null) await this.beginDecoding(memberwise)
      await this.decode((decoder) => decoder.finish())
      if (!this.gaveUp || memberwise) this.checkBlob()
    } finally {
      await this.decoder?.cancel()
      await reader.cancel().catch(() => undefined)
    }
  }

  private begin(memberwise: boolean): void {
    this.compressedHash?.digest()
    this.compressedHash = this.hasherFor(this.request.expected?.digest ?? 'sha256:')()
    this.compressed = 0
    this.passedOver = memberwise ? this.plain : 0
    this.decoder = null
    this.decodeError = null
    this.blobError = null
    this.whole = false
  }

  /** A native gzip decoder that gave up may have met a second member. */
  private get gaveUp(): boolean {
    return this.decodeError !== null && this.encoding === 'gzip'
  }

  private async takeCompressed(chunk: Uint8Array, memberwise: boolean): Promise<void> {
    const room = (this.request.expected?.size ?? Infinity) - this.compressed
    this.compressed += chunk.length
    if (chunk.length > room) {
      this.blobError = this.wrong('layer-size', 'the layer is longer than its descriptor says', `${this.request.expected?.size} bytes`, 'more') // prettier-ignore
      chunk = chunk.subarray(0, room)
    }
    this.compressedHash?.update(chunk)
    this.request.onProgress?.(this.compressed)
    this.tail = joined(this.tail, chunk.subarray(-TAIL)).slice(-TAIL)
    if (this.decoder !== null) return this.decodeChunk(chunk)
    this.head = joined(this.head, chunk)
    if (this.head.length >= HEAD) await this.beginDecoding(memberwise)
  }

  private async beginDecoding(memberwise: boolean): Promise<void> {
    const { head } = this
    this.head = new Uint8Array(0)
    this.encoding = sniffEncoding(head)
    this.decoder = this.createDecoder(memberwise)
    this.members = this.encoding === 'gzip' && beginsWithEmptyMember(head.subarray(0, HEAD)) ? 2 : 1
    await this.decodeChunk(head)
  }

  private createDecoder(memberwise: boolean): Decoder {
    const sink = (chunk: Uint8Array) => this.takePlain(chunk)
    if (this.encoding === 'zstd') return zstdDecoder(sink, this.frames)
    if (this.encoding === 'none') return plainDecoder(sink)
    if (memberwise) return memberDecoder(sink, () => this.members++)
    if (this.request.createGunzip !== undefined) return this.request.createGunzip(sink)
    return streamDecoder(nativeInflater, sink)
  }

  private async decodeChunk(chunk: Uint8Array): Promise<void> {
    await this.decode((decoder) => decoder.push(chunk))
  }

  /** A layer that cannot be unpacked further is still read to its end, for its digest. */
  private async decode(step: (decoder: Decoder) => Promise<void>): Promise<void> {
    if (this.decoder === null || this.decodeError !== null) return
    try {
      await step(this.decoder)
    } catch (thrown) {
      if (thrown instanceof SealscopeError || thrown instanceof SinkFailure) throw thrown
      const text = thrown instanceof Error ? thrown.message : String(thrown)
      this.decodeError = this.wrong('layer-compression', `the layer cannot be unpacked as ${this.encoding}`, undefined, text, thrown) // prettier-ignore
    }
  }

  private takePlain(chunk: Uint8Array): void {
    const skipped = Math.min(this.passedOver, chunk.length)
    this.passedOver -= skipped
    const part = skipped === 0 ? chunk : chunk.subarray(skipped)
    this.plain += part.length
    this.checkSize()
    try {
      this.plainHash.update(part)
      this.scanner.push(part)
    } catch (thrown) {
      throw thrown instanceof SealscopeError ? thrown : new SinkFailure(thrown)
    }
  }

  private checkSize(): void {
    const left = this.request.allowance?.unpacked ?? Infinity
    if (this.plain > UNCOMPRESSED_LIMIT) {
      throw this.wrong('layer-bomb', 'the layer unpacks to too many bytes', `at most ${UNCOMPRESSED_LIMIT}`, 'more') // prettier-ignore
    }
    if (this.plain > left) {
      throw this.wrong('layer-bomb', 'the image unpacks to too many bytes', `at most ${IMAGE_ALLOWANCE.unpacked} in all layers`, 'more') // prettier-ignore
    }
  }

  /** RFC 1952 §2.3.1: a member ends with its size mod 2^32, so the last one's differs from the sum. */
  private needsMembers(): boolean {
    if (this.encoding !== 'gzip') return false
    if (this.decodeError !== null) return true
    if (this.blobError !== null || this.tail.length < 4) return false
    const view = new DataView(this.tail.buffer, this.tail.byteOffset + this.tail.length - 4, 4)
    if (view.getUint32(0, true) === this.plain % 2 ** 32) return false
    if (this.compression() !== 'estargz') return true
    this.members = 2
    return false
  }

  private checkBlob(): void {
    const { expected } = this.request
    const digest = toHex(this.compressedHash?.digest() ?? new Uint8Array(0))
    this.compressedHash = null
    if (this.blobError !== null) return
    if (expected === null) {
      this.whole = true
      return
    }
    if (this.compressed !== expected.size) {
      this.blobError = this.wrong('layer-truncated', 'the layer is cut short', `${expected.size} bytes`, `${this.compressed}`) // prettier-ignore
    } else if (expected.digest.split(':')[1] !== digest) {
      const found = `${expected.digest.split(':')[0]}:${digest}`
      this.blobError = this.wrong('layer-digest', 'the layer has another digest', expected.digest, found) // prettier-ignore
    } else this.whole = true
  }

  private plainDigest(): string {
    const algorithm = (this.request.expected?.diffId ?? 'sha256:').split(':')[0] ?? 'sha256'
    return `${algorithm}:${toHex(this.plainHash.digest())}`
  }

  private plainError(): SealscopeError | null {
    const diffId = this.request.expected?.diffId ?? null
    if (diffId === null || diffId === this.diffId) return null
    return this.wrong('layer-diff-id', 'the unpacked layer has another diff_id', diffId, this.diffId ?? 'none') // prettier-ignore
  }

  private tarError(): SealscopeError | null {
    if (!this.scanner.damaged) return null
    return new SealscopeError({
      code: this.scanner.exceeded ?? (this.scanner.notTar ? 'layer-not-tar' : 'layer-damaged'),
      what: this.scanner.importError ?? 'the layer is not a tar',
    })
  }

  private hasherFor(digest: string): CreateHasher {
    const { kernels, createSha256 } = this.request
    if (digest.startsWith('sha256:')) return createSha256 ?? (() => kernels.sha256())
    if (digest.startsWith('sha512:')) return () => kernels.sha512()
    throw this.wrong('digest-algorithm', 'the digest has an unknown algorithm', 'sha256 or sha512', digest) // prettier-ignore
  }

  private compression(): Compression {
    const tail = latin1(this.tail)
    if (this.encoding === 'zstd') return tail.endsWith('GNUlInUx') ? 'zstd:chunked' : 'zstd'
    if (this.encoding === 'gzip') return tail.includes('STARGZ') ? 'estargz' : 'gzip'
    return 'none'
  }

  private wrong(
    code: string,
    what: string,
    expected: string | undefined,
    found: string,
    cause?: unknown,
  ): SealscopeError {
    const where = { layer: this.request.layer, offset: this.compressed }
    return new SealscopeError({ code, what, where, expected, found, cause })
  }
}

/** What a caller's sink threw, kept apart from what decoders throw. */
class SinkFailure {
  constructor(readonly thrown: unknown) {}
}

/** Any failure of a pass as the one error type. */
export function passError(thrown: unknown): SealscopeError {
  return toSealscopeError(thrown instanceof SinkFailure ? thrown.thrown : thrown)
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
