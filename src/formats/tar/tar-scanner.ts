import { SealscopeError } from '../../base/error'
import type { Hasher, VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels, TarHeader } from '../../base/hash/kernels'
import { toHex } from '../../base/hash/hashing'
import {
  IMAGE_ALLOWANCE,
  type Allowance,
  type ContentSink,
  type LayerEntry,
  type TarEntry,
} from './entry'
import { parsePax } from './pax'
import { entryOf, NO_VERITY, type Extensions } from './tar-entry'
import { TAR_TYPES, latin1 } from './tar-header'

const BLOCK = 512
/** composefs keeps files of at most this many bytes in the metadata image. */
export const INLINE_LIMIT = 64
const EXTENSION_LIMIT = 1 << 20
const PENDING_LIMIT = 16
/** Bytes that the xattrs of an entry take besides their names and values: together, and each of them. */
const XATTRS_COST = 160
const XATTR_COST = 64
const NO_BYTES = new Uint8Array(0)

export interface ScanRequest<T> {
  layer: number
  kernels: Kernels
  verity: readonly VerityAlgorithm[]
  /** Files of which digests are computed; absent: all. */
  hashes?: (entry: TarEntry) => boolean
  /** What other layers have left of the image's allowance; absent: all of it. */
  allowance?: Allowance | undefined
  sinkFor(entry: TarEntry): ContentSink<T> | null
  onEntry?: (entry: LayerEntry<T>) => 'stop' | void
}

interface Pending extends Extensions {
  bytes: number
  count: number
}

interface Current<T> {
  entry: LayerEntry<T>
  sink: ContentSink<T> | null
  hashers: { algorithm: VerityAlgorithm; hasher: Hasher }[]
  seen: number
}

type State = 'header' | 'extension' | 'content' | 'padding' | 'end' | 'failed' | 'stopped'

/**
 * Reads tar entries from chunks of any size (POSIX.1-2017 pax, GNU tar). The listing is lenient:
 * an entry that composefs-rs refuses is noted in `importError` and listed or skipped, and reading goes
 * on while the position of the next header is known.
 */
export class TarScanner<T> {
  readonly entries: LayerEntry<T>[] = []
  importError: string | null = null
  /** `layer-entries` or `layer-metadata` when the image's allowance ended the reading. */
  exceeded: string | null = null
  offset = 0
  private state: State = 'header'
  private readonly header = new Uint8Array(BLOCK)
  private headerFill = 0
  private remaining = 0
  private padding = 0
  private zeroBlocks = 0
  private flag = ''
  private extension: Uint8Array = new Uint8Array(0)
  private pending: Pending = { bytes: 0, count: 0 }
  private current: Current<T> | null = null
  private headers = 0
  private metadata = 0
  private readonly allowance: Readonly<Allowance>

  constructor(private readonly request: ScanRequest<T>) {
    this.allowance = request.allowance ?? IMAGE_ALLOWANCE
  }

  get spent(): Allowance {
    const metadata = Math.min(this.metadata, this.allowance.metadata)
    return { entries: this.entries.length, metadata, contents: 0, unpacked: this.offset }
  }

  get stopped(): boolean {
    return this.state === 'stopped'
  }

  push(chunk: Uint8Array): void {
    let at = 0
    while (at < chunk.length && !this.ended) {
      const used = this.step(chunk, at)
      at += used
      this.offset += used
    }
    this.offset += chunk.length - at
  }

  /** What follows the end, or damage, is not looked at. */
  private get ended(): boolean {
    return this.state === 'end' || this.state === 'failed' || this.state === 'stopped'
  }

  /** To be called after the last byte. */
  finish(): void {
    const cut = this.state === 'content' || this.state === 'extension' || this.headerFill > 0
    if (cut || (this.state === 'padding' && this.padding > 0)) {
      const where = this.current === null ? 'a header' : this.current.entry.path
      this.fail('tar-truncated', `the tar ends inside ${where}`, 'more bytes', 'the end')
      this.closeEntry()
    } else if (this.state === 'header' && this.zeroBlocks === 1) {
      this.fail('tar-end', 'the tar ends after one zero block', 'two zero blocks', 'the end')
    } else if (this.state === 'header' && this.pending.count > 0) {
      this.fail('tar-dangling', 'the tar ends after an extended header', 'an entry', 'the end')
    }
  }

  private step(chunk: Uint8Array, at: number): number {
    if (this.state === 'header') return this.readHeader(chunk, at)
    if (this.state === 'padding') {
      const used = Math.min(this.padding, chunk.length - at)
      this.padding -= used
      if (this.padding === 0) this.state = 'header'
      return used
    }
    const used = Math.min(this.remaining, chunk.length - at)
    const part = chunk.subarray(at, at + used)
    if (this.state === 'extension') {
      this.extension.set(part, this.extension.length - this.remaining)
    } else this.takeContent(part)
    this.remaining -= used
    if (this.remaining === 0) this.endOfContent()
    return used
  }

  private readHeader(chunk: Uint8Array, at: number): number {
    if (this.headerFill === 0 && chunk.length - at >= BLOCK) {
      this.handleHeader(chunk.subarray(at, at + BLOCK), this.offset)
      return BLOCK
    }
    const used = Math.min(BLOCK - this.headerFill, chunk.length - at)
    this.header.set(chunk.subarray(at, at + used), this.headerFill)
    this.headerFill += used
    if (this.headerFill === BLOCK) {
      this.headerFill = 0
      this.handleHeader(this.header, this.offset + used - BLOCK)
    }
    return used
  }

  private handleHeader(block: Uint8Array, offset: number): void {
    const header = this.request.kernels.tarHeader(block)
    if (header.status === 'zero') {
      this.zeroBlocks++
      if (this.zeroBlocks < 2) return
      if (this.pending.count > 0) this.note('an extended header has no entry behind it')
      this.state = 'end'
      return
    }
    this.zeroBlocks = 0
    this.headers++
    if (header.status === 'checksum') {
      const what = this.headers === 1 ? 'this is not a tar' : 'a tar header is damaged'
      this.fail('tar-checksum', what, 'a header with the right checksum', 'another sum', offset)
      return
    }
    this.flag = String.fromCharCode(block[156] ?? 0)
    if (Number.isNaN(header.size)) {
      this.fail(
        'tar-number',
        'a tar header has no readable size',
        'octal or base-256',
        'neither',
        offset,
      )
      return
    }
    if (this.isExtension(header)) this.beginExtension(header, offset)
    else this.beginEntry(block, header, offset)
  }

  private isExtension(header: TarHeader): boolean {
    return header.kind !== 'old' && 'LKxg'.includes(this.flag)
  }

  private beginExtension(header: TarHeader, offset: number): void {
    this.pending.bytes += header.size
    this.pending.count++
    if (header.size > EXTENSION_LIMIT || this.pending.bytes > EXTENSION_LIMIT) {
      this.fail('tar-extension', 'extended headers are too large', `at most ${EXTENSION_LIMIT} bytes`, `${this.pending.bytes}`, offset) // prettier-ignore
      return
    }
    if (this.pending.count > PENDING_LIMIT)
      this.note('more than 16 extended headers before one entry')
    this.extension = new Uint8Array(header.size)
    this.begin('extension', header.size)
  }

  private beginEntry(block: Uint8Array, header: TarHeader, offset: number): void {
    const before = this.pending
    const { pax } = before
    const xattrs = pax?.xattrs.size ?? 0
    this.metadata += before.bytes + (xattrs > 0 ? XATTRS_COST + XATTR_COST * xattrs : 0)
    this.pending = { bytes: 0, count: 0 }
    if (this.exceeds(offset)) return
    const known = TAR_TYPES[this.flag]
    const place = { index: this.entries.length, offset, type: known ?? 'file' }
    const entry = entryOf<T>(block, header, before, place)
    const sparse = pax?.sparse === true || (this.flag === 'S' && header.kind !== 'old')
    this.checkEntry(entry, known !== undefined, sparse)
    if (known === undefined || sparse) {
      this.begin('content', entry.size)
      return
    }
    this.current = this.open(entry)
    this.begin('content', entry.size)
  }

  private exceeds(offset: number): boolean {
    const { entries, metadata } = IMAGE_ALLOWANCE
    if (this.entries.length >= this.allowance.entries) {
      this.exceeded = 'layer-entries'
      this.fail(this.exceeded, 'the image has too many entries', `at most ${entries} in all layers`, 'more', offset) // prettier-ignore
    } else if (this.metadata > this.allowance.metadata) {
      this.exceeded = 'layer-metadata'
      this.fail(this.exceeded, 'names and xattrs of the image are too large', `at most ${metadata} bytes in all layers`, 'more', offset) // prettier-ignore
    }
    return this.state === 'failed'
  }

  private checkEntry(entry: TarEntry, known: boolean, sparse: boolean): void {
    const name = JSON.stringify(entry.path)
    if (sparse) this.note(`${name}: sparse tar entries are not supported`)
    else if (!known) this.note(`${name}: unsupported entry type ${JSON.stringify(this.flag)}`)
    else if (entry.path === '') this.note('an entry has an empty path')
    for (const key of ['mode', 'uid', 'gid', 'mtimeSec', 'devMajor', 'devMinor'] as const) {
      if (!Number.isNaN(entry[key])) continue
      this.note(`${name}: the number ${key} cannot be read`)
      entry[key] = 0
    }
  }

  private open(entry: LayerEntry<T>): Current<T> {
    const isFile = entry.type === 'file'
    const small = isFile && entry.size <= INLINE_LIMIT
    if (small) entry.inline = entry.size === 0 ? NO_BYTES : new Uint8Array(entry.size)
    return {
      entry,
      sink: isFile ? this.request.sinkFor(entry) : null,
      hashers:
        isFile && !small && this.request.hashes?.(entry) !== false
          ? this.request.verity.map((algorithm) => ({
              algorithm,
              hasher: this.request.kernels.verity(algorithm),
            }))
          : [],
      seen: 0,
    }
  }

  private begin(state: 'content' | 'extension', size: number): void {
    this.state = state
    this.remaining = size
    this.padding = (BLOCK - (size % BLOCK)) % BLOCK
    if (size === 0) this.endOfContent()
  }

  private takeContent(part: Uint8Array): void {
    const { current } = this
    if (current === null) return
    current.entry.inline?.set(part, current.seen)
    for (const { hasher } of current.hashers) hasher.update(part)
    // Decoders use their buffers again, and sinks may keep what they get.
    current.sink?.push(part.slice())
    current.seen += part.length
  }

  private endOfContent(): void {
    const wasExtension = this.state === 'extension'
    this.state = this.padding > 0 ? 'padding' : 'header'
    if (wasExtension) this.endExtension()
    else this.closeEntry()
  }

  private endExtension(): void {
    const text = latin1(this.extension)
    const { pending } = this
    try {
      if (this.flag === 'g') {
        if (pending.pax !== undefined) delete pending.pax
        pending.count--
        pending.bytes -= this.extension.length
      } else if (this.flag === 'x') {
        if (pending.pax !== undefined) this.note('two PAX headers before one entry')
        pending.pax = parsePax(text)
      } else if (this.flag === 'L') {
        if (pending.longName !== undefined) this.note('two GNU long names before one entry')
        pending.longName = text.replace(/\0$/, '')
      } else {
        if (pending.longLink !== undefined) this.note('two GNU long links before one entry')
        pending.longLink = text.replace(/\0$/, '')
      }
    } catch (thrown) {
      this.note(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }

  private closeEntry(stopped = false): void {
    const { current } = this
    if (current === null) return
    this.current = null
    const { entry, hashers, sink, seen } = current
    if (hashers.length > 0) entry.verity = { ...NO_VERITY }
    for (const { algorithm, hasher } of hashers) {
      const digest = toHex(hasher.digest())
      if (seen === entry.size) entry.verity[algorithm] = digest
    }
    entry.captured = sink?.end(stopped) ?? null
    this.entries.push(entry)
    if (this.request.onEntry?.(entry) === 'stop') this.state = 'stopped'
  }

  /** Ends the reading where it is; a file that is half read keeps what its sink knows by then. */
  stop(): void {
    this.closeEntry(true)
    this.state = 'stopped'
  }

  /** Gives the places of running digests back when reading ended inside an entry. */
  release(): void {
    for (const { hasher } of this.current?.hashers ?? []) hasher.digest()
    this.current = null
  }

  private note(text: string): void {
    this.importError ??= text
  }

  private fail(
    code: string,
    what: string,
    expected: string,
    found: string,
    offset = this.offset,
  ): void {
    const where = { layer: this.request.layer, offset }
    this.note(new SealscopeError({ code, what, where, expected, found }).message)
    this.state = 'failed'
  }

  /** True when the stream did not even begin as a tar. */
  get notTar(): boolean {
    return this.state === 'failed' && this.entries.length === 0
  }

  /** True when reading had to stop before the end because of damage. */
  get damaged(): boolean {
    return this.state === 'failed'
  }
}
