import { describeToml, isTable } from '../toml-file'

/** How serde describes a key's value: what it must be. */
export type TomlKind =
  | 'string'
  | 'boolean'
  | 'strings'
  /** One of these words, and a list of them. */
  | { oneOf: readonly string[] }
  | { listOf: readonly string[] }
  /** A table; `lax`: unknown keys are ignored. */
  | { table: TomlSchema; name: string; lax?: true; required?: readonly string[] }

export type TomlSchema = Readonly<Record<string, TomlKind>>

const FILESYSTEM: TomlKind = { oneOf: ['xfs', 'ext4', 'btrfs'] }
/** Keys in the order of bootc install/config.rs, which is the order of serde's words. */
const INSTALL: TomlSchema = {
  'root-fs-type': FILESYSTEM,
  block: { listOf: ['direct', 'tpm2-luks'] },
  filesystem: {
    name: 'BasicFilesystems',
    table: { root: { name: 'RootFS', table: { type: FILESYSTEM } } },
  },
  kargs: 'strings',
  'karg-deletes': 'strings',
  'match-architectures': 'strings',
  ostree: {
    name: 'OstreeRepoOpts',
    lax: true,
    table: { 'bls-append-except-default': 'string' },
  },
  stateroot: 'string',
  'root-mount-spec': 'string',
  'boot-mount-spec': 'string',
  bootupd: { name: 'Bootupd', table: { 'skip-boot-uuid': 'boolean' } },
  bootloader: { oneOf: ['grub', 'grub-cc', 'systemd', 'none'] },
  'discoverable-partitions': 'boolean',
  'enforce-container-sigpolicy': 'boolean',
}
/** `bootc/install/*.toml` (bootc install/config.rs). */
export const INSTALL_FILE: TomlKind = {
  name: 'InstallConfigurationToplevel',
  table: { install: { name: 'InstallConfiguration', table: INSTALL } },
}
/** `usr/lib/bootc/kargs.d/*.toml` (bootc bootc_kargs.rs). */
export const KARGS_FILE: TomlKind = {
  name: 'Config',
  table: { kargs: 'strings', 'match-architectures': 'strings' },
  required: ['kargs'],
}

/** The last line of the toml crate's error for a document that parses; null when it decodes. */
export function serdeError(value: unknown, kind: TomlKind): string | null {
  if (typeof kind === 'string') return plainError(value, kind)
  if ('oneOf' in kind) return variantError(value, kind.oneOf)
  if ('listOf' in kind) {
    if (!Array.isArray(value)) return typeError(value, 'a sequence')
    return firstOf(value, (item) => variantError(item, kind.listOf))
  }
  return tableError(value, kind)
}

function tableError(value: unknown, kind: Extract<TomlKind, { table: TomlSchema }>): string | null {
  const { table, name, lax, required = [] } = kind
  if (!isTable(value)) return typeError(value, `struct ${name}`)
  const found = firstOf(Object.entries(value), ([key, item]) => {
    const known = Object.hasOwn(table, key) ? table[key] : undefined
    if (known !== undefined) return serdeError(item, known)
    return lax === true ? null : `unknown field \`${key}\`, expected ${words(Object.keys(table))}`
  })
  const missing = required.find((key) => !Object.hasOwn(value, key))
  return found ?? (missing === undefined ? null : `missing field \`${missing}\``)
}

function plainError(value: unknown, kind: 'string' | 'boolean' | 'strings'): string | null {
  if (kind === 'boolean') return typeof value === 'boolean' ? null : typeError(value, 'a boolean')
  if (kind === 'string') return typeof value === 'string' ? null : typeError(value, 'a string')
  if (!Array.isArray(value)) return typeError(value, 'a sequence')
  return firstOf(value, (item) => plainError(item, 'string'))
}

function variantError(value: unknown, allowed: readonly string[]): string | null {
  if (typeof value !== 'string') return typeError(value, 'string only')
  return allowed.includes(value) ? null : `unknown variant \`${value}\`, expected ${words(allowed)}`
}

function firstOf<T>(items: readonly T[], check: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = check(item)
    if (found !== null) return found
  }
  return null
}

function words(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``)
  if (quoted.length === 1) return quoted[0] ?? ''
  return quoted.length === 2 ? quoted.join(' or ') : `one of ${quoted.join(', ')}`
}

function typeError(value: unknown, expected: string): string {
  return `invalid type: ${unexpected(value)}, expected ${expected}`
}

/** serde's `Unexpected`. */
function unexpected(value: unknown): string {
  if (typeof value === 'string') return `string ${JSON.stringify(value)}`
  if (typeof value === 'boolean') return `boolean \`${value}\``
  if (typeof value === 'bigint') return `integer \`${value}\``
  if (typeof value === 'number') {
    return Number.isInteger(value) ? `integer \`${value}\`` : `floating point \`${value}\``
  }
  if (Array.isArray(value)) return 'sequence'
  return isTable(value) ? 'map' : describeToml(value)
}

/** The last line for a document that does not parse, told from what the parser here says. */
export function syntaxError(text: string): string {
  if (/redefin|duplicate|already/i.test(text)) return 'duplicate key'
  return text
}
