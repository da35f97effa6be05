import { splitPath } from '../../../image/tree/path'
import { resolve } from '../../../image/tree/lookup'
import type { Directory, Node } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { sortedEntries, walk } from '../../../image/tree/walk'
import { readKargs } from '../kargs'
import { findVmlinuz } from '../kernel'
import { keyFileBoolean, parseKeyFile } from '../key-file'
import { stopped } from './lint-stop'
import { comparePaths, lossy, quotedPath, rustDebug } from './path-display'
import { decodeUtf8, openDirectory, readText, type ContentReader } from '../../../image/tree/reader'
import { undeclaredNames } from './sysusers'

export interface LintContext {
  root: Directory
  reader: ContentReader
  /** Rust's name of the architecture. */
  arch: string
  truncate: boolean
  setupRootConf: boolean
}

/** Why the image fails a check, in bootc's words; null when it passes. Throws where bootc stops. */
export type Check = (context: LintContext) => string | null

export const BASE_IMAGE = 'usr/share/doc/bootc/baseimage/base'
const API_FOLDERS = ['dev', 'proc', 'sys', 'run', 'tmp', 'var']
const SHOWN_ITEMS = 5

/** `symlink_metadata_optional`: the node itself, links only followed on the way to it. */
function nodeAt(root: Directory, path: ByteString): Node | undefined {
  const parts = splitPath(path)
  const name = parts.pop() ?? ''
  const parent = resolve(root, parts.join('/'), 'beneath')
  return parent?.kind === 'dir' ? parent.entries.get(name) : undefined
}

/** A header and its items, at most five unless all are asked for; a line break ends each. */
function list(context: LintContext, header: string, items: readonly string[]): string {
  if (items.length === 0) return ''
  const shown = context.truncate ? items.slice(0, SHOWN_ITEMS) : items
  const lines = [`${header}:`, ...shown.map((item) => `  ${item}`)]
  if (shown.length < items.length) lines.push(`  ...and ${items.length - shown.length} more`)
  return `${lines.join('\n')}\n`
}

export const checkApiFolders: Check = ({ root }) => {
  for (const name of API_FOLDERS) {
    const node = root.entries.get(name)
    if (node === undefined) return `Missing API filesystem base directory: /${name}`
    if (node.kind !== 'dir') return `Expected directory for API filesystem base directory: /${name}`
  }
  return null
}

export const checkKargs: Check = ({ root, reader, arch }) => {
  readKargs(root, reader, arch)
  return null
}

export const checkKernel: Check = ({ root }) => {
  findVmlinuz(root)
  return null
}

export const checkVarRun: Check = ({ root }) => {
  const node = nodeAt(root, 'var/run')
  return node === undefined || node.kind === 'symlink' ? null : 'Not a symlink: var/run'
}

export const checkInjected: Check = ({ root }) => {
  for (const path of ['etc/hostname', 'etc/resolv.conf']) {
    const node = nodeAt(root, path)
    if (node?.kind === 'file' && node.content.size === 0) {
      return `/${path} is an empty file; this may have been synthesized by a container runtime.`
    }
  }
  return null
}

export const checkUsrEtc: Check = ({ root }) => {
  if (!root.entries.has('etc') || nodeAt(root, 'usr/etc') === undefined) return null
  return 'Found /usr/etc - this is a bootc implementation detail and not supported to use in containers'
}

/** Runs a check on the image and, when that passes, on the description of its base image. */
function alsoOnBase(check: Check): Check {
  return (context) => {
    const message = check(context)
    if (message !== null) return message
    const base = openDirectory(context.root, BASE_IMAGE)
    return base === null ? null : check({ ...context, root: base })
  }
}

export const checkBaseRoot = alsoOnBase(({ root }) => {
  const sysroot = root.entries.get('sysroot')
  if (sysroot === undefined) return 'Missing /sysroot'
  if (sysroot.kind !== 'dir') return 'Expected a directory for /sysroot'
  const ostree = root.entries.get('ostree')
  if (ostree === undefined) return 'Missing ostree -> sysroot/ostree link'
  if (ostree.kind !== 'symlink') return '/ostree should be a symlink'
  if (ostree.target === 'sysroot/ostree') return null
  return `Expected /ostree -> sysroot/ostree, not ${rustDebug(ostree.target)}`
})

/** What releases to come look for instead (bootc docs/src/experimental-composefs.md). */
const SETUP_ROOT = 'usr/lib/composefs/setup-root-conf.toml'
export const PREPARE_ROOT = 'ostree/prepare-root.conf'
/** Values of `[composefs] enabled` that switch it on (ostree-ext ostree_prepareroot.rs). */
const ENABLED = ['yes', 'true', '1', 'maybe', 'verity', 'signed']

export const checkComposefs = alsoOnBase(({ root, reader, setupRootConf }) => {
  for (const folder of ['etc', 'usr/lib']) {
    const path = `${folder}/${PREPARE_ROOT}`
    const node = resolve(root, path, 'beneath')
    if (node === undefined) continue
    if (node.kind === 'dir') throw stopped('Is a directory (os error 21)')
    const text = node.kind === 'file' ? readText(reader.bytes(node), path) : ''
    return isEnabled(text, path) ? null : `${PREPARE_ROOT} does not have composefs enabled`
  }
  if (setupRootConf && resolve(root, SETUP_ROOT, 'beneath')?.kind === 'file') return null
  return `${PREPARE_ROOT} is not present to enable composefs`
})

function isEnabled(text: string, path: string): boolean {
  const file = parseKeyFile(text)
  if (file === null) throw stopped(`Parsing ${path}`)
  const transient = keyFileBoolean(file, 'root', 'transient')
  if (transient === null) {
    throw stopped('Key file contains key “transient” which has a value that cannot be interpreted.')
  }
  return transient === true || ENABLED.includes(file.get('composefs')?.get('enabled') ?? '')
}

export const checkBoot: Check = (context) => {
  const boot = openDirectory(context.root, 'boot')
  if (boot === null) return 'Missing /boot directory'
  const names = sortedEntries(boot).map(([name]) => name)
  const items = names.filter((name) => name !== 'EFI').map(quotedPath)
  return list(context, 'Found non-empty /boot', items) || null
}

const STUB_RESOLV = '/run/systemd/resolve/stub-resolv.conf'

export const checkRunAndTmp: Check = (context) => {
  const found = new Set<ByteString>()
  for (const name of ['run', 'tmp']) {
    const node = context.root.entries.get(name)
    if (node === undefined) throw stopped('No such file or directory (os error 2)')
    if (node.kind !== 'dir') throw stopped('Not a directory (os error 20)')
    for (const [path] of walk(node)) found.add(`/${name}/${path}`)
  }
  pruneStubResolv(found)
  const header = 'Found content in runtime-only directories (/run, /tmp)'
  return list(context, header, [...found].sort(comparePaths).map(readablePath)) || null
}

/** Forgets the resolver stub of container runtimes and those of its parents that hold nothing else. */
function pruneStubResolv(found: Set<ByteString>): void {
  found.delete(STUB_RESOLV)
  for (const parent of ['/run/systemd/resolve', '/run/systemd']) {
    for (const path of found) if (path.startsWith(`${parent}/`)) return
    found.delete(parent)
  }
}

/** bootc makes text of a path before it quotes it. */
function readablePath(path: ByteString): string {
  if (decodeUtf8(path) !== null) return quotedPath(path)
  const bytes = new TextEncoder().encode(lossy(path))
  return quotedPath(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

export const checkSysusers: Check = (context) => {
  const names = undeclaredNames(context.root, context.reader)
  if (names === null) return null
  const header = (file: string) =>
    `Found /etc/${file} entry without corresponding systemd sysusers.d`
  const users = list(context, header('passwd'), names.users)
  return users + list(context, header('group'), names.groups) || null
}

export const checkVarLog: Check = (context) => {
  const folder = openDirectory(context.root, 'var/log')
  if (folder === null) return null
  const found: ByteString[] = []
  for (const [path, node] of walk(folder)) {
    if (decodeUtf8(path) === null) {
      throw stopped('Invalid or incomplete multibyte or wide character (os error 84)')
    }
    if (node.kind === 'file' && node.content.size > 0) found.push(`/var/log/${path}`)
  }
  const items = found.sort(comparePaths).map(quotedPath)
  return list(context, 'Found non-empty logfiles', items) || null
}

export const checkUtf8: Check = ({ root }) => {
  for (const [path, node] of walk(root)) {
    const slash = path.lastIndexOf('/')
    const name = path.slice(slash + 1)
    if (decodeUtf8(name) === null) {
      const folder = slash < 0 ? '/' : `/${path.slice(0, slash)}`
      return `${quotedPath(folder)}: Found non-utf8 filename ${rustDebug(name)}`
    }
    if (node.kind === 'symlink' && decodeUtf8(node.target) === null) {
      return `${quotedPath(`/${path}`)}: Found non-utf8 symlink target`
    }
  }
  return null
}
