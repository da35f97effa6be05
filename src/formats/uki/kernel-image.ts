import { SealscopeError } from '../../base/error'
import type { Codecs } from '../../base/hash/kernels'
import type { ContentSink } from '../tar/entry'
import {
  createBlobDecoder,
  READABLE_BLOBS,
  sniffBlob,
  type BlobDecoder,
  type BlobKind,
} from '../codec/blob-decoder'
import { PatternSearch } from './pattern-search'
import type { KernelImage } from './scan'

/** The setup part of a bzImage is at most 65 sectors; other headers are shorter. */
const HEAD_SIZE = 40 * 1024
/** Longest banner looked at. */
const BANNER_REACH = 512
/** An unpacked kernel is below 256 MiB. */
const UNPACKED_LIMIT = 256 * 1024 * 1024

/** Names in the header of an EFI zboot kernel (drivers/firmware/efi/libstub/zboot-header.S). */
const ZBOOT_COMPRESSIONS: Record<string, BlobKind> = {
  gzip: 'gzip',
  zstd22: 'zstd',
  zstd: 'zstd',
  lz4: 'lz4',
  lzma: 'lzma',
  lzo: 'lzo',
  xzkern: 'xz',
  xz: 'xz',
}

/** `Linux version 6.12.57 (builder@…`: what every kernel carries (init/version.c). */
function readBanner(text: string): string | null {
  return /^Linux version (\d+\.[^\s]+) \(/.exec(text)?.[1] ?? null
}

/**
 * Reads the version of a kernel from its own bytes as they stream by: from the header of a bzImage
 * (Documentation/arch/x86/boot.rst), else from the banner in the plain or unpacked image.
 */
export class KernelImageSink implements ContentSink<KernelImage> {
  private head: Uint8Array<ArrayBufferLike> = new Uint8Array(0)
  private image: KernelImage | null = null
  private readonly banner = new PatternSearch('Linux version ', BANNER_REACH, readBanner)
  private decoder: BlobDecoder | null = null
  private packed: { start: number; end: number } | null = null
  private position = 0
  private unpacked = 0
  private finished = false

  constructor(private readonly codecs: Codecs) {}

  push(chunk: Uint8Array): void {
    if (this.finished) return
    if (this.image !== null) {
      this.take(chunk)
      return
    }
    const joined = new Uint8Array(this.head.length + chunk.length)
    joined.set(this.head)
    joined.set(chunk, this.head.length)
    this.head = joined
    if (joined.length >= HEAD_SIZE) this.begin()
  }

  end(): KernelImage {
    if (this.image === null) this.begin()
    const image = this.image ?? UNKNOWN
    if (image.version === null) image.version = this.banner.end()
    this.decoder?.release()
    return image
  }

  private begin(): void {
    const { head } = this
    this.image = recogniseKernel(head)
    this.head = new Uint8Array(0)
    if (this.image.version !== null) {
      this.finished = true
      return
    }
    this.packed = packedRange(head, this.image)
    if (this.packed !== null) this.startDecoder(this.image.compression)
    this.take(head)
  }

  private startDecoder(name: string | null): void {
    const kind = ZBOOT_COMPRESSIONS[name ?? ''] ?? null
    if (kind === null || !READABLE_BLOBS.has(kind)) {
      this.finished = true
      return
    }
    this.decoder = createBlobDecoder(kind, this.codecs, (chunk) => {
      this.unpacked += chunk.length
      this.banner.push(chunk)
      if (this.banner.found !== null || this.unpacked > UNPACKED_LIMIT) throw enough(this.unpacked)
    })
  }

  private take(chunk: Uint8Array): void {
    const from = this.position
    this.position += chunk.length
    if (this.decoder === null || this.packed === null) this.banner.push(chunk)
    else this.unpack(chunk.subarray(Math.max(0, this.packed.start - from), Math.max(0, this.packed.end - from))) // prettier-ignore
    if (this.banner.found !== null) this.finished = true
  }

  /** A kernel that cannot be unpacked has no known version; the output also stops this way. */
  private unpack(chunk: Uint8Array): void {
    try {
      this.decoder?.push(chunk)
    } catch {
      this.finished = true
    }
  }
}

function enough(unpacked: number): SealscopeError {
  const what = 'Enough of the kernel is unpacked'
  return new SealscopeError({ code: 'kernel-unpacked', what, found: `${unpacked} bytes` })
}

const UNKNOWN: KernelImage = { format: 'other', version: null, banner: null, compression: null }

/** What the first bytes say; `version` and `banner` only for a bzImage. */
function recogniseKernel(head: Uint8Array): KernelImage {
  const text = (at: number, length: number) =>
    String.fromCharCode(...head.subarray(at, at + length))
  const banner = text(0x202, 4) === 'HdrS' ? bzImageBanner(head) : null
  if (text(0x202, 4) === 'HdrS') {
    const version = banner === null ? null : (banner.split(' ')[0] ?? null)
    return { format: 'bzImage', version, banner, compression: null }
  }
  if (text(0, 2) === 'MZ' && text(4, 4) === 'zimg') {
    const compression = text(0x18, 32).split('\0')[0] ?? ''
    return { ...UNKNOWN, format: 'zboot', compression }
  }
  if (text(0x38, 4) === 'ARM\x64') return { ...UNKNOWN, format: 'arm64' }
  if (text(0x38, 4) === 'RSC\x05') return { ...UNKNOWN, format: 'riscv' }
  const kind = sniffBlob(head)
  return kind === null ? { ...UNKNOWN } : { ...UNKNOWN, format: 'compressed', compression: kind }
}

/** Boot protocol 2.00: kernel_version points to the text, less 0x200, within the setup sectors. */
function bzImageBanner(head: Uint8Array): string | null {
  const pointer = (head[0x20e] ?? 0) | ((head[0x20f] ?? 0) << 8)
  const sectors = head[0x1f1] === 0 ? 4 : (head[0x1f1] ?? 4)
  if (pointer === 0 || pointer >= 0x200 * sectors) return null
  const start = pointer + 0x200
  const end = head.indexOf(0, start)
  if (start >= head.length) return null
  const bytes = head.subarray(start, end < 0 ? head.length : end).subarray(0, BANNER_REACH)
  return String.fromCharCode(...bytes)
}

function packedRange(head: Uint8Array, image: KernelImage): { start: number; end: number } | null {
  if (image.format === 'compressed') return { start: 0, end: Number.MAX_SAFE_INTEGER }
  if (image.format !== 'zboot' || head.length < 16) return null
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength)
  const start = view.getUint32(8, true)
  return { start, end: start + view.getUint32(12, true) }
}
