import { SealscopeError, toSealscopeError } from '../../base/error'
import type { Compression } from '../../contract/facts'
import { toHex, type Hasher } from '../../base/hash/hashing'
import { createDecoder, sniffEncoding, type Encoding } from '../../formats/codec/decompress'
import type { Decoder } from '../../formats/codec/decoder'
import { GzipDecoder } from '../../formats/codec/gzip'
import { ZstdDecoder } from '../../formats/codec/zstd'
import { IMAGE_ALLOWANCE, type LayerListing } from '../../formats/tar/entry'
import { latin1 } from '../../formats/tar/tar-header'
import { TarScanner, type ScanRequest } from '../../formats/tar/tar-scanner'

const UNCOMPRESSED_LIMIT = 16 * 2 ** 30
/** The zstd:chunked footer with its frame header; longer than those of gzip and eStargz. */
const TAIL = 72
/** Bytes that tell encodings apart. */
const HEAD = 4

export interface LayerRequest<T> extends ScanRequest<T> {
  /** Opens the compressed blob from its first byte; called once. */
  open(signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>>
  /** Digests are `sha256:…` or `sha512:…`; null: nothing to compare with. */
  expected: { digest: string; size: number; diffId: string | null } | null
  onProgress?: (compressedBytes: number) => void
  /** Asked after each chunk: whether the rest need not be read. */
  isEnough?: (compressedBytes: number) => boolean
  signal?: AbortSignal
}

/** One reading of a layer. */
export class LayerPass<T> {
  readonly scanner: TarScanner<T>
  private readonly plainHash: Hasher
  private compressedHash: Hasher | null = null
  private encoding: Encoding = 'none'
  private decoder: Decoder | null = null
  private compressed = 0
  /** Tar bytes handed to the scanner. */
  private plain = 0
  private head: Uint8Array = new Uint8Array(0)
  private tail: Uint8Array = new Uint8Array(0)
  private decodeError: SealscopeError | null = null
  private blobError: SealscopeError | null = null
  private complete = false
  private whole = false
  private diffId: string | null = null

  constructor(private readonly request: LayerRequest<T>) {
    this.scanner = new TarScanner(request)
    this.plainHash = this.hasherFor(request.expected?.diffId ?? 'sha256:')
  }

  /** Returns what is wrong with the layer, or null. */
  async run(): Promise<SealscopeError | null> {
    await this.readBlob()
    if (this.scanner.stopped) return null
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
    this.decoder?.release()
    if (this.diffId === null) this.plainHash.digest()
  }

  listing(): LayerListing<T> {
    return {
      entries: this.scanner.entries,
      compression: this.compression(),
      multiFrame: this.parts > 1,
      size: this.compressed,
      uncompressedSize: this.plain,
      diffId: this.diffId,
      complete: this.complete,
      stopped: this.scanner.stopped,
      whole: this.whole && this.scanner.exceeded === null,
      spent: this.scanner.spent,
      importError: this.scanner.importError,
    }
  }

  /** Frames of zstd, or members of gzip. */
  private get parts(): number {
    if (this.decoder instanceof ZstdDecoder) return this.decoder.frames
    return this.decoder instanceof GzipDecoder ? this.decoder.members : 1
  }

  private async readBlob(): Promise<void> {
    this.compressedHash = this.hasherFor(this.request.expected?.digest ?? 'sha256:')
    const stream = await this.request.open(this.request.signal)
    const reader = stream.getReader()
    try {
      for (;;) {
        this.request.signal?.throwIfAborted()
        const { done, value } = await reader.read()
        if (done) break
        this.takeCompressed(value)
        if (this.scanner.stopped) return
        if (this.decodeError === null && this.request.isEnough?.(this.compressed) === true) {
          return this.scanner.stop()
        }
        if (this.blobError !== null) break
      }
      if (this.decoder === null) this.beginDecoding()
      this.decode((decoder) => decoder.finish())
      this.checkBlob()
    } finally {
      await reader.cancel().catch(() => undefined)
    }
  }

  private takeCompressed(chunk: Uint8Array): void {
    const room = (this.request.expected?.size ?? Infinity) - this.compressed
    this.compressed += chunk.length
    if (chunk.length > room) {
      this.blobError = this.wrong('layer-size', 'the layer is longer than its descriptor says', `${this.request.expected?.size} bytes`, 'more') // prettier-ignore
      chunk = chunk.subarray(0, room)
    }
    this.compressedHash?.update(chunk)
    this.request.onProgress?.(this.compressed)
    this.tail = joined(this.tail, chunk.subarray(-TAIL)).slice(-TAIL)
    if (this.decoder !== null) return this.decode((decoder) => decoder.push(chunk))
    this.head = joined(this.head, chunk)
    if (this.head.length >= HEAD) this.beginDecoding()
  }

  private beginDecoding(): void {
    const { head } = this
    this.head = new Uint8Array(0)
    this.encoding = sniffEncoding(head)
    this.decoder = createDecoder(this.encoding, this.request.kernels, (chunk) => this.takePlain(chunk)) // prettier-ignore
    this.decode((decoder) => decoder.push(head))
  }

  /** A layer that cannot be unpacked further is still read to its end, for its digest. */
  private decode(step: (decoder: Decoder) => void): void {
    if (this.decoder === null || this.decodeError !== null) return
    try {
      step(this.decoder)
    } catch (thrown) {
      if (!(thrown instanceof SealscopeError)) throw thrown
      const what = `the layer cannot be unpacked as ${this.encoding}`
      this.decodeError = this.wrong(
        'layer-compression',
        what,
        undefined,
        thrown.withoutPlace,
        thrown,
      )
    }
  }

  private takePlain(chunk: Uint8Array): void {
    try {
      this.plain += chunk.length
      this.checkSize()
      this.plainHash.update(chunk)
      this.scanner.push(chunk)
    } catch (thrown) {
      throw new SinkFailure(thrown)
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

  private hasherFor(digest: string): Hasher {
    const { kernels } = this.request
    if (digest.startsWith('sha256:')) return kernels.hasher('sha256')
    if (digest.startsWith('sha384:')) return kernels.hasher('sha384')
    if (digest.startsWith('sha512:')) return kernels.hasher('sha512')
    throw this.wrong('digest-algorithm', 'the digest has an unknown algorithm', 'sha256, sha384 or sha512', digest) // prettier-ignore
  }

  private compression(): Compression {
    const tail = latin1(this.tail)
    if (this.encoding === 'zstd') return /G[Nn]UlInUx$/.test(tail) ? 'zstd:chunked' : 'zstd'
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
