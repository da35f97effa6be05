import { display, type ContentReader, type FileLeaf } from '../tree/reader'
import { SealscopeError } from '../../base/error'
import { readDatabase } from '../../formats/packages/database-sink'
import type { LayerListing } from '../../formats/tar/entry'
import type { Captured } from './capture'

/** A file whose content is needed, and how to keep it. */
export interface FileNeed {
  leaf: FileLeaf
  kind: Captured['kind']
}

/** A file of which only the beginning was kept. */
export interface CutFile {
  layer: number
  path: string
  /** Bytes that were kept, and that there are. */
  kept: number
  size: number
}

/** Contents captured while layers streamed by, and a note of each that is missing. */
export class CapturedContents implements ContentReader {
  readonly misses: FileNeed[] = []
  /** Files that are longer than what was kept of them, with how much that is. */
  private readonly cut = new Map<FileLeaf, number>()
  private readonly extra = new Map<string, Captured>()

  constructor(private readonly layers: readonly (LayerListing<Captured> | null)[]) {}

  add(layer: number, entry: number, captured: Captured): void {
    this.extra.set(`${layer}/${entry}/${captured.kind}`, captured)
  }

  bytes(leaf: FileLeaf): Uint8Array {
    return leaf.content.inline ?? this.captured(leaf)?.bytes ?? new Uint8Array(0)
  }

  /** The content of a file that decides about digests: an error where it is not at hand as a whole. */
  whole(leaf: FileLeaf): Uint8Array {
    if (leaf.content.inline !== null) return leaf.content.inline
    const captured = this.captured(leaf)
    if (captured !== null && captured.size === captured.bytes.length) return captured.bytes
    throw new SealscopeError({
      code: captured === null ? 'content-unread' : 'file-too-large',
      what: 'a file that the digest depends on was not read to its end',
      where: { layer: leaf.origin.layer, path: display(this.pathOf(leaf)) },
      expected: `${leaf.content.size} bytes`,
      found: `${captured?.bytes.length ?? 0}`,
    })
  }

  /** Files that were asked for and were kept only in part. */
  cutFiles(): CutFile[] {
    return [...this.cut].map(([leaf, kept]) => ({
      layer: leaf.origin.layer,
      path: display(this.pathOf(leaf)),
      kept,
      size: leaf.content.size,
    }))
  }

  /** Whether the content is at hand; an empty file and a small text always are. */
  has({ leaf, kind }: FileNeed): boolean {
    return (kind === 'bytes' && leaf.content.inline !== null) || this.look(leaf, kind) !== null
  }

  /** Size and SHA-256 of a file, and its bytes where they are few; null: not at hand yet. */
  digest(leaf: FileLeaf): { sha256: string; bytes: Uint8Array | null } | Uint8Array | null {
    if (leaf.content.inline !== null) return leaf.content.inline
    const { layer, entry } = leaf.origin
    const captured = this.layers[layer]?.entries[entry]?.captured ?? null
    const sha256 = captured?.kind === 'uki' ? captured.scan.sha256 : null
    if (sha256 !== null) return { sha256, bytes: null }
    if (captured?.kind === 'bytes' && captured.bytes.length === captured.size) return captured.bytes
    const whole = this.extra.get(`${layer}/${entry}/bytes`)
    if (whole?.kind === 'bytes' && whole.bytes.length === whole.size) return whole.bytes
    const found = this.find(leaf, 'digest')
    return found?.kind === 'digest' ? found : null
  }

  uki(leaf: FileLeaf): Extract<Captured, { kind: 'uki' }>['scan'] | null {
    const found = this.find(leaf, 'uki')
    return found?.kind === 'uki' ? found.scan : null
  }

  initrdModules(leaf: FileLeaf): string[] | null {
    const found = this.find(leaf, 'initrd')
    return found?.kind === 'initrd' ? found.modules : null
  }

  packages(leaf: FileLeaf): Extract<Captured, { kind: 'packages' }>['read'] | null {
    if (leaf.content.inline !== null) return readDatabase(leaf.content.inline)
    const found = this.find(leaf, 'packages')
    return found?.kind === 'packages' ? found.read : null
  }

  bootcVersion(leaf: FileLeaf): string | null {
    if (leaf.content.inline !== null) return null
    const found = this.find(leaf, 'bootc')
    return found?.kind === 'bootc' ? found.version : null
  }

  private captured(leaf: FileLeaf): Extract<Captured, { kind: 'bytes' }> | null {
    const found = this.find(leaf, 'bytes')
    if (found?.kind !== 'bytes') return null
    if (found.bytes.length < found.size) this.cut.set(leaf, found.bytes.length)
    return found
  }

  private pathOf({ origin: { layer, entry } }: FileLeaf): string {
    return (this.layers[layer]?.entries[entry]?.path ?? '').replace(/^(\.?\/)+/, '')
  }

  private find(leaf: FileLeaf, kind: Captured['kind']): Captured | null {
    const found = this.look(leaf, kind)
    if (found === null) this.misses.push({ leaf, kind })
    return found
  }

  private look(leaf: FileLeaf, kind: Captured['kind']): Captured | null {
    const { layer, entry } = leaf.origin
    const captured = this.layers[layer]?.entries[entry]?.captured ?? null
    if (captured?.kind === kind) return captured
    return this.extra.get(`${layer}/${entry}/${kind}`) ?? null
  }
}
