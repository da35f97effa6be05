import type { UkiRecord } from '../../contract/facts'
import { SealscopeError } from '../../base/error'
import { directoryAt, resolve } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { sortedEntries, walk } from '../../image/tree/walk'
import { addonRecord, ukiRecord, type AddonRecord } from '../../formats/uki/record'
import type { UkiScan } from '../../formats/uki/scan'
import { display, type ContentReader, type FileLeaf } from '../../image/tree/reader'

const FOLDER = 'boot/EFI/Linux'
/** A UKI's record with the scan it came from; the record's signatures are still to be verified. */
export interface CollectedUki {
  record: UkiRecord
  scan: UkiScan
}

/** Every UKI of an image: boot/EFI/Linux/*.efi in byte order, then those below usr/lib/modules. */
export function collectUkis(root: Directory, reader: ContentReader): CollectedUki[] {
  const addons = findAddons(root)
  const records: CollectedUki[] = []
  for (const [path, leaf] of ukiFiles(root)) {
    const scan = reader.uki(leaf)
    if (scan === null) continue
    const own: AddonRecord[] = []
    for (const addon of addons) {
      const belongs = addon.path.startsWith(`${path}.extra.d/`) || isTopLevel(addon.path)
      const addonScan = belongs && addon.path !== path ? reader.uki(addon.leaf) : null
      if (addonScan !== null) own.push(addonRecord(addonScan, display(addon.path)))
    }
    records.push({ scan, record: ukiRecord(scan, display(path), leaf.origin.layer, own, []) })
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

/** The files that `collectUkis` lists. */
export function ukiFiles(root: Directory): [ByteString, FileLeaf][] {
  const files: [ByteString, FileLeaf][] = []
  const folder = beneath(root, FOLDER)
  for (const [name, node] of folder?.kind === 'dir' ? sortedEntries(folder) : []) {
    if (!name.endsWith('.efi') || name === '.efi') continue
    const path = `${FOLDER}/${name}`
    const file = node.kind === 'symlink' ? beneath(root, path) : node
    if (file?.kind === 'file') files.push([path, file])
  }
  const modules = directoryAt(root, 'usr/lib/modules')
  for (const [path, node] of modules === null ? [] : walk(modules)) {
    if (node.kind === 'file' && path.endsWith('.efi')) files.push([`usr/lib/modules/${path}`, node])
  }
  return files
}

/** What bootc opens there, links followed; undefined where it cannot. */
function beneath(root: Directory, path: ByteString): Node | undefined {
  try {
    return resolve(root, path, 'beneath')
  } catch (thrown) {
    // The kernel's error says it when it matters.
    if (thrown instanceof SealscopeError) return undefined
    throw thrown
  }
}

/** The file that bootc takes for the UKI of this name. */
export function ukiFile(root: Directory, name: ByteString): FileLeaf | null {
  const node = beneath(root, `${FOLDER}/${name}`)
  return node?.kind === 'file' ? node : null
}
