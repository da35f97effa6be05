import { SealscopeError, describeValue } from '../bytes/error'
import type { ImageFacts } from '../contract/facts'
import { readSavedFacts } from '../inspect/saved-facts'
import { MANIFEST_LIMIT, parseJson } from '../oci/manifest'
import { readWhole } from './files'
import { isVerdict } from './text'

/** Facts that `inspect --json` saved in a file, or writes into a pipe. */
export function readFacts(path: string): ImageFacts {
  const json = parseJson(readWhole(path, MANIFEST_LIMIT), path)
  fillIn(json)
  const facts = readSavedFacts(json, path)
  checkValues(facts, (key, expected, found) => {
    return new SealscopeError({
      code: 'facts-field',
      what: `the facts in ${path} cannot be read`,
      where: { key },
      expected,
      found: describeValue(found),
    })
  })
  return facts
}

/** Fields that may be null; what another hand left out is. */
const NULLABLE: Record<string, readonly string[]> = {
  '': ['image', 'os', 'arch', 'kernel', 'kargs', 'installConfig', 'initrdModules', 'uefiVendor', 'selinuxPolicy', 'builder'], // prettier-ignore
  errors: ['kernel', 'kargs', 'installConfig', 'import'],
  seal: ['modifiers', 'proof'],
  image: ['storageSize'],
  'image.platform': ['variant'],
  'image.platforms.*': ['variant'],
  'image.layers.*': ['uncompressedSize', 'createdBy', 'compression', 'entries'],
  'findings.*': ['path', 'layer', 'fix'],
  'seal.proof': ['holds', 'importError'],
  'ukis.*': ['machine', 'stub', 'uname', 'error'],
}

function fillIn(json: Record<string, unknown>): void {
  for (const [path, fields] of Object.entries(NULLABLE)) {
    for (const object of objectsAt(json, path)) for (const field of fields) object[field] ??= null
  }
  // causes of before they had a sentence
  for (const cause of objectsAt(json, 'seal.proof.causes.*')) {
    cause['message'] ??= cause['id']
    cause['proved'] ??= false
  }
}

/** The objects at a path of keys; `*` is every element of a list. */
function objectsAt(json: unknown, path: string): Record<string, unknown>[] {
  let at: unknown[] = [json]
  for (const key of path === '' ? [] : path.split('.')) {
    at = at.flatMap((value) => {
      if (key === '*') return Array.isArray(value) ? (value as unknown[]) : []
      return isRecord(value) ? [value[key]] : []
    })
  }
  return at.filter(isRecord)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

type Kind = keyof typeof KINDS

const KINDS = {
  'a text': (value: unknown) => typeof value === 'string',
  'a text or null': (value: unknown) => value === null || typeof value === 'string',
  'a number of bytes': isCount,
  'a count or null': (value: unknown) => value === null || isCount(value),
  'a verdict': (value: unknown) => typeof value === 'string' && isVerdict(value),
  'error, warning or info': (value: unknown) =>
    ['error', 'warning', 'info'].some((known) => known === value),
  'true, false or null': (value: unknown) => value === null || typeof value === 'boolean',
}

/** Values that are computed with, or chosen by, beyond the types that all saved facts have. */
const VALUES: Record<string, Record<string, Kind>> = {
  image: { configDigest: 'a text', storageSize: 'a count or null' },
  'image.layers.*': { size: 'a number of bytes', uncompressedSize: 'a count or null', entries: 'a count or null', compression: 'a text or null' }, // prettier-ignore
  seal: { verdict: 'a verdict' },
  'seal.proof': { holds: 'true, false or null' },
  'seal.proof.causes.*': { message: 'a text' },
  'findings.*': { severity: 'error, warning or info', layer: 'a count or null' },
  'ukis.*': { size: 'a number of bytes', machine: 'a text or null', stub: 'a text or null', uname: 'a text or null' }, // prettier-ignore
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function checkValues(
  facts: ImageFacts,
  wrong: (key: string, expected: string, found: unknown) => SealscopeError,
): void {
  for (const [path, fields] of Object.entries(VALUES)) {
    objectsAt(facts, path).forEach((object, index) => {
      for (const [field, kind] of Object.entries(fields)) {
        const key = `${path.replace('.*', `[${index}]`)}.${field}`
        if (!KINDS[kind](object[field])) throw wrong(key, kind, object[field])
      }
    })
  }
}
