import { SealscopeError } from '../../base/error'
import { INDEX_TYPES, MANIFEST_TYPES, type Descriptor } from './manifest'

const SCHEMA_1 = /^application\/vnd\.docker\.distribution\.manifest\.v1\+(json|prettyjws)$/
const CONFIG_TYPES = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
]
/** Fields that only one kind of document has (containers/image manifest `ValidateUnambiguousManifestFormat`). */
const OF_MANIFEST = ['config', 'layers']
const OF_INDEX = ['manifests']
const OF_SCHEMA_1 = ['fsLayers', 'history']

type Json = Record<string, unknown>

/**
 * Tells an index from a manifest by its media type and its fields, which must agree with each other and
 * with what the descriptor (or the registry's Content-Type) says; anything else says what it is.
 */
export function documentKind(json: Json, descriptor: Descriptor): 'index' | 'manifest' {
  const name = `the manifest ${descriptor.digest}`
  const own = typeof json['mediaType'] === 'string' ? json['mediaType'] : ''
  const has = (fields: readonly string[]) => fields.filter((field) => json[field] !== undefined)
  if (isSchema1(json, own) || SCHEMA_1.test(descriptor.mediaType)) throw schema1(name)
  requireKnown(own, 'mediaType', name)
  requireKnown(descriptor.mediaType, 'the media type it is announced with', name)
  if (own !== '' && descriptor.mediaType !== '' && own !== descriptor.mediaType) {
    throw twoReadings(
      name,
      'one media type',
      `${own} in it, ${descriptor.mediaType} from where it was named`,
    )
  }
  const stated = own === '' ? descriptor.mediaType : own
  const isIndex = stated === '' ? has(OF_INDEX).length > 0 : INDEX_TYPES.includes(stated)
  const foreign = has([...(isIndex ? OF_MANIFEST : OF_INDEX), ...OF_SCHEMA_1])
  if (foreign.length > 0) {
    const kind = isIndex ? 'an index' : 'a manifest'
    const as =
      stated === ''
        ? `its ${isIndex ? '"manifests"' : 'fields'} make it ${kind}`
        : `${stated} makes it ${kind}`
    throw twoReadings(
      name,
      `${kind} without fields of another kind`,
      `${foreign.map((field) => JSON.stringify(field)).join(', ')}, though ${as}`,
    )
  }
  if (!isIndex) requireImage(json, name)
  return isIndex ? 'index' : 'manifest'
}

function isSchema1(json: Json, own: string): boolean {
  return SCHEMA_1.test(own) || (json['schemaVersion'] === 1 && json['manifests'] === undefined && json['layers'] === undefined) // prettier-ignore
}

function requireKnown(type: string, key: string, name: string): void {
  if (type === '' || INDEX_TYPES.includes(type) || MANIFEST_TYPES.includes(type)) return
  throw new SealscopeError({
    code: 'manifest-type',
    what: `${name} is of a type that is no image`,
    where: { key },
    expected: [...MANIFEST_TYPES, ...INDEX_TYPES].join(', '),
    found: `${JSON.stringify(type)}, which containers-image (podman, skopeo, bootc) takes for a manifest of schema 1`,
  })
}

/** A manifest of something else than an image (image-spec manifest.md §"Guidelines for Artifact Usage"). */
function requireImage(json: Json, name: string): void {
  const config = json['config']
  const found = typeof config === 'object' && config !== null ? (config as Json)['mediaType'] : ''
  const type = typeof found === 'string' ? found : ''
  const artifact = typeof json['artifactType'] === 'string' ? json['artifactType'] : null
  if (type === '' || CONFIG_TYPES.includes(type)) return
  throw new SealscopeError({
    code: 'not-an-image',
    what: `${name} is ${/helm/.test(type) ? 'a Helm chart' : 'an artifact'}, no image`,
    where: { key: 'config.mediaType' },
    expected: CONFIG_TYPES.join(' or '),
    found: artifact === null ? type : `${type}, an artifact of type ${artifact}`,
  })
}

function schema1(name: string): SealscopeError {
  return new SealscopeError({
    code: 'schema-1',
    what: `${name} is a Docker manifest of schema 1, which names no diff_ids and is no longer served: push the image again with podman or skopeo`,
    expected: 'an OCI manifest or a Docker manifest of schema 2',
    found: 'schema version 1',
  })
}

function twoReadings(name: string, expected: string, found: string): SealscopeError {
  return new SealscopeError({
    code: 'manifest-ambiguous',
    what: `${name} can be read in two ways`,
    expected,
    found,
  })
}

/** index.json of a layout is an index and nothing else (image-spec image-layout.md). */
export function requireIndex(json: Json): void {
  const own = json['mediaType']
  const other = [...OF_MANIFEST, ...OF_SCHEMA_1].filter((field) => json[field] !== undefined)
  if (own !== undefined && own !== null && own !== INDEX_TYPES[0]) {
    throw twoReadings('index.json', String(INDEX_TYPES[0]), `the media type ${JSON.stringify(own)}`)
  }
  if (other.length === 0) return
  throw twoReadings(
    'index.json',
    'an index',
    other.map((field) => JSON.stringify(field)).join(', '),
  )
}
