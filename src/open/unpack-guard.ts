import { SealscopeError } from '../base/error'
import { isTarHeader } from '../formats/tar/tar-index'

const BLOCK = 512
/** An archive that unpacks to more is refused before it fills the disk. */
const UNPACKED_LIMIT = 64 * 2 ** 30
/** Bytes that any archive may unpack to, and how many times its own size a larger one: images have up to 10. */
const FREE = 256 * 2 ** 20
const RATIO = 100

/** Watches an archive while it is unpacked: it must begin as a tar, and not grow beyond what images do. */
export class UnpackGuard {
  private packed = 0
  private unpacked = 0
  private head: Uint8Array | null = new Uint8Array(0)

  /** `name`: of the archive, for errors. */
  constructor(private readonly name: string) {}

  /** To be told of compressed bytes before they are unpacked. */
  feed(chunk: Uint8Array): void {
    this.packed += chunk.length
  }

  /** To be told of unpacked bytes before they are kept. Throws `archive` or `archive-bomb`. */
  take(chunk: Uint8Array): void {
    this.unpacked += chunk.length
    if (this.head !== null) this.checkHead(this.head, chunk)
    const most = Math.min(UNPACKED_LIMIT, FREE + RATIO * this.packed)
    if (this.unpacked <= most) return
    throw new SealscopeError({
      code: 'archive-bomb',
      what: 'the archive unpacks to too many bytes',
      where: { path: this.name },
      expected: `at most ${UNPACKED_LIMIT}, and at most ${RATIO} times its size beyond ${FREE}`,
      found: `${this.unpacked} of the first ${this.packed}`,
    })
  }

  private checkHead(before: Uint8Array, chunk: Uint8Array): void {
    const head = new Uint8Array(Math.min(BLOCK, before.length + chunk.length))
    head.set(before)
    head.set(chunk.subarray(0, head.length - before.length), before.length)
    this.head = head.length < BLOCK ? head : null
    if (head.length < BLOCK || isTarHeader(head)) return
    throw new SealscopeError({
      code: 'archive',
      what: 'this is no archive of an image',
      where: { path: this.name },
      expected: 'a tar of an OCI layout or of docker save, plain or compressed with gzip or zstd',
      found: 'something else that was compressed',
    })
  }
}
