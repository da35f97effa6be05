import { SealscopeError } from '../../base/error'
import type { KernelRecord } from '../../contract/facts'
import { resolve } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { sortedEntries } from '../../image/tree/walk'
import {
  decodeUtf8,
  display,
  entriesWithExtension,
  openDirectory,
  type ContentReader,
} from '../../image/tree/reader'

const MODULES = 'usr/lib/modules'
const UKI_FOLDER = 'EFI/Linux'

export interface FoundKernel {
  kernel: KernelRecord | null
  /** What bootc prints when it stops here; null when it does not. */
  error: string | null
  /** Its words alone, without our place and detail. */
  upstream: string | null
  /** Command line of the UKI as bootc reads it; null without a section or a UKI. */
  cmdline: string | null
  /** Which way was taken when it failed. */
  failed: 'uki' | 'modules' | null
}

/** Kernel discovery of `bootc container inspect` (bootc kernel.rs `find_kernel`): UKI first, then vmlinuz. */
export function findKernel(root: Directory, reader: ContentReader): FoundKernel {
  let failed: 'uki' | 'modules' = 'uki'
  try {
    const uki = findUki(root)
    if (uki !== null) return readUki(uki, reader)
    failed = 'modules'
    return { kernel: findVmlinuz(root), error: null, upstream: null, cmdline: null, failed: null }
  } catch (thrown) {
    if (!(thrown instanceof SealscopeError)) throw thrown
    return { kernel: null, error: thrown.message, upstream: thrown.what, cmdline: null, failed }
  }
}

/** Names of all `*.efi` directly in boot/EFI/Linux, in byte order; errors as bootc meets them. */
export function ukiEntries(root: Directory): [ByteString, Node][] {
  const folder = ukiFolder(root)
  return folder === null ? [] : efiNames(folder)
}

function ukiFolder(root: Directory): Directory | null {
  const boot = openDirectory(root, 'boot')
  return boot === null ? null : openDirectory(boot, UKI_FOLDER)
}

function efiNames(folder: Directory): [ByteString, Node][] {
  return entriesWithExtension(folder, 'efi').filter(([name]) => decodeUtf8(name) !== null)
}

interface FoundUki {
  path: ByteString
  stem: string
  node: Node
}

/** The first UKI as bootc opens it: by its path from the root, links followed. */
function findUki(root: Directory): FoundUki | null {
  const folder = ukiFolder(root)
  const [first] = folder === null ? [] : efiNames(folder)
  if (first === undefined) return null
  const [name] = first
  const path = `boot/${UKI_FOLDER}/${name}`
  const node = openUki(root, path)
  const stem = display(name).slice(0, -'.efi'.length)
  return { path, stem, node }
}

function openUki(root: Directory, path: ByteString): Node {
  const where = { path: display(path) }
  let node: Node | undefined
  try {
    node = resolve(root, path, 'beneath')
  } catch (cause) {
    const what = `Opening UKI: ${cause instanceof SealscopeError ? cause.message : String(cause)}`
    throw new SealscopeError({ code: 'uki-open', what, cause })
  }
  if (node !== undefined) return node
  const what = 'Opening UKI: No such file or directory (os error 2)'
  throw new SealscopeError({ code: 'uki-open', what, where })
}

function readUki(uki: FoundUki, reader: ContentReader): FoundKernel {
  const path = display(uki.path)
  const fail = (what: string): never => {
    throw new SealscopeError({ code: 'uki-cmdline', what, where: { path } })
  }
  if (uki.node.kind !== 'file') {
    const detail = 'Io(Os { code: 21, kind: IsADirectory, message: "Is a directory" })'
    return fail(`Failed to read UKI cmdline: ${detail}`)
  }
  const reading = reader.uki(uki.node)?.bootc.cmdline ?? { kind: 'missing' as const }
  if (reading.kind === 'error') return fail(reading.error)
  const kernel = { version: uki.stem, unified: true, path }
  const cmdline = reading.kind === 'text' ? reading.text : null
  return { kernel, error: null, upstream: null, cmdline, failed: null }
}

/** ostree-ext bootabletree.rs `find_kernel_dir_fs`: the one directory with a vmlinuz. */
export function findVmlinuz(root: Directory): KernelRecord | null {
  const modules = openDirectory(root, MODULES)
  if (modules === null) return null
  const found: string[] = []
  for (const [name, node] of sortedEntries(modules)) {
    const version = decodeUtf8(name)
    if (node.kind !== 'dir' || version === null) continue
    if (resolve(root, `${MODULES}/${name}/vmlinuz`, 'beneath') !== undefined) found.push(version)
  }
  if (found.length > 1) {
    throw new SealscopeError({
      code: 'multiple-kernels',
      what: `Found multiple subdirectories in ${MODULES}`,
      found: found.join(', '),
    })
  }
  const [version] = found
  if (version === undefined) return null
  return { version, unified: false, path: `${MODULES}/${version}/vmlinuz` }
}
