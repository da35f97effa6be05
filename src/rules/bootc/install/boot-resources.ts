import { fromBytes, type ByteString } from '../../../base/byte-string'
import { SealscopeError } from '../../../base/error'
import type { Directory, Node } from '../../../image/tree/node'
import { findDirectory, findRegular, requireDirectory } from '../../../image/tree/strict-lookup'
import { display, type FileLeaf } from '../../../image/tree/reader'
import { sortedEntries } from '../../../image/tree/walk'
import type { InstallContents } from './image'
import { Refusal } from './refusal'

/** A boot entry as composefs-boot 0.8 (the one of bootc 1.16) finds it. */
export type BootResource =
  | { type: 'type1'; path: ByteString }
  /** `file` is relative to the scanned folder: directly in it a UKI, deeper an add-on, whatever its name. */
  | { type: 'uki' | 'uki-addon'; file: ByteString; path: ByteString; leaf: FileLeaf }
  | { type: 'vmlinuz'; path: ByteString; vmlinuz: FileLeaf; initramfs: FileLeaf | null }

/** composefs-boot bootloader.rs `get_boot_resources`; a Refusal in its words. */
export function bootResources(root: Directory, contents: InstallContents): BootResource[] {
  return inWords(() => {
    const found: BootResource[] = type1(root, contents)
    const linux = findDirectory(root, 'boot/EFI/Linux')
    if (linux !== null) components(linux, 'boot/EFI/Linux', '', found)
    const modules = findDirectory(root, 'usr/lib/modules')
    const folders = modules === null ? [] : sortedEntries(modules)
    for (const [name, node] of folders) {
      if (node.kind === 'dir') components(node, `usr/lib/modules/${name}`, '', found)
    }
    for (const [name, node] of folders) {
      const vmlinuz = node.kind === 'dir' ? node.entries.get('vmlinuz') : undefined
      if (node.kind !== 'dir' || vmlinuz?.kind !== 'file') continue
      const initramfs = node.entries.get('initramfs.img')
      const path = `usr/lib/modules/${name}/vmlinuz`
      found.push({
        type: 'vmlinuz',
        path,
        vmlinuz,
        initramfs: initramfs?.kind === 'file' ? initramfs : null,
      })
    }
    return found
  })
}

function inWords<T>(step: () => T): T {
  try {
    return step()
  } catch (thrown) {
    if (thrown instanceof SealscopeError) throw new Refusal(thrown.withoutPlace)
    throw thrown
  }
}

function components(
  folder: Directory,
  base: ByteString,
  below: ByteString,
  found: BootResource[],
): void {
  const stack: [ByteString, Node][] = sortedEntries(folder).reverse().map(([name, node]) => [below + name, node]) // prettier-ignore
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [file, node] = next
    if (node.kind === 'dir') {
      for (const [name, child] of sortedEntries(node).reverse())
        stack.push([`${file}/${name}`, child])
      continue
    }
    if (!file.endsWith('.efi')) continue
    if (node.kind !== 'file') throw irregular(file)
    const type = file.includes('/') ? 'uki-addon' : 'uki'
    found.push({ type, file, path: `${base}/${file}`, leaf: node })
  }
}

function irregular(file: ByteString): Refusal {
  const name = file.slice(file.lastIndexOf('/') + 1)
  return new Refusal(`${JSON.stringify(display(name))} is not a regular file`)
}

/** `boot/loader/entries/*.conf`, and what they name must be there. */
function type1(root: Directory, contents: InstallContents): BootResource[] {
  const folder = findDirectory(root, 'boot/loader/entries')
  if (folder === null) return []
  const found: BootResource[] = []
  for (const [name, node] of sortedEntries(folder)) {
    if (!name.endsWith('.conf')) continue
    const quoted = `/boot/loader/entries/${JSON.stringify(display(name))}`
    if (node.kind === 'dir') throw new Refusal(`${quoted} is a directory`)
    if (node.kind !== 'file') throw new Refusal(`${quoted} is not a regular file`)
    const lines = fromBytes(contents.bytes(node)).split('\n')
    for (const key of ['linux', 'initrd', 'efi']) {
      for (const line of lines) requireNamed(root, key, line)
    }
    found.push({ type: 'type1', path: `boot/loader/entries/${name}` })
  }
  return found
}

function requireNamed(root: Directory, key: string, line: ByteString): void {
  if (!line.startsWith(key) || !/[\t\n\f\r ]/.test(line[key.length] ?? '')) return
  const parts = line.slice(key.length).replace(/^[\t-\r ]+/, '').split('/').filter((part) => part !== '' && part !== '.') // prettier-ignore
  const name = parts.pop()
  if (name === undefined) throw new Refusal(`Invalid filename ${JSON.stringify(display(line))}`)
  const folder = requireDirectory(root, parts.join('/'))
  if (findRegular(folder, name) === null) {
    throw new Refusal(`Directory entry ${JSON.stringify(display(name))} does not exist`)
  }
}
