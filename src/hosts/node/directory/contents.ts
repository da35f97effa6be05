import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { setImmediate } from 'node:timers/promises'
import { SealscopeError } from '../../../base/error'
import type { ContentReader, FileLeaf } from '../../../image/tree/reader'
import { toHex, type VerityAlgorithm } from '../../../base/hash/hashing'
import type { Kernels } from '../../../base/hash/kernels'
import type { ContentSink } from '../../../formats/tar/entry'
import type { Leaf } from '../../../image/tree/node'
import { scanTools } from '../../../formats/uki/digest-set'
import {
  bootcVersionSink,
  databaseSink,
  type ReadDatabase,
} from '../../../formats/packages/database-sink'
import { initrdModulesSink } from '../../../formats/uki/initrd'
import type { UkiScan } from '../../../formats/uki/scan'
import { ukiSink } from '../../../formats/uki/uki-sink'
import { diskPath, unreadable, type DiskTree } from './walk'

const CHUNK = 1024 * 1024
/** Milliseconds of reading without a look at signals. */
const BREATH = 50
/** Contents of at most so many bytes are kept in the tree (composefs-rs INLINE_CONTENT_MAX). */
const INLINE_LIMIT = 64
/** Largest configuration file that is read whole. */
const BYTES_LIMIT = 64 * 1024 * 1024

/** Reads files of a root on a disk, each once for each purpose, in pieces. Trouble goes to the tree's problems. */
export class DiskContents implements ContentReader {
  bytesRead = 0
  private readonly texts = new Map<Leaf, Uint8Array>()
  private readonly scans = new Map<Leaf, UkiScan | null>()
  private readonly modules = new Map<Leaf, string[] | null>()
  private readonly databases = new Map<FileLeaf, ReadDatabase>()
  private readonly versions = new Map<FileLeaf, string | null>()
  /** When the event loop last ran. */
  private breath = performance.now()
  private readonly buffer = new Uint8Array(CHUNK)
  private readonly base: string

  constructor(
    root: string,
    private readonly tree: DiskTree,
    private readonly kernels: Kernels,
  ) {
    this.base = Buffer.from(root).toString('latin1').replace(/\/+$/, '')
  }

  bytes(leaf: FileLeaf): Uint8Array {
    return once(this.texts, leaf, () => {
      const { size, inline } = leaf.content
      if (inline !== null) return inline
      const bytes = new Uint8Array(Math.min(size, BYTES_LIMIT))
      let at = 0
      this.stream(leaf, (chunk) => {
        const part = chunk.subarray(0, bytes.length - at)
        bytes.set(part, at)
        at += part.length
      })
      return at === bytes.length ? bytes : bytes.slice(0, at)
    })
  }

  uki(leaf: FileLeaf): UkiScan | null {
    const sink = () => ukiSink(leaf.content.size, scanTools(this.kernels), { initrd: true })
    return once(this.scans, leaf, () => this.sinkAll(leaf, sink()))
  }

  initrdModules(leaf: FileLeaf): string[] | null {
    return once(this.modules, leaf, () => this.sinkAll(leaf, initrdModulesSink(this.kernels)))
  }

  packages(leaf: FileLeaf): ReadDatabase {
    return once(this.databases, leaf, () => this.sinkAll(leaf, databaseSink(leaf.content.size)))
  }

  bootcVersion(leaf: FileLeaf): string | null {
    return once(this.versions, leaf, () => this.sinkAll(leaf, bootcVersionSink()))
  }

  /** Hands the bytes of a file to `take`; an error when it cannot be read to its end. */
  readFile(leaf: FileLeaf, take: (chunk: Uint8Array) => void): void {
    const { problems } = this.tree
    const before = problems.length
    this.stream(leaf, take)
    const problem = problems[before]
    if (problem !== undefined) throw problem
  }

  /** Fills in small contents and fs-verity digests of all files; lets signals and timers through meanwhile. */
  async measure(algorithms: readonly VerityAlgorithm[]): Promise<void> {
    for (const leaf of this.tree.paths.keys()) {
      if (leaf.kind !== 'file') continue
      if (leaf.content.size <= INLINE_LIMIT) leaf.content.inline = this.bytes(leaf)
      else await this.digest(leaf, algorithms)
    }
  }

  private async digest(leaf: FileLeaf, algorithms: readonly VerityAlgorithm[]): Promise<void> {
    const missing = algorithms.filter((algorithm) => leaf.content.verity[algorithm] === null)
    const hashers = missing.map((algorithm) => this.kernels.verity(algorithm))
    for (const chunk of this.chunks(leaf)) {
      for (const hasher of hashers) hasher.update(chunk)
      if (performance.now() - this.breath > BREATH) {
        await setImmediate()
        this.breath = performance.now()
      }
    }
    missing.forEach((algorithm, index) => {
      leaf.content.verity[algorithm] = toHex(hashers[index]?.digest() ?? new Uint8Array(0))
    })
  }

  private sinkAll<T>(leaf: FileLeaf, sink: ContentSink<T>): T {
    this.stream(leaf, (chunk) => sink.push(chunk.slice()))
    return sink.end()
  }

  private stream(leaf: FileLeaf, take: (chunk: Uint8Array) => void): void {
    for (const chunk of this.chunks(leaf)) take(chunk)
  }

  /**
   * At most `size` bytes of a file, in pieces that are valid until the next one; a shorter or unreadable file is
   * a problem of the tree.
   */
  private *chunks(leaf: FileLeaf): Generator<Uint8Array> {
    const path = this.tree.paths.get(leaf) ?? ''
    const { size } = leaf.content
    let read = 0
    try {
      for (const chunk of fileChunks(diskPath(this.base, path), size, this.buffer)) {
        read += chunk.length
        yield chunk
      }
    } catch (thrown) {
      if (!isSystemError(thrown)) throw thrown
      this.tree.problems.push(unreadable(path, thrown))
      return
    } finally {
      this.bytesRead += read
    }
    if (read < size) this.tree.problems.push(changed(path, size, read))
  }
}

/** Links are not followed, and what is no file any more has no bytes. */
function* fileChunks(path: Buffer, size: number, buffer: Uint8Array): Generator<Uint8Array> {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(file).isFile()) return
    for (let at = 0; at < size;) {
      const read = readSync(file, buffer, 0, Math.min(buffer.length, size - at), at)
      if (read === 0) return
      at += read
      yield buffer.subarray(0, read)
    }
  } finally {
    closeSync(file)
  }
}

function isSystemError(thrown: unknown): boolean {
  return thrown instanceof Error && 'syscall' in thrown
}

function once<T>(known: Map<Leaf, T>, leaf: Leaf, make: () => T): T {
  const found = known.get(leaf)
  if (found !== undefined) return found
  const made = make()
  known.set(leaf, made)
  return made
}

function changed(path: string, size: number, read: number): SealscopeError {
  return new SealscopeError({
    code: 'file-changed',
    what: 'a file changed while it was read',
    where: { path: Buffer.from(path, 'latin1').toString() },
    expected: `${size} bytes`,
    found: `${read} bytes`,
  })
}
