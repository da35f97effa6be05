import { SealscopeError } from '../bytes/error'
import { directoryAt } from '../tree/lookup'
import type { ByteString, Directory, Node } from '../tree/node'
import { sortedEntries } from '../tree/walk'

export interface BootEntry {
  type: 'type1' | 'uki' | 'uki-addon' | 'global-uki-addon' | 'vmlinuz'
  /** Relative to the root, without leading slash. */
  path: ByteString
}

/**
 * composefs-boot bootloader.rs `get_boot_resources`: boot entries in the order in which composefs-boot
 * finds them. Throws where it stops.
 */
export function checkBootEntries(root: Directory): BootEntry[] {
  const entries = type1Entries(root)
  entries.push(...efiFiles(root, 'boot/EFI/Linux', 'uki-addon'))
  entries.push(...efiFiles(root, 'boot/loader/addons', 'global-uki-addon'))
  const modules = directoryAt(root, 'usr/lib/modules')
  if (modules === null) return entries
  const kernels = sortedEntries(modules).filter(([, node]) => node.kind === 'dir')
  for (const [name] of kernels) {
    entries.push(...efiFiles(root, `usr/lib/modules/${name}`, 'uki-addon'))
  }
  for (const [name, node] of kernels) {
    const vmlinuz = node.kind === 'dir' ? node.entries.get('vmlinuz') : undefined
    if (vmlinuz?.kind !== 'file') continue
    entries.push({ type: 'vmlinuz', path: `usr/lib/modules/${name}/vmlinuz` })
  }
  return entries
}

function type1Entries(root: Directory): BootEntry[] {
  const folder = directoryAt(root, 'boot/loader/entries')
  if (folder === null) return []
  const entries: BootEntry[] = []
  for (const [name, node] of sortedEntries(folder)) {
    if (!name.endsWith('.conf')) continue
    const path = `boot/loader/entries/${name}`
    if (node.kind !== 'file') throw notRegular(path)
    entries.push({ type: 'type1', path })
  }
  return entries
}

function efiFiles(root: Directory, folder: string, addon: BootEntry['type']): BootEntry[] {
  const top = directoryAt(root, folder)
  if (top === null) return []
  const entries: BootEntry[] = []
  const stack: [ByteString, Node][] = [[folder, top]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, node] = next
    if (node.kind === 'dir') {
      for (const [name, child] of sortedEntries(node).reverse())
        stack.push([`${path}/${name}`, child])
      continue
    }
    if (!path.endsWith('.efi')) continue
    if (node.kind !== 'file') throw notRegular(path)
    entries.push({ type: path.endsWith('.addon.efi') ? addon : 'uki', path })
  }
  return entries
}

function notRegular(path: ByteString): SealscopeError {
  return new SealscopeError({
    code: 'boot-entry',
    what: 'a boot entry is not a regular file',
    where: { path: `/${path}` },
    expected: 'a regular file',
  })
}
