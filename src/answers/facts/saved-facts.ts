import { SealscopeError, describeValue } from '../../base/error'
import type { ImageFacts, Verdict } from '../../contract/facts'
import { FACTS, type Kind, type Optional, type Shape } from './facts-shape'

const VERDICTS: Record<Verdict, true> = {
  NO_KERNEL: true,
  SPLIT_KERNEL: true,
  MULTI_KERNEL: true,
  UKI_BROKEN: true,
  UKI_NO_COMPOSEFS: true,
  UKI_UNSEALED: true,
  UKI_SEALED: true,
}

const KINDS: Record<Kind, { says: string; holds: (value: unknown) => boolean }> = {
  string: { says: 'a string', holds: (value) => typeof value === 'string' },
  number: { says: 'a number', holds: (value) => typeof value === 'number' },
  boolean: { says: 'a boolean', holds: (value) => typeof value === 'boolean' },
  count: { says: 'a count', holds: isCount },
  verdict: {
    says: 'a verdict',
    holds: (value) => typeof value === 'string' && Object.hasOwn(VERDICTS, value),
  },
  severity: oneOf('error', 'warning', 'info'),
  evidence: oneOf('dumpfile', 'image', 'search', 'layers'),
}

function oneOf(...texts: string[]): (typeof KINDS)[Kind] {
  return { says: texts.join(' or '), holds: (value) => texts.some((text) => text === value) }
}

/** Facts that `inspect --json` wrote, checked field by field; `name` is that of the file. */
export function readSavedFacts(json: Record<string, unknown>, name: string): ImageFacts {
  if (json['schema'] !== 'sealscope.facts/1') {
    throw new SealscopeError({
      code: 'facts-schema',
      what: `${name} holds no facts of this version`,
      where: { key: 'schema' },
      expected: 'sealscope.facts/1',
      found: describeValue(json['schema']),
    })
  }
  nameCauses(json)
  check(json, FACTS, '', name)
  const facts = json as unknown as ImageFacts
  // Facts of before there were sealing annotations have neither field.
  const { annotations = [], artifacts = null } = facts.seal
  const ukis = facts.ukis.map((uki) => ({ ...uki, ...NOT_READ_THEN, ...uki }))
  // Facts of before unread layers were told apart have no list of them.
  const { unread = [], reads = [] } = facts.evidence
  const evidence = { ...facts.evidence, unread, reads }
  // Nor do those of before know programs for the firmware.
  const { addons = [], bootFiles = [], enrolmentKeys = [] } = facts
  const boot = { ukis, addons, bootFiles, enrolmentKeys }
  return { ...facts, ...boot, seal: { ...facts.seal, annotations, artifacts }, evidence }
}

/** What facts of before it was read do not say of a UKI. */
const NOT_READ_THEN = {
  class: 'unknown',
  header: null,
  kernel: null,
  ucode: null,
  splash: null,
  devicetrees: [],
  firmware: [],
  entries: [],
} satisfies Partial<ImageFacts['ukis'][number]>

/** Causes of before they had a sentence get their name. */
function nameCauses(json: Record<string, unknown>): void {
  const { proof } = (json['seal'] ?? {}) as { proof?: { causes?: unknown } | null }
  const causes = Array.isArray(proof?.causes) ? (proof.causes as unknown[]) : []
  for (const cause of causes) {
    if (typeof cause !== 'object' || cause === null) continue
    const fields = cause as Record<string, unknown>
    fields['message'] ??= fields['id']
    fields['proved'] ??= false
  }
}

/** Checks a value; fields of objects that are not there and may be null become null. */
function check(value: unknown, shape: Shape, key: string, name: string): void {
  if (typeof shape === 'string') return checkKind(value, shape, key, name)
  if (isList(shape)) {
    if (!Array.isArray(value)) throw wrong(value, 'a list', key, name)
    value.forEach((element, index) => check(element, shape[0], `${key}[${index}]`, name))
    return
  }
  if (isOptional(shape)) {
    if (value !== null) check(value, shape.orNull, key, name)
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(value, 'an object', key, name)
  }
  const fields = value as Record<string, unknown>
  for (const [field, inner] of Object.entries(shape)) {
    if (fields[field] === undefined && mayBeNull(inner)) fields[field] = null
    check(fields[field], inner, key === '' ? field : `${key}.${field}`, name)
  }
}

function mayBeNull(shape: Shape): boolean {
  if (typeof shape === 'string') return shape.endsWith('?')
  return !isList(shape) && isOptional(shape)
}

function checkKind(value: unknown, kind: Kind | `${Kind}?`, key: string, name: string): void {
  const orNull = kind.endsWith('?')
  if (orNull && value === null) return
  const { says, holds } = KINDS[(orNull ? kind.slice(0, -1) : kind) as Kind]
  if (!holds(value)) throw wrong(value, orNull ? `${says} or null` : says, key, name)
}

function isCount(value: unknown): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function wrong(value: unknown, expected: string, key: string, name: string): SealscopeError {
  return new SealscopeError({
    code: 'facts-field',
    what: `the facts in ${name} cannot be read`,
    where: { key },
    expected,
    found: describeValue(value),
  })
}

function isList(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape)
}

function isOptional(shape: Exclude<Shape, string>): shape is Optional {
  return 'orNull' in shape
}
