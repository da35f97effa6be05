import type { BootFileKind, BootFileRecord } from '../../../contract/uki'
import type { ByteString } from '../../../base/byte-string'
import { firstSection, firstText, identifyKernel, machineName } from '../../../formats/uki/pe/pe'
import { readSbat } from '../../../formats/uki/sbat'
import type { UkiScan } from '../../../formats/uki/scan'
import { directoryAt } from '../../../image/tree/lookup'
import type { Directory } from '../../../image/tree/node'
import { display, type ContentReader, type FileLeaf } from '../../../image/tree/reader'
import { walk } from '../../../image/tree/walk'

/** Where distributions leave programs for the firmware: bootupd, packages, the ESP's own tree. */
const FOLDERS = [
  'boot/EFI',
  'boot/efi/EFI',
  'boot/loader/addons',
  'usr/lib/bootupd/updates/EFI',
  'usr/lib/efi',
  'usr/lib/ostree-boot/efi/EFI',
  'usr/lib/systemd/boot/efi',
  'usr/lib/shim',
  'usr/share/shim',
  'usr/lib/grub',
  'usr/lib/modules',
  'usr/libexec/fwupd/efi',
]
const PROGRAM = /\.efi(\.signed)?$/i
const KERNEL = /^usr\/lib\/modules\/[^/]+\/vmlinuz$/
const FILES_LIMIT = 500

/** A program for the firmware with the scan it was told by; signatures are still to be verified. */
export interface CollectedBootFile {
  record: BootFileRecord
  scan: UkiScan
}

/** Files that `collectBootFiles` reads. */
export function bootFileLeaves(root: Directory): [ByteString, FileLeaf][] {
  const found: [ByteString, FileLeaf][] = []
  for (const folder of FOLDERS) {
    const directory = directoryAt(root, folder)
    for (const [path, node] of directory === null ? [] : walk(directory)) {
      const whole = `${folder}/${path}`
      if (node.kind !== 'file' || !(PROGRAM.test(path) || KERNEL.test(whole))) continue
      if (found.length < FILES_LIMIT) found.push([whole, node])
    }
  }
  return found
}

const ORDER: readonly BootFileKind[] = ['shim', 'systemd-boot', 'grub', 'fallback', 'uki', 'addon', 'other'] // prettier-ignore

/** Programs for the firmware in the order of a start, those of a kind by their paths. */
export function collectBootFiles(root: Directory, reader: ContentReader): CollectedBootFile[] {
  const files = bootFileLeaves(root).flatMap(([path, leaf]) => {
    const scan = reader.uki(leaf)
    return scan === null ? [] : [bootFile(scan, display(path), leaf.origin.layer)]
  })
  const rank = ({ record }: CollectedBootFile) => ORDER.indexOf(record.kind)
  return files.toSorted((a, b) => rank(a) - rank(b))
}

/** What one file is, told by its sections, its marker and its `.sbat`. */
export function bootFile(scan: UkiScan, path: string, layer: number | null): CollectedBootFile {
  const text = firstSection(scan, '.sbat')?.text ?? null
  const sbat = text === null ? null : readSbat(text).rows
  const { kind, product } = kindOf(scan, path, sbat ?? [])
  const record: BootFileRecord = {
    path,
    layer,
    kind,
    product,
    version: versionOf(scan, kind, product, sbat ?? []),
    machine: machineName(scan),
    size: scan.size,
    sha256: scan.sha256,
    authenticode: scan.authenticode.sha256 ?? null,
    signatures: [],
    sbat,
    vendorCertificates: [],
  }
  return { record, scan }
}

function kindOf(
  scan: UkiScan,
  path: string,
  sbat: readonly string[][],
): Pick<BootFileRecord, 'kind' | 'product'> {
  const plain = (kind: BootFileKind) => ({ kind, product: null })
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase()
  if (firstSection(scan, '.linux') !== null) return plain('uki')
  // shim's companions have its row in .sbat, too; only shim itself carries certificates.
  if (longSection(scan, '.vendor_cert') !== null) return plain('shim')
  if (scan.marker?.product === 'systemd-boot') return plain('systemd-boot')
  if (name.endsWith('.addon.efi') || identifyKernel(scan) === 'addon') return plain('addon')
  const components = sbat.map(([component]) => component)
  if (components.includes('systemd-boot')) return plain('systemd-boot')
  if (components.includes('shim')) {
    if (name.startsWith('fb')) return plain('fallback')
    return { kind: 'other', product: name.startsWith('mm') ? 'MokManager' : 'shim companion' }
  }
  if (components.includes('grub') || firstSection(scan, 'mods') !== null) return plain('grub')
  if (name === 'vmlinuz' || KERNEL_SUFFIX.test(name)) return { kind: 'other', product: 'kernel' }
  const [, own] = components
  return { kind: 'other', product: own ?? null }
}

const KERNEL_SUFFIX = /^(vmlinuz|linux|kernel)[-.]/

/** A section whose name stands in the string table. */
export function longSection(scan: UkiScan, name: string): Uint8Array | null {
  return scan.sections.find(({ longName }) => longName === name)?.head ?? null
}

function versionOf(
  scan: UkiScan,
  kind: BootFileKind,
  product: string | null,
  sbat: readonly string[][],
): string | null {
  if (kind === 'uki') return firstText(scan, '.uname')?.trim() ?? firstSection(scan, '.linux')?.kernel?.version ?? null // prettier-ignore
  if (product === 'kernel') return null
  if (kind === 'shim') return shimVersion(scan) ?? rowVersion(sbat, 'shim')
  if (scan.marker !== null) return scan.marker.version
  return rowVersion(sbat, kind === 'fallback' ? 'shim' : kind) ?? rowVersion(sbat, product ?? '')
}

/** `$Version: 16.1 $` in `.data.ident` (shim version.c). */
function shimVersion(scan: UkiScan): string | null {
  const ident = longSection(scan, '.data.ident')
  if (ident === null) return null
  return (
    /\$Version: ([^$\0\n]{1,64}?) \$/.exec(new TextDecoder('latin1').decode(ident))?.[1] ?? null
  )
}

function rowVersion(sbat: readonly string[][], component: string): string | null {
  return sbat.find(([name]) => name === component)?.[4] ?? null
}
