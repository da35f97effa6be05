import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { SealscopeError } from '../../bytes/error'
import type { ContentReader, FileLeaf } from '../../bootc/reader'
import { toHex, type Kernels, type VerityAlgorithm } from '../../kernels/kernels'
import type { ContentSink } from '../../layers/entry'
import type { Leaf } from '../../tree/node'
import { initrdModulesSink } from '../../uki/initrd'
import type { UkiScan } from '../../uki/scan'
import { ukiSink } from '../../uki/uki-sink'
import { diskPath, unreadable, type DiskTree } from './walk'

const CHUNK = 1024 * 1024
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
      const whole = this.stream(leaf, (chunk) => {
        const part = chunk.subarray(0, bytes.length - at)
        bytes.set(part, at)
        at += part.length
      })
      return whole ? bytes : bytes.slice(0, at)
    })
  }

  uki(leaf: FileLeaf): UkiScan | null {
    const sink = () => ukiSink(leaf.content.size, { sha256: () => this.kernels.sha256() })
    return once(this.scans, leaf, () => this.sinkAll(leaf, sink()))
  }

  initrdModules(leaf: FileLeaf): string[] | null {
    return once(this.modules, leaf, () => this.sinkAll(leaf, initrdModulesSink()))
  }

  /** Fills in small contents and fs-verity digests of all files. */
  measure(algorithms: readonly VerityAlgorithm[]): void {
    for (const leaf of this.tree.paths.keys()) {
      if (leaf.kind !== 'file') continue
      if (leaf.content.size <= INLINE_LIMIT) leaf.content.inline = this.bytes(leaf)
      else this.digest(leaf, algorithms)
    }
  }

  private digest(leaf: FileLeaf, algorithms: readonly VerityAlgorithm[]): void {
    const missing = algorithms.filter((algorithm) => leaf.content.verity[algorithm] === null)
    const hashers = missing.map((algorithm) => this.kernels.verity(algorithm))
    this.stream(leaf, (chunk) => hashers.forEach((hasher) => hasher.update(chunk)))
    missing.forEach((algorithm, index) => {
      leaf.content.verity[algorithm] = toHex(hashers[index]?.digest() ?? new Uint8Array(0))
    })
  }

  private sinkAll<T>(leaf: FileLeaf, sink: ContentSink<T>): T {
    this.stream(leaf, (chunk) => sink.push(chunk.slice()))
    return sink.end()
  }

  /** Hands over at most `size` bytes; false, and a problem, when the file is shorter or cannot be read. */
  private stream(leaf: FileLeaf, take: (chunk: Uint8Array) => void): boolean {
    const path = this.tree.paths.get(leaf) ?? ''
    try {
      const read = this.streamFile(path, leaf.content.size, take)
      this.bytesRead += read
      if (read === leaf.content.size) return true
      this.tree.problems.push(changed(path, leaf.content.size, read))
    } catch (thrown) {
      if (thrown instanceof SealscopeError) throw thrown
      this.tree.problems.push(unreadable(path, thrown))
    }
    return false
  }

  private streamFile(path: string, size: number, take: (chunk: Uint8Array) => void): number {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    const file = openSync(diskPath(this.base, path), flags)
    try {
      let at = 0
      if (!fstatSync(file).isFile()) return at
      while (at < size) {
        const read = readSync(file, this.buffer, 0, Math.min(CHUNK, size - at), at)
        if (read === 0) break
        take(this.buffer.subarray(0, read))
        at += read
      }
      return at
    } finally {
      closeSync(file)
    }
  }
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
