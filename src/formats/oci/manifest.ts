import { SealscopeError, describeValue } from '../../base/error'
import type { Platform } from '../../contract/facts'
import { checkGoDocument, type GoField, type GoStruct } from './go-json'
import { checkDigest } from './digest'

/** Largest manifest, index or config that is read (distribution-spec §"Pushing Manifests"). */
export const MANIFEST_LIMIT = 4 * 1024 * 1024

const LAYER_LIMIT = 1000

/** Levels of nesting in JSON; Go's decoder takes 10,000, our own documents need a dozen. */
const DEPTH_LIMIT = 500
const QUOTE = 0x22
const BACKSLASH = 0x5c
/** Two more close what these open. */
const LIST = 0x5b
const OBJECT = 0x7b

export interface Descriptor {
  mediaType: string
  digest: string
  size: number
  annotations: Record<string, string>
  platform: Platform | null
  /** Where a foreign layer is to be had; absent for all others. */
  urls?: string[]
}

export interface Manifest {
  mediaType: string
  config: Descriptor
  layers: Descriptor[]
  annotations: Record<string, string>
}

export interface ImageConfig {
  platform: Platform
  diffIds: string[]
  labels: Record<string, string>
  /** Of the config and its history, seconds since 1970. */
  times: number[]
  /** One per layer, where the history tells it. */
  createdBy: (string | null)[]
}

export const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]
export const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

type Json = Record<string, unknown>

/** Parses JSON of limited size into an object; the error names what was read. */
export function parseJson(bytes: Uint8Array, what: string): Json {
  const value = parseValue(bytes, what)
  if (isObject(value)) return value
  throw new SealscopeError({ code: 'json', what, expected: 'a JSON object' })
}

/** As `parseJson`, for a document that Go's programs read, too: refused where they would read it differently. */
export function parseDocument(bytes: Uint8Array, what: string, shape: GoStruct): Json {
  const value = parseValue(bytes, what, shape)
  if (isObject(value)) return value
  throw new SealscopeError({ code: 'json', what, expected: 'a JSON object' })
}

/** Parses JSON of limited size into a list; with a shape as `parseDocument` does. */
export function parseJsonList(bytes: Uint8Array, what: string, shape?: GoField): unknown[] {
  const value = parseValue(bytes, what, shape)
  if (Array.isArray(value)) return value
  throw new SealscopeError({ code: 'json', what, expected: 'a JSON list' })
}

function parseValue(bytes: Uint8Array, what: string, shape?: GoField): unknown {
  if (bytes.length > MANIFEST_LIMIT) {
    throw new SealscopeError({
      code: 'json-size',
      what: `${what} is too large`,
      expected: `at most ${MANIFEST_LIMIT} bytes`,
      found: `${bytes.length} bytes`,
    })
  }
  checkDepth(bytes, what)
  if (shape !== undefined) refuseMark(bytes, what)
  let text: string
  let value: unknown
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    value = JSON.parse(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new SealscopeError({ code: 'json', what: `${what} is no JSON`, found, cause })
  }
  if (shape !== undefined && Array.isArray(value) === Array.isArray(shape))
    checkGoDocument(text, what, shape)
  return value
}

/** RFC 8259 §8.1: a reader may pass a byte order mark over or refuse it; Go's refuses. */
function refuseMark(bytes: Uint8Array, what: string): void {
  if (bytes[0] !== 0xef || bytes[1] !== 0xbb || bytes[2] !== 0xbf) return
  throw new SealscopeError({
    code: 'json-mark',
    what: `${what} can be read in two ways`,
    where: { offset: 0 },
    expected: 'JSON from the first byte on',
    found: 'a byte order mark: Go programs (podman, skopeo) refuse it, others pass it over',
  })
}

/** Refuses nesting that no document needs, before anything walks it and runs out of stack. */
function checkDepth(bytes: Uint8Array, what: string): void {
  let depth = 0
  let inText = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    if (inText && byte === BACKSLASH) at++
    else if (byte === QUOTE) inText = !inText
    else if (inText) continue
    else if (byte === LIST || byte === OBJECT) depth++
    else if (byte === LIST + 2 || byte === OBJECT + 2) depth--
    if (depth <= DEPTH_LIMIT) continue
    throw new SealscopeError({
      code: 'json-depth',
      what: `${what} is nested too deeply`,
      where: { offset: at },
      expected: `at most ${DEPTH_LIMIT} levels`,
    })
  }
}

/** Entries of an index that are images; attestations (platform unknown) are passed over. */
export function parseIndex(json: Json): Descriptor[] {
  return listOf(json['manifests'], 'manifests')
    .map((item, index) => parseDescriptor(item, `manifests[${index}]`))
    .filter((item) => item.platform?.os !== 'unknown')
}

/** OCI image-spec manifest.md and Docker schema 2. */
export function parseManifest(json: Json, mediaType: string): Manifest {
  return {
    mediaType: textOf(json['mediaType']) ?? mediaType,
    config: parseDescriptor(json['config'], 'config'),
    layers: fewLayers(listOf(json['layers'], 'layers')).map((item, index) =>
      parseDescriptor(item, `layers[${index}]`),
    ),
    annotations: textsOf(json['annotations']),
  }
}

/** Storage drivers take at most 500 (containers/storage overlay `maxDepth`); each costs a request. */
export function fewLayers<T>(layers: T[]): T[] {
  if (layers.length <= LAYER_LIMIT) return layers
  throw new SealscopeError({
    code: 'layer-count',
    what: 'the image has too many layers',
    where: { key: 'layers' },
    expected: `at most ${LAYER_LIMIT}`,
    found: `${layers.length}`,
  })
}

/** OCI image-spec config.md. */
export function parseConfig(json: Json, layers: number): ImageConfig {
  const rootfs = json['rootfs']
  const ids = isObject(rootfs) ? listOf(rootfs['diff_ids'], 'rootfs.diff_ids') : []
  const diffIds = ids.map((id, index) => checkDigest(id, `rootfs.diff_ids[${index}]`))
  if (diffIds.length !== layers) {
    throw new SealscopeError({
      code: 'config-layers',
      what: 'config and manifest name different numbers of layers',
      where: { key: 'rootfs.diff_ids' },
      expected: `${layers}`,
      found: `${diffIds.length}`,
    })
  }
  const config = isObject(json['config']) ? json['config'] : {}
  const history = Array.isArray(json['history']) ? json['history'].filter(isObject) : []
  const steps = history.filter((item) => item['empty_layer'] !== true)
  return {
    platform: {
      os: textOf(json['os']) ?? 'linux',
      architecture: textOf(json['architecture']) ?? 'unknown',
      variant: textOf(json['variant']),
    },
    diffIds,
    labels: textsOf(config['Labels']),
    times: [json, ...history].flatMap((item) => secondsOf(item['created'])),
    createdBy: diffIds.map((_, index) =>
      steps.length === layers ? textOf(steps[index]?.['created_by']) : null,
    ),
  }
}

/** An RFC 3339 time as seconds since 1970, as composefs keeps it. */
function secondsOf(value: unknown): number[] {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? [] : [Math.floor(time / 1000)]
}

/** image-spec descriptor.md; `key` names it in errors. */
export function parseDescriptor(value: unknown, key: string): Descriptor {
  if (!isObject(value)) throw wrong(key, 'a descriptor', value)
  const { size } = value
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) {
    throw wrong(`${key}.size`, 'a size in bytes', size)
  }
  const platform = isObject(value['platform']) ? value['platform'] : null
  return {
    mediaType: textOf(value['mediaType']) ?? '',
    digest: checkDigest(value['digest'], `${key}.digest`),
    size,
    annotations: textsOf(value['annotations']),
    ...(Array.isArray(value['urls']) ? { urls: value['urls'].filter((url) => typeof url === 'string') } : {}), // prettier-ignore
    platform:
      platform === null
        ? null
        : {
            os: textOf(platform['os']) ?? 'linux',
            architecture: textOf(platform['architecture']) ?? 'unknown',
            variant: textOf(platform['variant']),
          },
  }
}

function listOf(value: unknown, key: string): unknown[] {
  if (Array.isArray(value)) return value
  throw wrong(key, 'a list', value)
}

function wrong(key: string, expected: string, found: unknown): SealscopeError {
  return new SealscopeError({
    code: 'manifest',
    what: 'a manifest cannot be read',
    where: { key },
    expected,
    found: describeValue(found),
  })
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function textsOf(value: unknown): Record<string, string> {
  if (!isObject(value)) return {}
  const pairs = Object.entries(value).filter(([, text]) => typeof text === 'string')
  return Object.fromEntries(pairs) as Record<string, string>
}
