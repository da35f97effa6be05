import {
  CUSTOMIZATION_KEYS,
  customizationsType,
  customizationsTypeWithout,
} from './customization-types'
import type { BlueprintDocument } from './document'
import type { Blueprint, Customizations } from './model'
import { entryOf, type Node } from './node'
import { nearestKey } from '../../base/suggest'
import { undecodedKeys } from './toml-document'
import type { Position } from './position'
import {
  Decoding,
  flag,
  list,
  type Members,
  object,
  optional,
  type Problem,
  text,
  type Type,
} from './schema'

const package_ = object({ name: ['name', text], version: ['version', text] })
const module_ = object({ name: ['name', text], stream: ['stream', text] })
const packageGroup = object({ name: ['name', text] })
const container = object({
  source: ['source', text],
  name: ['name', text],
  tlsVerify: ['tls-verify', optional(flag)],
  localStorage: ['local-storage', flag],
})

const BLUEPRINT: Members<Blueprint> = {
  name: ['name', text],
  description: ['description', text],
  version: ['version', text],
  packages: ['packages', list(package_)],
  modules: ['modules', list(package_)],
  enabledModules: ['enabled_modules', list(module_)],
  groups: ['groups', list(packageGroup)],
  containers: ['containers', list(container)],
  customizations: ['customizations', optional(customizationsType)],
  distro: ['distro', text],
  arch: ['architecture', text],
}

const blueprintType = object(BLUEPRINT)

/** Top-level keys as documents write them. */
export const BLUEPRINT_KEYS: readonly string[] = Object.values(BLUEPRINT).map(([key]) => key)

export interface BlueprintProblem {
  text: string
  /** With indices: `customizations.user[0].nmae`. */
  path: string
  position: Position | null
  /** Path of the key that was probably meant. */
  suggestion: string | null
}

/** Problems that are described; a document can have one in every line. */
const PROBLEM_LIMIT = 200

/** Longer paths are not looked up again. */
const PATH_LIMIT = 4096

/** Characters of unknown keys in one error text. */
const KEYS_LIMIT = 64 * 1024

/** A decoded document, or why image-builder refuses it; the problems are all that were found. */
export interface Decoded<T> {
  value: T
  /** Upstream's text, without the name of the file; null when the document is good. */
  error: string | null
  problems: BlueprintProblem[]
}

/**
 * Decodes a blueprint as `github.com/osbuild/blueprint` v1.32.0 does: the first wrong value of a JSON
 * document is its error; TOML reports unknown keys together when nothing else is wrong.
 * @param without keys of `customizations` that the release does not know
 */
export function decodeBlueprint(
  document: BlueprintDocument,
  without: readonly string[] = [],
): Decoded<Blueprint> {
  if (without.length === 0) return decodeWith(document, blueprintType)
  const customizations = optional(customizationsTypeWithout(without))
  const members: Members<Blueprint> = { ...BLUEPRINT, customizations: ['customizations', customizations] } // prettier-ignore
  return decodeWith(document, object(members))
}

/** The customizations alone. */
export function decodeCustomizations(document: BlueprintDocument): Decoded<Customizations> {
  return decodeWith(document, customizationsType)
}

function decodeWith<T>(document: BlueprintDocument, type: Type<T>): Decoded<T> {
  const into = new Decoding(document.format)
  const { root } = document
  const value = root.kind === 'null' ? type.zero : type.decode(root, '', into)
  if (document.format === 'toml') reportUndecoded(root, into)
  return {
    value,
    error: errorOf(document, into),
    problems: into.problems.slice(0, PROBLEM_LIMIT).map((problem) => described(document, problem)),
  }
}

/** Keys that no type knows, each with the keys that its object does know. */
export function strangeKeys(document: BlueprintDocument): { path: string; known: string[] }[] {
  const into = new Decoding(document.format)
  blueprintType.decode(document.root, '', into)
  if (document.format === 'toml') reportUndecoded(document.root, into)
  return into.problems
    .filter(({ kind }) => kind === 'unknown')
    .map(({ path, known = [] }) => ({ path, known: [...known] }))
}

function reportUndecoded(root: Node, into: Decoding): void {
  for (const { entry, shown, path, at } of undecodedKeys(root, into.decoded)) {
    const known = into.strangers.get(entry) ?? []
    into.problems.push({ kind: 'unknown', text: shown, path, at, key: entry.key, known })
  }
}

function errorOf(document: BlueprintDocument, into: Decoding): string | null {
  const { problems } = into
  if (document.format === 'json') return into.first()?.text ?? null
  const wrong = problems.find(({ kind }) => kind !== 'unknown')
  if (wrong !== undefined) return withTomlPrefix(document, wrong)
  if (problems.length === 0) return null
  return `unknown keys found: [${bounded(problems.map(({ text }) => text))}]`
}

/** Upstream's list has no limit; ours ends after 64 Ki characters. */
function bounded(texts: readonly string[]): string {
  let length = 0
  const end = texts.findIndex((text) => (length += text.length + 1) > KEYS_LIMIT)
  if (end < 0) return texts.join(' ')
  return [...texts.slice(0, end), `… and ${texts.length - end} more`].join(' ')
}

/**
 * `toml: line 9 (last key "customizations.files"): …`: the place is that of the value whose own
 * reader refuses it, the table of a file or the whole disk.
 */
function withTomlPrefix(document: BlueprintDocument, { text, path, at }: Problem): string {
  if (text.startsWith('toml: ')) return text
  const disk = /^[^.]+\.disk(?=\.|$)/i.exec(path)?.[0]
  const item = /^[^[]*\[\d+\]/.exec(path)?.[0]
  const place =
    disk === undefined
      ? ((item === undefined ? null : document.positionOf(item)) ?? document.positionAt(at))
      : document.positionAt(writtenAt(document.root, disk))
  const key = disk ?? path.replace(/\[.*$/, '')
  return `toml: line ${place?.line ?? 0} (last key ${JSON.stringify(key)}): ${text}`
}

/** Offset of a table that has a header or a key of its own; -1 when it is only implied. */
function writtenAt(root: Node, path: string): number {
  let node = root
  let at = -1
  for (const key of path.split('.')) {
    const entry = entryOf(node, key)
    if (entry === null) return -1
    at = entry.implied === true ? -1 : entry.at
    node = entry.value
  }
  return at
}

function described(document: BlueprintDocument, problem: Problem): BlueprintProblem {
  const { text, path, at, key } = problem
  const exact = path.length > PATH_LIMIT ? null : document.positionOf(path)
  const position = exact ?? document.positionAt(at)
  if (key === undefined) return { text, path, position, suggestion: null }
  const shown = document.format === 'json' ? text : `unknown key ${path}`
  return { text: shown, path, position, suggestion: suggestionFor(key, problem) }
}

function suggestionFor(key: string, { path, known = [] }: Problem): string | null {
  const own = path.replace(/\[\d+\]$/, '')
  const above = own.slice(0, Math.max(0, own.length - key.length - 1))
  const near = nearestKey(key, known)
  if (near !== null) return above === '' ? near : `${above}.${near}`
  const elsewhere = own === key ? nearestKey(key, CUSTOMIZATION_KEYS) : null
  return elsewhere === null ? null : `customizations.${elsewhere}`
}
