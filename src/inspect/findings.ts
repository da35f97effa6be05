import { imageFindings, orderFindings } from '../bootc/findings'
import { display, type ContentReader } from '../bootc/reader'
import { collectUkis, findAddons, type CollectedUki } from '../bootc/uki-records'
import type { Finding, ImageFacts } from '../contract/facts'
import type { CreateHasher } from '../kernels/kernels'
import type { Directory } from '../tree/node'
import { ukiFindings } from '../uki/findings'
import { verifySignatures } from '../uki/signatures'
import type { UkiScan } from '../uki/scan'

export interface AllFindings {
  /** With proof, where there is one; its findings are those of the merged tree alone. */
  facts: ImageFacts
  root: Directory
  reader: ContentReader
  multiFrame: readonly number[]
  sha256: CreateHasher
}

/** Everything odd about an image, by severity: layers, tree, seal, UKIs and add-ons. */
export async function allFindings(input: AllFindings): Promise<Finding[]> {
  const ukis = collectUkis(input.root, input.reader)
  const found = [...input.facts.findings, ...imageFindings(input)]
  for (const { record, scan } of ukis) {
    const isAddon = record.path.endsWith('.addon.efi')
    const owner = isAddon ? { addonOf: ownerOf(record.path, ukis) } : {}
    found.push(...(await oneUki(scan, record.path, record.layer, input, owner)))
  }
  for (const { path, leaf } of findAddons(input.root)) {
    const shown = display(path)
    if (ukis.some(({ record }) => record.path === shown)) continue
    const scan = input.reader.uki(leaf)
    if (scan === null) continue
    const layer = leaf.origin.layer
    found.push(...(await oneUki(scan, shown, layer, input, { addonOf: ownerOf(shown, ukis) })))
  }
  return orderFindings(found)
}

function ownerOf(path: string, ukis: readonly CollectedUki[]): UkiScan | null {
  const named = ukis.find(({ record }) => path.startsWith(`${record.path}.extra.d/`))
  const first = ukis.find(({ record }) => !record.path.endsWith('.addon.efi'))
  return (named ?? first)?.scan ?? null
}

async function oneUki(
  scan: UkiScan,
  path: string,
  layer: number | null,
  { sha256 }: Pick<AllFindings, 'sha256'>,
  owner: { addonOf?: UkiScan | null },
): Promise<Finding[]> {
  const signatures = await verifySignatures(scan)
  return ukiFindings({ scan, path, layer, signatures, hashers: { sha256 }, ...owner })
}

/** The findings about a single file. */
export async function efiFindings(
  scan: UkiScan,
  path: string,
  sha256: CreateHasher,
): Promise<Finding[]> {
  const owner = path.endsWith('.addon.efi') ? { addonOf: null } : {}
  return orderFindings(await oneUki(scan, path, null, { sha256 }, owner))
}
