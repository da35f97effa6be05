import { SealscopeError } from '../../base/error'
import { fromBytes, type ByteString } from '../../base/byte-string'
import { rooted } from '../../image/tree/import-problem'
import type { Directory, Leaf, Node } from '../../image/tree/node'
import {
  findDirectory,
  findRegular,
  imageError,
  requireDirectory,
} from '../../image/tree/strict-lookup'
import { sortedEntries } from '../../image/tree/walk'

export interface BootEntry {
  type: 'type1' | 'uki' | 'uki-addon' | 'global-uki-addon' | 'vmlinuz' | 'aboot'
  /** Relative to the root, without leading slash. */
  path: ByteString
}

/** Files whose content `bootEntries` asks for. */
export const BOOT_ENTRY_FILE = /^boot\/loader\/entries\/[^/]+\.conf$/

type ReadFile = (leaf: Extract<Leaf, { kind: 'file' }>) => Uint8Array

/**
 * composefs-boot bootloader.rs `get_boot_resources`: boot entries of the merged root in the order in which
 * composefs-boot finds them. Throws where it stops, in its words. `aboot`: releases from 0.9.3 on
 * also look for Android boot images (their content is not looked at here).
 */
export function bootEntries(root: Directory, read: ReadFile, aboot: boolean): BootEntry[] {
  const entries = type1Entries(root, read)
  entries.push(...efiFiles(root, 'boot/EFI/Linux', 'uki-addon'))
  entries.push(...efiFiles(root, 'boot/loader/addons', 'global-uki-addon'))
  const modules = findDirectory(root, 'usr/lib/modules')
  const kernels = modules === null ? [] : sortedEntries(modules)
  for (const [name, node] of kernels) {
    if (node.kind === 'dir') {
      entries.push(...efiFiles(root, `usr/lib/modules/${name}`, 'uki-addon'))
    }
  }
  for (const [name, node] of kernels) {
    if (node.kind !== 'dir' || node.entries.get('vmlinuz')?.kind !== 'file') continue
    entries.push({ type: 'vmlinuz', path: `usr/lib/modules/${name}/vmlinuz` })
  }
  return aboot ? [...entries, ...abootEntries(root, entries)] : entries
}

/** `boot/loader/entries/*.conf`: what they name must be regular files of the image. */
function type1Entries(root: Directory, read: ReadFile): BootEntry[] {
  const folder = findDirectory(root, 'boot/loader/entries')
  if (folder === null) return []
  const entries: BootEntry[] = []
  for (const [name, node] of sortedEntries(folder)) {
    if (!name.endsWith('.conf')) continue
    const path = `boot/loader/entries/${name}`
    if (node.kind !== 'file') throw irregular(path, node)
    for (const value of namedFiles(read(node))) requireFile(root, value)
    entries.push({ type: 'type1', path })
  }
  return entries
}

/** Values of the keys `linux`, `initrd`, `efi`; a key ends with ASCII white space. */
function* namedFiles(bytes: Uint8Array): Generator<ByteString> {
  const lines = fromBytes(bytes).split('\n')
  for (const key of ['linux', 'initrd', 'efi']) {
    for (const line of lines) {
      if (line.startsWith(key) && /[\t\n\f\r ]/.test(line[key.length] ?? '')) {
        yield line.slice(key.length).replace(/^[\t-\r ]+/, '')
      }
    }
  }
}

function requireFile(root: Directory, path: ByteString): void {
  const plain = rooted(path).slice(1)
  const cut = plain.lastIndexOf('/')
  const name = plain.slice(cut + 1)
  if (name === '' || name === '..') throw imageError('invalid', path)
  const folder = requireDirectory(root, plain.slice(0, Math.max(cut, 0)))
  if (findRegular(folder, name) === null) throw imageError('missing', name)
}

function efiFiles(root: Directory, folder: string, addon: BootEntry['type']): BootEntry[] {
  const top = findDirectory(root, folder)
  if (top === null) return []
  const entries: BootEntry[] = []
  const stack: [ByteString, Node][] = [[folder, top]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, node] = next
    if (node.kind === 'dir') {
      for (const [name, child] of sortedEntries(node).reverse()) {
        if (child.kind === 'dir' || name.endsWith('.efi')) stack.push([`${path}/${name}`, child])
      }
    } else if (node.kind === 'file') {
      entries.push({ type: path.endsWith('.addon.efi') ? addon : 'uki', path })
    } else throw irregular(path, node)
  }
  return entries
}

/** `AbootEntry::load_all`: one payload at most, its vbmeta beside it, and nothing else to boot. */
function abootEntries(root: Directory, others: readonly BootEntry[]): BootEntry[] {
  const boot = findDirectory(root, 'boot')
  if (boot === null) return []
  const entries: BootEntry[] = []
  for (const [name, node] of sortedEntries(boot)) {
    const kernel = /^aboot-(.*)\.img$/s.exec(name)?.[1]
    if (kernel === undefined) continue
    if (kernel === '') throw refused('aboot payload has no kernel version', `boot/${name}`)
    if (node.kind !== 'file') throw irregular(`boot/${name}`, node)
    findRegular(boot, `vbmeta-${kernel}.img`)
    entries.push({ type: 'aboot', path: `boot/${name}` })
  }
  for (const name of boot.entries.keys()) {
    const kernel = /^vbmeta-(.*)\.img$/s.exec(name)?.[1]
    if (kernel !== undefined && findRegular(boot, `aboot-${kernel}.img`) === null) {
      throw refused('a vbmeta image has no matching aboot payload', `boot/${name}`)
    }
  }
  if (entries.length > 1) throw refused('multiple aboot payloads found', 'boot')
  const primary = ['type1', 'uki', 'vmlinuz']
  if (entries.length > 0 && others.some(({ type }) => primary.includes(type))) {
    throw refused('aboot payload cannot be combined with other boot artifacts', 'boot')
  }
  return entries
}

function irregular(path: ByteString, node: Node): SealscopeError {
  return refused(node.kind === 'dir' ? 'a boot entry is a directory' : 'a boot entry is not a regular file', path) // prettier-ignore
}

function refused(what: string, path: ByteString): SealscopeError {
  return new SealscopeError({ code: 'boot-entry', what, where: { path: `/${path}` } })
}
