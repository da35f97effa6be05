import { customizationsType, customizationsTypeWithout } from './customization-types'
import type { BlueprintDocument } from './document'
import type { Blueprint, Customizations } from './model'
import { writtenKeys } from './toml-document'
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
  path: string
  position: Position | null
}

/** Problems that are described; a document can have one in every line. */
const PROBLEM_LIMIT = 200

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
  for (const { shown, at } of document.format === 'toml' ? writtenKeys(root) : []) {
    if (!into.decoded.has(shown)) into.report(shown, shown, at, 'unknown')
  }
  return {
    value,
    error: errorOf(document, into),
    problems: into.problems.slice(0, PROBLEM_LIMIT).map((problem) => described(document, problem)),
  }
}

function errorOf(document: BlueprintDocument, into: Decoding): string | null {
  const { problems } = into
  if (document.format === 'json') return into.first()?.text ?? null
  const wrong = problems.find(({ kind }) => kind !== 'unknown')
  if (wrong !== undefined) return withTomlPrefix(document, wrong)
  if (problems.length === 0) return null
  return `unknown keys found: [${problems.map(({ path }) => path).join(' ')}]`
}

/** `toml: line 9 (last key "customizations.files"): …` */
function withTomlPrefix(document: BlueprintDocument, { text, path, at }: Problem): string {
  if (text.startsWith('toml: ')) return text
  const key = path.replace(/\[.*$/, '')
  return `toml: line ${document.positionAt(at)?.line ?? 0} (last key ${JSON.stringify(key)}): ${text}`
}

function described(
  document: BlueprintDocument,
  { kind, text, path, at }: Problem,
): BlueprintProblem {
  const position = document.positionAt(at)
  if (kind !== 'unknown' || document.format === 'json') return { text, path, position }
  return { text: `unknown key ${path}`, path, position }
}
