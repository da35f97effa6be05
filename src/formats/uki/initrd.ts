import { SealscopeError } from '../../base/error'
import type { ContentSink } from '../tar/entry'
import {
  createBlobDecoder,
  MAGIC_LENGTH,
  READABLE_BLOBS,
  sniffBlob,
  type BlobDecoder,
} from '../codec/blob-decoder'
import { CpioReader, isCpioMagic } from '../codec/cpio'

/** Where dracut leaves the list of its modules (lsinitrd.sh, dracutlibdirs). */
const MODULE_LISTS: ReadonlySet<string> = new Set([
  'lib64/dracut/modules.txt',
  'lib/dracut/modules.txt',
  'usr/lib64/dracut/modules.txt',
  'usr/lib/dracut/modules.txt',
])
const LIST_LIMIT = 1024 * 1024
const UNPACKED_LIMIT = 2 * 1024 * 1024 * 1024

/**
 * The dracut modules of an initramfs, as `lsinitrd --mod` lists them, while its bytes stream by: any
 * sequence of zero bytes, cpio archives and compressed blobs that hold the same. Empty: read to the
 * end and no list there. Null: not known (no initramfs, cut, or compression that is not read here).
 */
export function initrdModulesSink(): ContentSink<string[] | null> {
  const search = new ModuleSearch()
  const walker = new InitrdWalker(search, 0)
  return {
    push(chunk) {
      if (!search.ended) walker.push(chunk)
    },
    end() {
      if (search.modules !== null) return search.modules
      return !search.failed && walker.complete ? [] : null
    },
  }
}

/** What the walkers of an initramfs and of the blobs in it share. */
class ModuleSearch {
  modules: string[] | null = null
  failed = false
  private unpacked = 0

  get ended(): boolean {
    return this.failed || this.modules !== null
  }

  wants(name: string, size: number): boolean {
    return size <= LIST_LIMIT && MODULE_LISTS.has(name.replace(/^(\.?\/)+/, ''))
  }

  take(content: Uint8Array): void {
    const lines = new TextDecoder().decode(content).split('\n')
    const modules = lines.map((line) => line.trim()).filter((line) => line !== '')
    if (modules.length > 0 && this.modules === null) this.modules = modules
  }

  count(bytes: number): void {
    this.unpacked += bytes
    if (this.unpacked > UNPACKED_LIMIT) this.failed = true
  }
}

class InitrdWalker {
  private magic: number[] = []
  private cpio: CpioReader | null = null
  private blob: { decoder: BlobDecoder; inner: InitrdWalker } | null = null
  private archives = 0

  constructor(
    private readonly search: ModuleSearch,
    private readonly depth: number,
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
    let at = 0
    try {
      while (at < chunk.length && !this.search.ended) at += this.step(chunk.subarray(at))
    } catch (error) {
      if (!(error instanceof SealscopeError)) throw error
      // Whatever follows a blob that ended well (padding, a second signature) is not looked at.
      if (this.search.modules === null && !this.blobEnded()) this.search.failed = true
    }
  }

  private step(chunk: Uint8Array): number {
    if (this.blob !== null) {
      this.blob.decoder.push(chunk)
      return chunk.length
    }
    if (this.cpio !== null) {
      const used = this.cpio.push(chunk)
      if (this.cpio.finished) this.cpio = null
      return used
    }
    return this.seek(chunk)
  }

  private seek(chunk: Uint8Array): number {
    if (this.magic.length === 0) {
      const start = chunk.findIndex((byte) => byte !== 0)
      if (start !== 0) return start < 0 ? chunk.length : start
    }
    this.magic.push(chunk[0] ?? 0)
    if (this.magic.length < MAGIC_LENGTH) return 1
    this.begin(Uint8Array.from(this.magic))
    this.magic = []
    return 1
  }

  private begin(head: Uint8Array): void {
    if (isCpioMagic(String.fromCharCode(...head))) {
      const { search } = this
      this.archives++
      this.cpio = new CpioReader(
        (name, size) => search.wants(name, size),
        (_, content) => search.take(content),
      )
      this.cpio.push(head)
      return
    }
    const kind = sniffBlob(head)
    if (kind === null || !READABLE_BLOBS.has(kind) || this.depth > 1) throw unknownPart(head)
    const inner = new InitrdWalker(this.search, this.depth + 1)
    const decoder = createBlobDecoder(kind, (chunk) => {
      this.search.count(chunk.length)
      inner.push(chunk)
      if (this.search.ended) throw unknownPart(head)
    })
    this.blob = { decoder, inner }
    decoder.push(head)
  }
}

function unknownPart(head: Uint8Array): SealscopeError {
  return new SealscopeError({
    code: 'initrd-part',
    what: 'The part of the initramfs cannot be read',
    expected: 'a cpio archive or data packed with gzip, zstd, xz or lz4',
    found: [...head].map((byte) => byte.toString(16).padStart(2, '0')).join(' '),
  })
}
