import { SealscopeError, toSealscopeError } from '../bytes/error'
import type { Compression } from '../contract/facts'
import { toHex, type CreateHasher } from '../kernels/kernels'
import {
  memberDecoder,
  nativeInflater,
  plainDecoder,
  sniffEncoding,
  streamDecoder,
  zstdDecoder,
  type CreateInflater,
  type Decoder,
  type Encoding,
} from './decompress'
import type { LayerListing } from './entry'
import { TarScanner, latin1, type ScanRequest } from './tar-scanner'
import { ZstdFrameCounter } from './zstd-frames'

const UNCOMPRESSED_LIMIT = 64 * 2 ** 30
const TAIL = 72

export interface LayerRequest<T> extends ScanRequest<T> {
  /** Opens the compressed blob from its first byte; called again when the first decoder gives up. */
  open(signal: AbortSignal | undefined): Promise<ReadableStream<Uint8Array>>
  expected: { digest: string; size: number; diffId: string | null } | null
  onProgress?: (compressedBytes: number) => void
  signal?: AbortSignal
  /** A faster gzip decoder or SHA-256 than the ones built in. */
  createInflater?: CreateInflater
  createSha256?: CreateHasher
}

export interface LayerResult<T> {
  listing: LayerListing<T>
  /** What is wrong with the layer's bytes; the listing holds what could be read all the same. */
  error: SealscopeError | null
}

/**
 * Reads one layer to its end (or until `onEntry` says stop): compression told by the bytes, digest,
 * size and diff_id checked, tar entries listed, content given to sinks. Memory stays flat. Only an
 * abort rejects; damage is returned beside the listing.
 */
export async function readLayer<T>(request: LayerRequest<T>): Promise<LayerResult<T>> {
  const first = await readOnce(request, false)
  if (first.retry) return (await readOnce(request, true)).result
  return first.result
}

async function readOnce<T>(
  request: LayerRequest<T>,
  memberwise: boolean,
): Promise<{ result: LayerResult<T>; retry: boolean }> {
  const pass = new LayerPass(request, memberwise)
  let error: SealscopeError | null = null
  try {
    await pass.run()
  } catch (thrown) {
    if (request.signal?.aborted) throw thrown
    error = pass.explain(thrown)
  }
  const retry = error !== null && pass.canRetry
  return { result: pass.result(error), retry }
}

class LayerPass<T> {
  private readonly scanner: TarScanner<T>
  private readonly compressedHash
  private readonly plainHash
  private readonly frames = new ZstdFrameCounter()
  private encoding: Encoding = 'none'
  private decoder: Decoder | null = null
  private compressed = 0
  private plain = 0
  private head: Uint8Array = new Uint8Array(0)
  private tail: Uint8Array = new Uint8Array(0)
  private decoding = false
  private complete = false
  private diffId: string | null = null

  constructor(
    private readonly request: LayerRequest<T>,
    private readonly memberwise: boolean,
  ) {
    this.scanner = new TarScanner(request)
    const create = request.createSha256 ?? (() => request.kernels.sha256())
    this.compressedHash = create()
    this.plainHash = create()
  }

  /** A native gzip decoder that gave up may have met a second member: worth a second reading. */
  get canRetry(): boolean {
    return this.decoding && this.encoding === 'gzip' && !this.memberwise
  }

  async run(): Promise<void> {
    const stream = await this.request.open(this.request.signal)
    const reader = stream.getReader()
    try {
      for (;;) {
        this.request.signal?.throwIfAborted()
        const { done, value } = await reader.read()
        if (done) break
        await this.takeCompressed(value)
        if (this.scanner.stopped) {
          await this.decoder?.cancel()
          return
        }
      }
      await this.end()
    } finally {
      await reader.cancel().catch(() => undefined)
    }
  }

  private async takeCompressed(chunk: Uint8Array): Promise<void> {
    this.compressed += chunk.length
    const { expected } = this.request
    if (expected !== null && this.compressed > expected.size) {
      throw this.wrong('layer-size', 'the layer is longer than its descriptor says', `${expected.size} bytes`, 'more') // prettier-ignore
    }
    this.compressedHash.update(chunk)
    this.request.onProgress?.(this.compressed)
    this.keepTail(chunk)
    if (this.decoder !== null) return this.decode(chunk)
    this.head = joined(this.head, chunk)
    if (this.head.length >= 4) await this.beginDecoding()
  }

  private async beginDecoding(): Promise<void> {
    this.encoding = sniffEncoding(this.head)
    this.decoder = this.createDecoder()
    const { head } = this
    this.head = new Uint8Array(0)
    await this.decode(head)
  }

  private createDecoder(): Decoder {
    const sink = (chunk: Uint8Array) => this.takePlain(chunk)
    if (this.encoding === 'zstd') return zstdDecoder(sink)
    if (this.encoding === 'none') return plainDecoder(sink)
    if (this.memberwise) return memberDecoder(sink)
    return streamDecoder(this.request.createInflater ?? nativeInflater, sink)
  }

  private async decode(chunk: Uint8Array): Promise<void> {
    if (this.encoding === 'zstd') this.frames.push(chunk)
    this.decoding = true
    await this.decoder?.push(chunk)
    this.decoding = false
  }

  private takePlain(chunk: Uint8Array): void {
    this.plain += chunk.length
    if (this.plain > UNCOMPRESSED_LIMIT) {
      throw this.wrong('layer-bomb', 'the layer unpacks to too many bytes', `at most ${UNCOMPRESSED_LIMIT}`, 'more') // prettier-ignore
    }
    this.plainHash.update(chunk)
    this.scanner.push(chunk)
  }

  private async end(): Promise<void> {
    if (this.decoder === null) await this.beginDecoding()
    this.checkBlob()
    this.decoding = true
    await this.decoder?.finish()
    this.decoding = false
    this.complete = true
    this.scanner.finish()
    this.diffId = `sha256:${toHex(this.plainHash.digest())}`
    this.checkPlain()
  }

  private checkBlob(): void {
    const { expected } = this.request
    const digest = `sha256:${toHex(this.compressedHash.digest())}`
    if (expected === null) return
    if (this.compressed !== expected.size) {
      throw this.wrong('layer-truncated', 'the layer is cut short', `${expected.size} bytes`, `${this.compressed}`) // prettier-ignore
    }
    if (expected.digest.startsWith('sha256:') && digest !== expected.digest) {
      throw this.wrong('layer-digest', 'the layer has another digest', expected.digest, digest)
    }
  }

  private checkPlain(): void {
    const diffId = this.request.expected?.diffId ?? null
    if (diffId !== null && diffId.startsWith('sha256:') && diffId !== this.diffId) {
      throw this.wrong('layer-diff-id', 'the unpacked layer has another diff_id', diffId, this.diffId ?? '') // prettier-ignore
    }
    if (!this.scanner.damaged) return
    throw new SealscopeError({
      code: this.scanner.notTar ? 'layer-not-tar' : 'layer-damaged',
      what: this.scanner.importError ?? 'the layer is not a tar',
    })
  }

  private keepTail(chunk: Uint8Array): void {
    const both = joined(this.tail, chunk.subarray(-TAIL))
    this.tail = both.slice(-TAIL)
  }

  explain(thrown: unknown): SealscopeError {
    if (thrown instanceof SealscopeError) return thrown
    if (!this.decoding) return toSealscopeError(thrown)
    const text = thrown instanceof Error ? thrown.message : String(thrown)
    return new SealscopeError({
      code: 'layer-compression',
      what: `the layer cannot be unpacked as ${this.encoding}`,
      where: { layer: this.request.layer, offset: this.compressed },
      found: text,
      cause: thrown,
    })
  }

  result(error: SealscopeError | null): LayerResult<T> {
    const listing: LayerListing<T> = {
      entries: this.scanner.entries,
      compression: this.compression(),
      multiFrame: this.multiFrame(),
      size: this.compressed,
      uncompressedSize: this.plain,
      diffId: this.diffId,
      complete: this.complete,
      importError: this.scanner.importError,
    }
    return { listing, error }
  }

  private compression(): Compression {
    const tail = latin1(this.tail)
    if (this.encoding === 'zstd') return tail.endsWith('GNUlInUx') ? 'zstd:chunked' : 'zstd'
    if (this.encoding === 'gzip') return tail.includes('STARGZ') ? 'estargz' : 'gzip'
    return 'none'
  }

  /** RFC 1952 §2.3.1: a member ends with its size mod 2^32, so the last one's differs from the sum. */
  private multiFrame(): boolean {
    if (this.encoding === 'zstd') return this.frames.frames > 1
    if (this.encoding !== 'gzip' || !this.complete) return false
    const view = new DataView(this.tail.buffer, this.tail.byteOffset + this.tail.length - 4, 4)
    return view.getUint32(0, true) !== this.plain % 2 ** 32
  }

  private wrong(code: string, what: string, expected: string, found: string): SealscopeError {
    const where = { layer: this.request.layer, offset: this.compressed }
    return new SealscopeError({ code, what, where, expected, found })
  }
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  if (first.length === 0) return second
  const both = new Uint8Array(first.length + second.length)
  both.set(first)
  both.set(second, first.length)
  return both
}
