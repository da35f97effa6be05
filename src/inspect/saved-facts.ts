import { SealscopeError, describeValue } from '../bytes/error'
import type { ImageFacts } from '../contract/facts'

/** What a field must be: a type's name (`?` allows null and absence), the fields of an object, or a list of such. */
type Shape = string | { readonly [field: string]: Shape } | readonly [Shape] | Optional

interface Optional {
  readonly orNull: Shape
}

const PLATFORM: Shape = { os: 'string', architecture: 'string', variant: 'string?' }
const UKI: Shape = {
  path: 'string',
  size: 'number',
  layer: 'number?',
  cmdline: 'string?',
  osrel: 'string?',
  sections: [
    {
      name: 'string',
      virtualSize: 'number',
      virtualAddress: 'number',
      rawSize: 'number',
      rawOffset: 'number',
      sha256: 'string?',
    },
  ],
  sbat: { orNull: [['string']] },
  profiles: [{ id: 'string?', title: 'string?', cmdline: 'string?' }],
  addons: [{ path: 'string', cmdline: 'string?' }],
  signatures: [{ signer: 'string?', issuer: 'string?' }],
  error: 'string?',
}
const PROOF: Shape = {
  matches: ['string'],
  candidates: [{ id: 'string', digest: 'string?', error: 'string?' }],
  accepts: [{ bootc: 'string', repository: 'string', accepts: 'boolean', why: 'string' }],
  importError: 'string?',
  causes: [{ id: 'string', evidence: 'string', paths: ['string'], count: 'number', fix: 'string' }],
}
const ANNOTATION: Shape = {
  where: 'string',
  key: 'string',
  value: 'string',
  digest: 'string?',
  matches: 'string?',
}
const FACTS: Shape = {
  source: { kind: 'string', ref: 'string' },
  image: {
    orNull: {
      manifestDigest: 'string',
      platform: PLATFORM,
      platforms: [PLATFORM],
      storageSize: 'number?',
      layers: [{ digest: 'string', size: 'number', createdBy: 'string?' }],
    },
  },
  os: { orNull: { id: 'string?', versionId: 'string?', name: 'string?', prettyName: 'string?' } },
  arch: 'string?',
  kernel: { orNull: { version: 'string', unified: 'boolean', path: 'string' } },
  errors: { kernel: 'string?', kargs: 'string?', installConfig: 'string?', import: 'string?' },
  kargs: { orNull: ['string'] },
  installConfig: { orNull: { filesystemRootType: 'string?', bootloader: 'string?' } },
  initrdModules: { orNull: ['string'] },
  uefiVendor: 'string?',
  selinuxPolicy: 'string?',
  builder: { orNull: { abootImage: 'boolean', diskYaml: 'string?', isoYaml: 'string?' } },
  ukis: [UKI],
  seal: {
    verdict: 'string',
    claimed: [{ form: 'string', digest: 'string', optional: 'boolean' }],
    modifiers: { orNull: ['string'] },
    proof: { orNull: PROOF },
    annotations: { orNull: [ANNOTATION] },
    artifacts: { orNull: [{ digest: 'string', artifactType: 'string?' }] },
  },
  findings: [
    { id: 'string', severity: 'string', path: 'string?', message: 'string', fix: 'string?' },
  ],
  evidence: { bytesRead: 'number', complete: 'boolean', verified: 'boolean' },
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
  check(json, FACTS, '', name)
  const facts = json as unknown as ImageFacts
  // Facts of before there were sealing annotations have neither field.
  const { annotations = [], artifacts = null } = facts.seal
  return { ...facts, seal: { ...facts.seal, annotations, artifacts } }
}

function check(value: unknown, shape: Shape, key: string, name: string): void {
  if (typeof shape === 'string') return checkType(value, shape, key, name)
  if (isList(shape)) {
    if (!Array.isArray(value)) throw wrong(value, 'a list', key, name)
    value.forEach((element, index) => check(element, shape[0], `${key}[${index}]`, name))
    return
  }
  if (isOptional(shape)) {
    if (value !== null && value !== undefined) check(value, shape.orNull, key, name)
    return
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw wrong(value, 'an object', key, name)
  }
  const fields = value as Record<string, unknown>
  for (const [field, inner] of Object.entries(shape)) {
    check(fields[field], inner, key === '' ? field : `${key}.${field}`, name)
  }
}

function checkType(value: unknown, type: string, key: string, name: string): void {
  const orNull = type.endsWith('?')
  const wanted = orNull ? type.slice(0, -1) : type
  if (typeof value === wanted || (orNull && (value ?? null) === null)) return
  throw wrong(value, orNull ? `a ${wanted} or null` : `a ${wanted}`, key, name)
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
