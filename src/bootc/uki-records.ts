import type { UkiRecord } from '../contract/facts'
import { directoryAt } from '../tree/lookup'
import type { ByteString, Directory, Node } from '../tree/node'
import { sortedEntries, walk } from '../tree/walk'
import type { ScannedSection, UkiScan } from '../uki/scan'
import { display, type ContentReader, type FileLeaf } from './reader'

const FOLDER = 'boot/EFI/Linux'
const MACHINES: Record<number, string> = {
  0x8664: 'x86_64',
  0xaa64: 'aarch64',
  0x14c: 'i686',
  0x1c0: 'arm',
  0x1c2: 'arm',
  0x1c4: 'arm',
  0x5032: 'riscv32',
  0x5064: 'riscv64',
  0x6232: 'loongarch32',
  0x6264: 'loongarch64',
}

/** Every UKI of an image: boot/EFI/Linux/*.efi in byte order, then those below usr/lib/modules. */
export function collectUkis(root: Directory, reader: ContentReader): UkiRecord[] {
  const addons = findAddons(root)
  const records: UkiRecord[] = []
  for (const [path, leaf] of ukiFiles(root)) {
    const scan = reader.uki(leaf)
    if (scan === null) continue
    const own = addons
      .filter((addon) => addon.path.startsWith(`${path}.extra.d/`) || isTopLevel(addon.path))
      .filter((addon) => addon.path !== path)
      .map((addon) => ({
        path: display(addon.path),
        cmdline: textOf(reader.uki(addon.leaf)?.sections ?? [], '.cmdline'),
      }))
    records.push(ukiRecord(scan, display(path), leaf.origin.layer, own))
  }
  return records
}

/** `*.addon.efi` in boot/EFI/Linux and in `*.efi.extra.d` folders below it. */
export function findAddons(root: Directory): { path: ByteString; leaf: FileLeaf }[] {
  const folder = directoryAt(root, FOLDER)
  const found: { path: ByteString; leaf: FileLeaf }[] = []
  const add = (path: ByteString, node: Node) => {
    if (node.kind === 'file' && path.endsWith('.addon.efi')) found.push({ path, leaf: node })
  }
  for (const [name, node] of folder === null ? [] : sortedEntries(folder)) {
    add(`${FOLDER}/${name}`, node)
    if (node.kind !== 'dir' || !name.endsWith('.efi.extra.d')) continue
    for (const [inner, child] of sortedEntries(node)) add(`${FOLDER}/${name}/${inner}`, child)
  }
  return found
}

function isTopLevel(path: ByteString): boolean {
  return !path.slice(FOLDER.length + 1).includes('/')
}

function ukiFiles(root: Directory): [ByteString, FileLeaf][] {
  const files: [ByteString, FileLeaf][] = []
  const folder = directoryAt(root, FOLDER)
  for (const [name, node] of folder === null ? [] : sortedEntries(folder)) {
    if (node.kind === 'file' && name.endsWith('.efi') && name !== '.efi') {
      files.push([`${FOLDER}/${name}`, node])
    }
  }
  const modules = directoryAt(root, 'usr/lib/modules')
  for (const [path, node] of modules === null ? [] : walk(modules)) {
    if (node.kind === 'file' && path.endsWith('.efi')) files.push([`usr/lib/modules/${path}`, node])
  }
  return files
}

/** One UKI in the words of the contract. */
export function ukiRecord(
  scan: UkiScan,
  path: string,
  layer: number | null,
  addons: UkiRecord['addons'],
): UkiRecord {
  const base = baseSections(scan.sections)
  return {
    path,
    layer,
    size: scan.size,
    sha256: scan.sha256,
    machine: scan.header === null ? null : (MACHINES[scan.header.machine] ?? null),
    stub: scan.marker === null ? null : `${scan.marker.product} ${scan.marker.version}`,
    sections: scan.sections.map((section) => ({
      name: section.name,
      virtualSize: section.virtualSize,
      virtualAddress: section.virtualAddress,
      rawSize: section.rawSize,
      rawOffset: section.rawOffset,
      sha256: section.digests?.sha256 ?? null,
    })),
    cmdline: textOf(base, '.cmdline'),
    uname: textOf(base, '.uname'),
    osrel: textOf(base, '.osrel'),
    sbat: sbatRows(textOf(base, '.sbat')),
    profiles: profilesOf(scan.sections),
    addons,
    signatures: [],
    error: scan.error,
  }
}

/** UAPI.5 §"Multi-Profile UKIs": sections before the first `.profile`. */
function baseSections(sections: readonly ScannedSection[]): readonly ScannedSection[] {
  const first = sections.findIndex((section) => section.name === '.profile')
  return first < 0 ? sections : sections.slice(0, first)
}

function profilesOf(sections: readonly ScannedSection[]): UkiRecord['profiles'] {
  const base = textOf(baseSections(sections), '.cmdline')
  const starts = sections.flatMap((section, index) => (section.name === '.profile' ? [index] : []))
  return starts.map((start, index) => {
    const own = sections.slice(start, starts[index + 1])
    const text = textOf(own, '.profile') ?? ''
    return {
      id: fieldOf(text, 'ID'),
      title: fieldOf(text, 'TITLE'),
      cmdline: textOf(own, '.cmdline') ?? base,
    }
  })
}

function fieldOf(text: string, key: string): string | null {
  const match = new RegExp(`^${key}=(.*)$`, 'm').exec(text)
  return match?.[1]?.trim().replace(/^(["'])(.*)\1$/, '$2') ?? null
}

function textOf(sections: readonly ScannedSection[], name: string): string | null {
  const section = sections.find((candidate) => candidate.name === name)
  if (section?.text === null || section === undefined) return null
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(section.text).replace(/\0+$/, '')
  } catch {
    return null
  }
}

function sbatRows(text: string | null): string[][] | null {
  if (text === null) return null
  const lines = text.split(/\r?\n/).filter((line) => line !== '')
  return lines.map((line) => line.split(','))
}
