import type { ContentSink } from '../tar/entry'
import { DigestSet, type ScanTools } from './digest-set'
import { initrdSink } from './initrd'
import { KernelImageSink } from './kernel-image'
import type { SectionHeader } from './pe/pe-header'
import type { RangeConsumer } from './range-stream'
import type { InitrdListing, ScannedSection, UkiScan } from './scan'

/** Sections whose text the record shows (UAPI.5 "Unified Kernel Images", `ukify inspect`). */
export const TEXT_SECTIONS: ReadonlySet<string> = new Set([
  '.cmdline',
  '.osrel',
  '.uname',
  '.sbat',
  '.pcrsig',
  '.pcrpkey',
  '.profile',
])

/** Sections of which the beginning is kept, and how much of it. */
const HEADS: ReadonlyMap<string, number> = new Map([
  ['.splash', 64],
  ['.efifw', 4096],
  ['.hwids', 256 * 1024],
  ['.dtb', 512 * 1024],
  ['.dtbauto', 512 * 1024],
])
/** shim's own sections (`.vendor_cert`, `.sbatlevel`, `.data.ident`) have long names, written `/37`. */
const LONG_NAME_HEAD = 256 * 1024

/** How many bytes from the beginning of a section of this name are kept. */
export function headLimit(name: string): number {
  return HEADS.get(name) ?? (/^\/\d+$/.test(name) ? LONG_NAME_HEAD : 0)
}

/** Zero bytes hashed behind the raw data of one file; SizeOfImage of a kernel is less. */
export const ZERO_FILL_LIMIT = 128 * 1024 * 1024

export interface SectionPlan {
  header: SectionHeader
  /** Bytes hashed from the file and zero bytes behind them; null when the content is not there. */
  content: { length: number; zeros: number } | null
  /** Keep the content and hash it at the end. */
  keep: boolean
  initrd: boolean
  /** Bytes of the beginning that are kept. */
  head: number
  /** Reads the content of `.linux` as a PE file. */
  inner: ((size: number) => ContentSink<UkiScan>) | null
}

/** Reads one section while its raw data streams by: digests, text, padding, kernel, initramfs. */
export class SectionReader implements RangeConsumer {
  readonly start: number
  readonly end: number
  private readonly digests: DigestSet
  private readonly kept: Uint8Array | null
  private readonly kernel: KernelImageSink | null
  private readonly initrd: ContentSink<InitrdListing> | null
  private readonly head: Uint8Array | null
  private inner: ContentSink<UkiScan> | null = null
  private readonly isLinux: boolean
  private at = 0
  private trailing = 0
  private readonly result: ScannedSection

  constructor(
    private readonly plan: SectionPlan,
    size: number,
    tools: ScanTools,
  ) {
    const { header, content } = plan
    this.start = Math.min(header.rawOffset, size)
    this.end = Math.min(header.rawOffset + header.rawSize, size)
    this.digests = new DigestSet(tools)
    this.kept = plan.keep && content !== null ? new Uint8Array(content.length) : null
    this.isLinux = header.rawName === '.linux\0\0' && content !== null
    this.kernel = this.isLinux ? new KernelImageSink(tools.kernels) : null
    this.head = plan.head > 0 && content !== null ? new Uint8Array(plan.head) : null
    this.initrd = plan.initrd && content !== null ? initrdSink(tools.kernels) : null
    this.result = unreadSection(header)
  }

  feed(chunk: Uint8Array): void {
    const length = this.plan.content?.length ?? 0
    const content = chunk.subarray(0, Math.max(0, length - this.at))
    if (content.length > 0) {
      if (this.kept === null) this.digests.update(content)
      else this.kept.set(content, this.at)
      this.kernel?.push(content)
      this.initrd?.push(content)
      this.feedInner(content)
      this.head?.set(content.subarray(0, Math.max(0, this.head.length - this.at)), Math.min(this.at, this.head.length)) // prettier-ignore
    }
    this.countTrailing(chunk.subarray(content.length), this.at + content.length - length)
    this.at += chunk.length
  }

  /** Its digests take places, so it is made when it is needed and ended in any case. */
  private feedInner(content: Uint8Array): void {
    if (this.isLinux) this.inner ??= this.plan.inner?.(this.plan.content?.length ?? 0) ?? null
    this.inner?.push(content)
  }

  /** Notes how far behind VirtualSize the last byte is that is not zero. */
  private countTrailing(rest: Uint8Array, from: number): void {
    const last = rest.findLastIndex((byte) => byte !== 0)
    if (last >= 0) this.trailing = from + last + 1
  }

  finish(): void {
    const { content, header } = this.plan
    const { result } = this
    const image = this.inner?.end() ?? null
    result.trailing = header.rawSize > header.virtualSize ? this.trailing : 0
    if (content === null || this.at < Math.min(content.length, this.end - this.start)) return
    if (this.kept !== null) {
      result.text = this.kept
      this.digests.update(this.kept)
    }
    this.digests.updateZeros(content.zeros)
    result.digests = this.digests.digests()
    result.kernel = this.kernel?.end() ?? null
    result.head = this.head
    result.image = image
    result.initrd = this.initrd?.end() ?? null
  }

  /** What was read; complete after `finish`. */
  section(): ScannedSection {
    return this.result
  }
}

/** A section of which only the header is shown. */
export function unreadSection(header: SectionHeader): ScannedSection {
  return {
    ...header,
    name: '',
    longName: null,
    digests: null,
    text: null,
    trailing: null,
    kernel: null,
    head: null,
    image: null,
    initrd: null,
  }
}
