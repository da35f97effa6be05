import type { Hasher } from '../../base/hash/hashing'
import { toHex } from '../../base/hash/hashing'
import type { ContentSink } from '../tar/entry'
import type { ScanTools } from './digest-set'
import { headerBytesNeeded } from './pe/pe-header'
import { feedRanges, RangeStream } from './range-stream'
import type { UkiScan } from './scan'
import { planScan, type ScanPlan } from './scan-plan'

export interface UkiSinkOptions {
  /** List what each `.initrd` and `.ucode` holds (unpacks it). */
  initrd?: boolean
  /** This is the kernel within a UKI: what it holds itself is not looked into again. */
  inner?: boolean
}

/** Odd files (headers behind sections, overlaps) are kept in memory up to this size. */
export const KEEP_LIMIT = 64 * 1024 * 1024

/**
 * Reads an .efi file of `size` bytes in one pass. Digests are computed for every factory given; at
 * most three hashers of a kind run at a time, and as many of SHA-256 for the kernel in `.linux`. Memory: headers and texts; files whose sections
 * overlap, or whose header lies behind sections, are kept whole up to 64 MiB and larger ones read
 * as far as one pass allows (`warnings`). Bytes that are no PE file give a scan with `error`.
 */
export function ukiSink(
  size: number,
  tools: ScanTools,
  options: UkiSinkOptions = {},
): Required<ContentSink<UkiScan>> {
  return new UkiSink(size, tools, options)
}

/** The same for a file that is in memory. */
export function scanUki(
  bytes: Uint8Array,
  tools: ScanTools,
  options: UkiSinkOptions = {},
): UkiScan {
  const sink = ukiSink(bytes.length, tools, options)
  sink.push(bytes)
  return sink.end()
}

/** What is known of a file whose end was not read; sections that were not read to their ends have no digests. */
function unfinished(result: Omit<UkiScan, 'size' | 'sha256'>): Omit<UkiScan, 'size'> {
  const { certificateTable } = result
  return {
    ...result,
    sha256: null,
    authenticode: {},
    certificateTable: certificateTable === null ? null : { ...certificateTable, bytes: null },
  }
}

class UkiSink implements ContentSink<UkiScan> {
  private readonly file: Hasher
  private parts: Uint8Array[] = []
  private kept = 0
  private seen = 0
  private needed: number
  private plan: ScanPlan | null = null
  private stream: RangeStream | null = null

  constructor(
    private readonly size: number,
    private readonly tools: ScanTools,
    private readonly options: UkiSinkOptions,
  ) {
    this.file = tools.sha256()
    this.needed = headerBytesNeeded(tools.kernels, new Uint8Array(0), size)
  }

  push(chunk: Uint8Array): void {
    this.file.update(chunk)
    this.seen += chunk.length
    if (this.stream !== null) {
      this.stream.push(chunk)
      return
    }
    this.parts.push(chunk)
    this.kept += chunk.length
    if (this.plan === null && this.kept >= this.needed) this.readHeaders()
  }

  /** bootc's command line is known. */
  isDone(): boolean {
    return this.stream !== null && this.plan !== null && this.seen >= this.plan.cmdlineEnd
  }

  end(stopped = false): UkiScan {
    const sha256 = toHex(this.file.digest())
    if (this.plan === null) this.begin(null)
    const plan = this.plan
    if (plan === null) throw new TypeError('planned above')
    if (this.stream === null) feedRanges(plan.consumers, this.joined())
    else this.stream.end()
    const result = plan.result()
    if (stopped && this.seen < this.size) return { size: this.size, ...unfinished(result) }
    if (this.seen === this.size) return { size: this.size, sha256, ...result }
    const error = `the file has ${this.seen} bytes, expected ${this.size}`
    return { size: this.seen, sha256, ...result, error }
  }

  private readHeaders(): void {
    this.needed = headerBytesNeeded(this.tools.kernels, this.joined(), this.size)
    if (this.needed > KEEP_LIMIT) {
      this.begin(`the headers end at byte ${this.needed}, expected within the first ${KEEP_LIMIT}`)
    } else if (this.needed <= this.kept) {
      this.begin(null)
    }
  }

  private begin(refusal: string | null): void {
    const oneByOne = this.size <= KEEP_LIMIT
    const head = this.joined()
    this.plan = planScan(head, this.size, this.tools, {
      refusal,
      oneByOne,
      initrd: this.options.initrd ?? false,
      inner: this.options.inner === true ? null : (size) => new UkiSink(size, { sha256: this.tools.sha256, kernels: this.tools.kernels }, { inner: true }), // prettier-ignore
    })
    if (!this.plan.streamable && oneByOne) return
    this.stream = new RangeStream(this.plan.consumers)
    this.stream.push(head)
    this.parts = []
  }

  /** What was kept, in one piece. */
  private joined(): Uint8Array {
    const [only] = this.parts
    if (this.parts.length === 1 && only !== undefined) return only
    const all = new Uint8Array(this.kept)
    let at = 0
    for (const part of this.parts) {
      all.set(part, at)
      at += part.length
    }
    this.parts = [all]
    return all
  }
}
