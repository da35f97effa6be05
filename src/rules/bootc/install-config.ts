import type { InstallConfigRecord } from '../../contract/facts'
import type { SealscopeError } from '../../base/error'
import { resolve } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import { display, readText, type ContentReader, type FileLeaf } from '../../image/tree/reader'
import { describeToml, isStrings, isTable, keyError, parseToml, type TomlTable } from './toml-file'

/** Later folders override earlier ones file by file (crate liboverdrop). */
export const CONFIG_FOLDERS = ['usr/lib', 'usr/local/lib', 'etc', 'run'].map(
  (base) => `${base}/bootc/install`,
)

type Kind = 'string' | 'bool' | 'strings' | readonly string[] | { each: readonly string[] } | Schema
interface Schema {
  [key: string]: Kind
}

const FILESYSTEMS = ['xfs', 'ext4', 'btrfs']
/** Keys under `[install]` and what they hold (bootc install/config.rs). */
const SCHEMA: Schema = {
  'root-fs-type': FILESYSTEMS,
  filesystem: { root: { type: FILESYSTEMS } },
  block: { each: ['direct', 'tpm2-luks'] },
  kargs: 'strings',
  'karg-deletes': 'strings',
  'match-architectures': 'strings',
  ostree: { 'bls-append-except-default': 'string' },
  stateroot: 'string',
  'root-mount-spec': 'string',
  'boot-mount-spec': 'string',
  bootupd: { 'skip-boot-uuid': 'bool' },
  bootloader: ['grub', 'grub-cc', 'systemd', 'none'],
  'discoverable-partitions': 'bool',
  'enforce-container-sigpolicy': 'bool',
}
const APPENDED = ['kargs', 'karg-deletes']

/**
 * The merged install configuration, as `bootc install print-configuration --all` prints it (bootc
 * install/config.rs `load_config`). `arch` is Rust's name. Throws where bootc stops.
 */
export function readInstallConfig(
  root: Directory,
  reader: ContentReader,
  arch: string,
): InstallConfigRecord {
  let merged: TomlTable | null = null
  for (const [, file] of collectFiles(root)) {
    const table = readFile(file.path, file.leaf, reader)
    if (table === null) continue
    const architectures = table['match-architectures']
    if (isStrings(architectures) && !architectures.includes(arch)) continue
    merged = merged === null ? structuredClone(table) : mergeInto(merged, table)
  }
  if (merged !== null) canonicalise(merged)
  const raw = printed(merged ?? {})
  return { filesystemRootType: rootType(raw), bootloader: textOf(raw['bootloader']), raw }
}

/** The files that count, in the order in which bootc reads them. */
export function installConfigFiles(root: Directory): { path: string; leaf: FileLeaf }[] {
  return collectFiles(root).map(([, file]) => file)
}

function collectFiles(root: Directory): [string, { path: string; leaf: FileLeaf }][] {
  const files = new Map<string, { path: string; leaf: FileLeaf }>()
  for (const path of CONFIG_FOLDERS) {
    const folder = resolve(root, path, 'chroot')
    if (folder?.kind !== 'dir') continue
    for (const [name, node] of folder.entries) {
      if (name.startsWith('.') || !name.endsWith('.toml')) continue
      if (node.kind === 'symlink' && node.target === '/dev/null') files.delete(name)
      if (node.kind === 'file') files.set(name, { path: `/${path}/${display(name)}`, leaf: node })
    }
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1))
}

function readFile(path: string, leaf: FileLeaf, reader: ContentReader): TomlTable | null {
  const text = readText(reader.bytes(leaf), path, 'Loading configuration: ')
  const prefix = `Loading configuration: Parsing ${JSON.stringify(path)}`
  const table = parseToml(text, path, prefix)
  for (const key of Object.keys(table)) {
    if (key !== 'install')
      throw keyError(text, path, prefix, key, '`install`', `the unknown key ${key}`)
  }
  const { install } = table
  if (install === undefined) return null
  check(install, SCHEMA, 'install', (key, expected, found) =>
    keyError(text, path, prefix, key, expected, found),
  )
  return isTable(install) ? install : null
}

type Fail = (key: string, expected: string, found: string) => SealscopeError

function check(value: unknown, kind: Kind, key: string, fail: Fail): void {
  const wrong = (expected: string) => fail(key, expected, describeToml(value))
  if (kind === 'string' && typeof value !== 'string') throw wrong('a string')
  if (kind === 'bool' && typeof value !== 'boolean') throw wrong('true or false')
  if (kind === 'strings' && !isStrings(value)) throw wrong('an array of strings')
  if (typeof kind === 'string') return
  if (isList(kind)) {
    if (typeof value !== 'string' || !kind.includes(value)) throw wrong(kind.join(', '))
  } else if (isEach(kind)) {
    if (!isStrings(value) || !value.every((item) => kind.each.includes(item))) {
      throw wrong(`an array of ${kind.each.join(', ')}`)
    }
  } else checkTable(value, kind, key, fail)
}

function checkTable(value: unknown, schema: Schema, key: string, fail: Fail): void {
  if (!isTable(value)) throw fail(key, 'a table', describeToml(value))
  for (const [name, item] of Object.entries(value)) {
    const kind = Object.hasOwn(schema, name) ? schema[name] : undefined
    const path = `${key}.${name}`
    if (kind !== undefined) check(item, kind, path, fail)
    // Below [install.ostree] bootc only warns of unknown keys.
    else if (key === 'install.ostree') delete value[name]
    else throw fail(path, Object.keys(schema).join(', '), `the unknown key ${name}`)
  }
}

function isList(kind: Kind): kind is readonly string[] {
  return Array.isArray(kind)
}

function isEach(kind: Kind): kind is { each: readonly string[] } {
  return typeof kind === 'object' && 'each' in kind && Array.isArray(kind.each)
}

/** Scalars: the last wins; kargs are appended; the filter of later files is not kept. */
function mergeInto(base: TomlTable, later: TomlTable): TomlTable {
  for (const [key, value] of Object.entries(later)) {
    const old = base[key]
    if (key === 'match-architectures') continue
    if (APPENDED.includes(key) && isStrings(old) && isStrings(value)) base[key] = [...old, ...value]
    else if (isTable(old) && isTable(value)) mergeInto(old, value)
    else base[key] = structuredClone(value)
  }
  return base
}

function canonicalise(config: TomlTable): void {
  const filesystem = config['filesystem']
  const root = isTable(filesystem) ? filesystem['root'] : undefined
  const type = isTable(root) ? root['type'] : undefined
  if (type !== undefined) config['root-fs-type'] = type
  else if (config['root-fs-type'] !== undefined) {
    config['filesystem'] = { root: { type: config['root-fs-type'] } }
  }
  config['block'] ??= ['direct']
}

/** Keys sorted; unset ones null, but for kargs, karg-deletes and those of ostree, which are absent. */
function printed(config: TomlTable): Record<string, unknown> {
  const result: Record<string, unknown> = {}
  for (const key of Object.keys(SCHEMA).sort()) {
    const value = config[key]
    if (value === undefined && APPENDED.includes(key)) continue
    result[key] = value ?? null
  }
  const { filesystem, bootupd } = result
  if (isTable(filesystem)) {
    const { root } = filesystem
    result['filesystem'] = { root: isTable(root) ? { type: root['type'] ?? null } : null }
  }
  if (isTable(bootupd)) result['bootupd'] = { 'skip-boot-uuid': bootupd['skip-boot-uuid'] ?? null }
  return result
}

function rootType(raw: Record<string, unknown>): string | null {
  const { filesystem } = raw
  const root = isTable(filesystem) ? filesystem['root'] : null
  return isTable(root) ? textOf(root['type']) : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}
