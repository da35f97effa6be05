import type { ContentSink } from '../tar/entry'
import { DigestSet, type ScanHashers } from './digest-set'
import { initrdModulesSink } from './initrd'
import { KernelImageSink } from './kernel-image'
import type { SectionHeader } from './pe/pe-header'
import type { RangeConsumer } from './range-stream'
import type { ScannedSection } from './scan'

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

/** Zero bytes hashed behind the raw data of one file; SizeOfImage of a kernel is less. */
export const ZERO_FILL_LIMIT = 128 * 1024 * 1024

export interface SectionPlan {
  header: SectionHeader
  /** Bytes hashed from the file and zero bytes behind them; null when the content is not there. */
  content: { length: number; zeros: number } | null
  /** Keep the content and hash it at the end. */
  keep: boolean
  initrd: boolean
}

/** Reads one section while its raw data streams by: digests, text, padding, kernel, initramfs. */
export class SectionReader implements RangeConsumer {
  readonly start: number
  readonly end: number
  private readonly digests: DigestSet
  private readonly kept: Uint8Array | null
  private readonly kernel: KernelImageSink | null
  private readonly initrd: ContentSink<string[] | null> | null
  private at = 0
  private trailing = 0
  private readonly result: ScannedSection

  constructor(
    private readonly plan: SectionPlan,
    size: number,
    hashers: ScanHashers,
  ) {
    const { header, content } = plan
    this.start = Math.min(header.rawOffset, size)
    this.end = Math.min(header.rawOffset + header.rawSize, size)
    this.digests = new DigestSet(hashers)
    this.kept = plan.keep && content !== null ? new Uint8Array(content.length) : null
    this.kernel = header.rawName === '.linux\0\0' && content !== null ? new KernelImageSink() : null
    this.initrd = plan.initrd && content !== null ? initrdModulesSink() : null
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
    }
    this.countTrailing(chunk.subarray(content.length), this.at + content.length - length)
    this.at += chunk.length
  }

  /** Notes how far behind VirtualSize the last byte is that is not zero. */
  private countTrailing(rest: Uint8Array, from: number): void {
    const last = rest.findLastIndex((byte) => byte !== 0)
    if (last >= 0) this.trailing = from + last + 1
  }

  finish(): void {
    const { content, header } = this.plan
    const { result } = this
    result.trailing = header.rawSize > header.virtualSize ? this.trailing : 0
    if (content === null || this.at < Math.min(content.length, this.end - this.start)) return
    if (this.kept !== null) {
      result.text = this.kept
      this.digests.update(this.kept)
    }
    this.digests.updateZeros(content.zeros)
    result.digests = this.digests.digests()
    result.kernel = this.kernel?.end() ?? null
    result.initrdModules = this.initrd?.end() ?? null
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
    initrdModules: null,
  }
}
