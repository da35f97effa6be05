import { parse } from 'smol-toml'
import { SealscopeError } from '../../base/error'
import { isObject } from '../../formats/oci/manifest'
import { pastedReference } from '../../formats/oci/pasted'
import { type ImageReference, parseReference } from '../../formats/oci/reference'

/** containers-registries.conf(5), version 2, as far as it says where an image is read from. */
export interface RegistriesConf {
  registries: RegistryEntry[]
  /** Short name → full name. */
  aliases: Map<string, string>
  /** Registries in which a short name is looked for; null: not said. */
  search: string[] | null
  /** A short name of several registries is asked about, which nobody can do here. */
  mode: 'enforcing' | 'permissive' | 'disabled'
}

export interface RegistryEntry {
  prefix: string
  location: string
  insecure: boolean
  blocked: boolean
  mirrors: Mirror[]
}

export interface Mirror {
  location: string
  insecure: boolean
  pull: 'all' | 'digest-only' | 'tag-only'
}

/** One place from which an image may be read, in the order in which they are tried. */
export interface Place {
  reference: ImageReference
  /** Plain http, or certificates that nobody vouches for, will do. */
  insecure: boolean
}

export const EMPTY_CONF: RegistriesConf = {
  registries: [],
  aliases: new Map(),
  search: null,
  mode: 'permissive',
}

const FILE_LIMIT = 1024 * 1024

/** Reads one file. Throws a usage error with the file where it is none. */
export function parseRegistriesConf(text: string, path: string): RegistriesConf {
  const root = documentOf(text, path)
  if (['registries', 'blocks'].some((key) => isObject(root[key]))) {
    throw broken(path, 'version 2, with [[registry]] tables', 'version 1')
  }
  const found = listOf(root['registry'], path).map((entry) => registryOf(entry, path))
  const aliases = isObject(root['aliases']) ? Object.entries(root['aliases']) : []
  const search = root['unqualified-search-registries']
  return {
    registries: found,
    aliases: new Map(aliases.filter((pair): pair is [string, string] => isText(pair[1]))),
    search: Array.isArray(search) ? search.filter(isText) : null,
    mode: modeOf(root['short-name-mode'], path),
  }
}

/** Files one over the other: what a later one says about a prefix, an alias or the search stands. */
export function mergedConf(files: readonly RegistriesConf[]): RegistriesConf {
  const registries = new Map<string, RegistryEntry>()
  const aliases = new Map<string, string>()
  let { search, mode } = EMPTY_CONF
  for (const file of files) {
    for (const entry of file.registries) registries.set(entry.prefix, entry)
    for (const [name, value] of file.aliases) {
      // an empty one takes an alias of an earlier file away
      if (value === '') aliases.delete(name)
      else aliases.set(name, value)
    }
    search = file.search ?? search
    if (file.mode !== EMPTY_CONF.mode) mode = file.mode
  }
  return { registries: [...registries.values()], aliases, search, mode }
}

/**
 * The full names that a reference may stand for: itself, what an alias says, or one in each registry of the
 * search. Throws a usage error where podman would have to ask the user.
 */
export function candidatesOf(text: string, conf: RegistriesConf): ImageReference[] {
  const reference = parseReference(text)
  const written = pastedReference(text)
  if (!isShort(written, reference)) return [reference]
  const { name, rest } = splitName(written)
  const alias = conf.aliases.get(name)
  if (alias !== undefined) return [parseReference(`docker://${alias}${rest}`)]
  if (conf.search === null || conf.search.length === 0) return [reference]
  if (conf.search.length > 1 && conf.mode === 'enforcing') {
    throw new SealscopeError({
      kind: 'usage',
      code: 'short-name',
      what: 'a short name could be in several registries',
      expected: `one of ${conf.search.map((host) => `${host}/${written}`).join(', ')}`,
      found: written,
    })
  }
  return conf.search.map((host) => parseReference(`docker://${host}/${written}`))
}

/** Where an image is read: the mirrors of its prefix, then its location. Throws when it is blocked. */
export function placesOf(reference: ImageReference, conf: RegistriesConf): Place[] {
  const { text } = reference
  const entry = entryFor(text, conf.registries)
  if (entry === null) return [{ reference, insecure: false }]
  if (entry.blocked) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'registry-blocked',
      what: `${entry.prefix} is blocked by registries.conf`,
      where: { source: text },
    })
  }
  const kind = reference.digest === null ? 'tag-only' : 'digest-only'
  const mirrors = entry.mirrors.filter(({ pull }) => pull === 'all' || pull === kind)
  return [...mirrors, { location: entry.location, insecure: entry.insecure }].map(
    ({ location, insecure }) => ({
      reference: parseReference(`docker://${moved(text, entry.prefix, location)}`),
      insecure,
    }),
  )
}

/** The entry with the longest prefix that the name begins with. */
function entryFor(name: string, registries: readonly RegistryEntry[]): RegistryEntry | null {
  const fitting = registries.filter(({ prefix }) => prefixLength(name, prefix) > 0)
  const [first] = fitting.sort((a, b) => b.prefix.length - a.prefix.length)
  return first ?? null
}

/** Characters of `name` that a prefix stands for: up to `/`, `:` or `@`; 0 when it does not fit. */
function prefixLength(name: string, prefix: string): number {
  if (prefix.startsWith('*.')) {
    const host = name.split(/[/:@]/)[0] ?? ''
    return host.endsWith(prefix.slice(1)) ? host.length : 0
  }
  if (!name.startsWith(prefix)) return 0
  return name.length === prefix.length || /[/:@]/.test(name[prefix.length] ?? '')
    ? prefix.length
    : 0
}

function moved(name: string, prefix: string, location: string): string {
  return location === '' ? name : location + name.slice(prefixLength(name, prefix))
}

function isShort(written: string, reference: ImageReference): boolean {
  return reference.host === 'docker.io' && !/^(?:index\.)?docker\.io\//.test(written)
}

function splitName(written: string): { name: string; rest: string } {
  const [, name = written, rest = ''] = /^([^:@]*)(.*)$/s.exec(written) ?? []
  return { name, rest }
}

function documentOf(text: string, path: string): Record<string, unknown> {
  if (text.length > FILE_LIMIT) throw broken(path, `at most ${FILE_LIMIT} characters`, 'more')
  try {
    return parse(text)
  } catch (cause) {
    const [line = ''] = cause instanceof Error ? cause.message.split('\n') : []
    throw broken(path, 'TOML as containers-registries.conf(5) describes it', line, cause)
  }
}

function registryOf(entry: Record<string, unknown>, path: string): RegistryEntry {
  const location = textOf(entry['location'])
  const prefix = textOf(entry['prefix']) || location
  if (prefix === '') throw broken(path, 'a location or a prefix in each [[registry]]', 'neither')
  const byDigest = entry['mirror-by-digest-only'] === true
  return {
    prefix,
    location: location || (prefix.startsWith('*.') ? '' : prefix),
    insecure: entry['insecure'] === true,
    blocked: entry['blocked'] === true,
    mirrors: listOf(entry['mirror'], path).map((mirror) => ({
      location: textOf(mirror['location']),
      insecure: mirror['insecure'] === true,
      pull: pullOf(mirror['pull-from-mirror'], byDigest, path),
    })),
  }
}

function pullOf(value: unknown, byDigest: boolean, path: string): Mirror['pull'] {
  if (value === undefined || value === '') return byDigest ? 'digest-only' : 'all'
  if (value === 'all' || value === 'digest-only' || value === 'tag-only') return value
  throw broken(path, 'pull-from-mirror = "all", "digest-only" or "tag-only"', JSON.stringify(value))
}

function modeOf(value: unknown, path: string): RegistriesConf['mode'] {
  if (value === undefined || value === '') return 'permissive'
  if (value === 'enforcing' || value === 'permissive' || value === 'disabled') return value
  throw broken(path, 'short-name-mode = "enforcing", "permissive" or "disabled"', JSON.stringify(value)) // prettier-ignore
}

function listOf(value: unknown, path: string): Record<string, unknown>[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every(isObject)) return value
  throw broken(path, 'a list of tables, [[registry]] or [[registry.mirror]]', 'another value')
}

function isText(value: unknown): value is string {
  return typeof value === 'string'
}

function textOf(value: unknown): string {
  return isText(value) ? value.trim().replace(/\/+$/, '') : ''
}

function broken(path: string, expected: string, found: string, cause?: unknown): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'registries-conf',
    what: 'a file of registries cannot be read',
    where: { path },
    expected,
    found: found.slice(0, 200),
    cause,
  })
}
