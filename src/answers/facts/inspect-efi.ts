import { collectFacts } from './facts'
import type { ImageFacts } from '../../contract/facts'
import type { Kernels } from '../../base/hash/kernels'
import { emptyDirectory } from '../../image/tree/create'
import type { Directory, Leaf } from '../../image/tree/node'
import { efiFindings } from './findings'
import { kernelSignatureRecords, signatureRecords } from './signature-records'
import type { UkiScan } from '../../formats/uki/scan'

/** The facts of a single `.efi` file: as if it were the only UKI of an image. */
export async function inspectEfi(
  scan: UkiScan,
  name: string,
  source: ImageFacts['source'],
  kernels: Kernels,
): Promise<ImageFacts> {
  const facts = collectFacts({
    source,
    image: null,
    root: rootWithUki(name.endsWith('.efi') ? name : `${name}.efi`, scan.size),
    reader: { bytes: () => new Uint8Array(0), uki: () => scan, initrdModules: () => null },
    architecture: null,
    importError: null,
    multiFrame: false,
    bytesRead: scan.size,
    verified: false,
  })
  const [uki] = facts.ukis
  if (uki !== undefined) {
    uki.layer = null
    uki.signatures = await signatureRecords(scan)
    if (uki.kernel !== null) uki.kernel.signatures = await kernelSignatureRecords(scan)
  }
  for (const file of facts.bootFiles) {
    file.layer = null
    file.signatures = await signatureRecords(scan)
  }
  for (const addon of facts.addons) addon.layer = null
  facts.findings = await efiFindings(scan, name, () => kernels.sha256())
  return {
    ...facts,
    arch: uki?.machine ?? null,
    kargs: null,
    installConfig: null,
    initrdModules: null,
    builder: null,
    system: null,
    bootcInImage: null,
    packages: null,
    installation: null,
    structure: null,
  }
}

function rootWithUki(name: string, size: number): Directory {
  const origin = { layer: 0, entry: 0 }
  const root = emptyDirectory(null)
  let folder = root
  for (const part of ['boot', 'EFI', 'Linux']) {
    const next = emptyDirectory(null)
    folder.entries.set(part, next)
    folder = next
  }
  const content = { size, inline: null, verity: { sha512: null, sha256: null } }
  const leaf: Leaf = { kind: 'file', stat: emptyDirectory(null).stat, origin, content }
  folder.entries.set(Array.from(new TextEncoder().encode(name), (b) => String.fromCharCode(b)).join(''), leaf) // prettier-ignore
  return root
}
