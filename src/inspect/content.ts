import type { ContentReader, FileLeaf } from '../bootc/reader'
import type { LayerListing } from '../layers/entry'
import type { Captured } from './capture'

/** A file whose content was asked for and is not at hand: layer, entry, and how to keep it. */
export interface Miss {
  layer: number
  entry: number
  kind: Captured['kind']
}

/** Contents captured while layers streamed by, and a note of each that is missing. */
export class CapturedContents implements ContentReader {
  readonly misses: Miss[] = []
  private readonly extra = new Map<string, Captured>()

  constructor(private readonly layers: readonly (LayerListing<Captured> | null)[]) {}

  add(layer: number, entry: number, captured: Captured): void {
    this.extra.set(`${layer}/${entry}/${captured.kind}`, captured)
  }

  bytes(leaf: FileLeaf): Uint8Array {
    if (leaf.content.inline !== null) return leaf.content.inline
    const found = this.find(leaf, 'bytes')
    return found?.kind === 'bytes' ? found.bytes : new Uint8Array(0)
  }

  uki(leaf: FileLeaf): Extract<Captured, { kind: 'uki' }>['scan'] | null {
    const found = this.find(leaf, 'uki')
    return found?.kind === 'uki' ? found.scan : null
  }

  initrdModules(leaf: FileLeaf): string[] | null {
    const found = this.find(leaf, 'initrd')
    return found?.kind === 'initrd' ? found.modules : null
  }

  private find(leaf: FileLeaf, kind: Captured['kind']): Captured | null {
    const { layer, entry } = leaf.origin
    const captured = this.layers[layer]?.entries[entry]?.captured ?? null
    if (captured?.kind === kind) return captured
    const extra = this.extra.get(`${layer}/${entry}/${kind}`)
    if (extra === undefined) this.misses.push({ layer, entry, kind })
    return extra ?? null
  }
}
