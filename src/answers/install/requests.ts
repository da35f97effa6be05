import { SealscopeError } from '../../base/error'
import { DEFAULT_SIZE } from './targets'
import type { InstallCommand } from '../../rules/bootc/install/arguments'
import type { TargetDisk, TargetFilesystem } from '../../rules/bootc/install/targets'

/** One case of a request file (the schema of golden/install). */
export interface InstallRequest {
  name: string
  layout: string
  command: InstallCommand
  source: 'container' | 'oci'
  args: string[]
  target: TargetDisk
  runningRootLacks: string[]
  runningRootHas: string[]
}

export interface InstallRequests {
  /** `1.16.9` of `bootc 1.16.9 (850b12f1)`; null: not said. */
  bootc: string | null
  cases: InstallRequest[]
}

type Json = Record<string, unknown>

/** Reads a request file: one case, or `{ "cases": […] }`. */
export function parseInstallRequests(json: unknown): InstallRequests {
  const root = asObject(json, 'the request')
  const program = typeof root['program'] === 'string' ? root['program'] : ''
  const bootc = /^bootc (\d+\.\d+\.\d+)/.exec(program)?.[1] ?? null
  const cases = Array.isArray(root['cases']) ? root['cases'] : [root]
  return { bootc, cases: cases.map((each, index) => parseCase(each, `case ${index + 1}`)) }
}

function parseCase(json: unknown, where: string): InstallRequest {
  const item = asObject(json, where)
  const name = asText(item['name'], `${where}, name`)
  return {
    name,
    layout: asText(item['layout'], `${name}, layout`),
    command: oneOf(item['command'], ['to-disk', 'to-filesystem'], `${name}, command`),
    source: oneOf(item['source'] ?? 'container', ['container', 'oci'], `${name}, source`),
    args: asTexts(item['args'] ?? [], `${name}, args`),
    target: parseTarget(item['target'], name),
    runningRootLacks: pathsOf(item['running_root_lacks'], `${name}, running_root_lacks`),
    runningRootHas: pathsOf(item['running_root_has'], `${name}, running_root_has`),
  }
}

function pathsOf(value: unknown, where: string): string[] {
  if (value === undefined || value === null) return []
  return (typeof value === 'string' ? [value] : asTexts(value, where)).map((path) => path.replace(/^\/+|\/+$/g, '')) // prettier-ignore
}

function parseTarget(json: unknown, name: string): TargetDisk {
  if (json === undefined) return { disk: DEFAULT_SIZE, blank: true }
  const item = asObject(json, `${name}, target`)
  const where = (key: string) => `${name}, target.${key}`
  const parts = item['parts']
  const mount = item['mount']
  return {
    disk: asText(item['disk'], where('disk')),
    blank: item['blank'] === true,
    ...(Array.isArray(parts) ? { parts: parts.map((part, at) => parsePart(part, where(`parts[${at}]`))) } : {}), // prettier-ignore
    ...(item['whole'] === undefined ? {} : { whole: parsePart(item['whole'], where('whole')) }),
    ...(mount === undefined ? {} : { mount: numbersOf(mount, where('mount')) }),
    ...(item['label'] === undefined ? {} : { label: oneOf<'gpt' | 'dos'>(item['label'], ['gpt', 'dos'], where('label')) }), // prettier-ignore
    ...(item['files'] === undefined ? {} : { files: filesOf(item['files'], where('files')) }),
    ...(item['pfiles'] === undefined ? {} : { pfiles: nested(item['pfiles'], where('pfiles')) }),
  }
}

function parsePart(json: unknown, where: string): TargetFilesystem {
  const item = asObject(json, where)
  return {
    type: asText(item['type'], `${where}.type`),
    fs: oneOf(item['fs'], ['ext4', 'btrfs', 'xfs', 'vfat', 'none'], `${where}.fs`),
    ...(item['size'] === undefined ? {} : { size: asText(item['size'], `${where}.size`) }),
    ...(item['mkfs'] === undefined ? {} : { mkfs: asTexts(item['mkfs'], `${where}.mkfs`) }),
  }
}

function numbersOf(json: unknown, where: string): Record<string, number> {
  const entries = Object.entries(asObject(json, where)).map(([key, value]): [string, number] => {
    if (typeof value !== 'number') throw wrong(where, 'partition numbers', String(value))
    return [key, value]
  })
  return Object.fromEntries(entries)
}

function filesOf(json: unknown, where: string): Record<string, string | null> {
  const entries = Object.entries(asObject(json, where)).map(
    ([key, value]): [string, string | null] => {
      if (value !== null && typeof value !== 'string') throw wrong(where, 'texts or null', key)
      return [key, value]
    },
  )
  return Object.fromEntries(entries)
}

function nested(json: unknown, where: string): Record<string, Record<string, string | null>> {
  const entries = Object.entries(asObject(json, where))
  return Object.fromEntries(entries.map(([key, value]) => [key, filesOf(value, where)]))
}

function asObject(value: unknown, where: string): Json {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw wrong(where, 'an object', describe(value))
}

function asText(value: unknown, where: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw wrong(where, 'a text', describe(value))
}

function asTexts(value: unknown, where: string): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value
  throw wrong(where, 'a list of texts', describe(value))
}

function oneOf<T extends string>(value: unknown, allowed: readonly T[], where: string): T {
  const found = allowed.find((each) => each === value)
  if (found !== undefined) return found
  throw wrong(where, allowed.join(', '), describe(value))
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing'
  return JSON.stringify(value).slice(0, 100)
}

function wrong(where: string, expected: string, found: string): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: 'install-request',
    what: `the request file: ${where}`,
    expected,
    found,
  })
}
