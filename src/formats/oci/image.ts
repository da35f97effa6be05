import { SealscopeError } from '../../base/error'
import type { ImageRecord, LayerRecord, Platform } from '../../contract/facts'
import { CONFIG_FIELDS, MANIFEST_FIELDS } from './documents'
import { documentKind } from './kind'
import {
  MANIFEST_LIMIT,
  parseConfig,
  parseIndex,
  parseDocument,
  parseManifest,
  type Descriptor,
} from './manifest'
import { nameList } from './name-list'
import type { Referrers } from './referrers'

/** Where blobs come from, by digest. */
export interface BlobStore {
  /** Each chunk of the stream is valid until the next one is read. `fresh`: past every cache on the way. */
  open(
    descriptor: Descriptor,
    signal?: AbortSignal,
    fresh?: boolean,
  ): Promise<ReadableStream<Uint8Array>>
  /** Some bytes of a blob, fewer only at its end; absent or failing where ranges cannot be asked for. */
  readRange?(
    descriptor: Descriptor,
    offset: number,
    size: number,
    signal?: AbortSignal,
  ): Promise<Uint8Array>
  /** Blobs come over a network: what is wrong with one may be right the next time. */
  remote?: boolean
}

export interface OpenedLayer {
  digest: string
  size: number
  diffId: string
  mediaType: string
  createdBy: string | null
  /** Of its descriptor. */
  annotations: Record<string, string>
  open(signal?: AbortSignal, fresh?: boolean): Promise<ReadableStream<Uint8Array>>
  /** Some bytes of the blob, where ranges can be asked for. */
  readRange?(offset: number, size: number, signal?: AbortSignal): Promise<Uint8Array>
}

/** An image whose manifest and config were read and checked; layers are read on demand. */
export interface OpenedImage {
  manifest: Descriptor
  config: Descriptor
  /** Size of the index through which the manifest was chosen; null when there was none. */
  indexSize: number | null
  /** Digest of the outermost index; null when there was none. */
  indexDigest: string | null
  platform: Platform
  platforms: Platform[]
  labels: Record<string, string>
  annotations: Record<string, string>
  /** Of the config and its history, seconds since 1970. */
  times: number[]
  layers: OpenedLayer[]
  /** Layers come over a network. */
  remote: boolean
  /** The JSON as it is stored; null when the source keeps none and its reader made it up. */
  documents: { manifest: Uint8Array; config: Uint8Array } | null
  /** Asks the registry what refers to the manifest; absent where there is no registry. */
  findReferrers?(signal?: AbortSignal): Promise<Referrers>
}

const DEPTH_LIMIT = 4
/** Bytes for which there is room at first when a stream is read whole. */
const FIRST_ROOM = 64 * 1024

/** Follows a descriptor through indexes to the image of `platform` (default linux/amd64). */
export async function openImage(
  store: BlobStore,
  start: Descriptor,
  platform: Platform | null,
): Promise<OpenedImage> {
  let at = start
  let indexSize: number | null = null
  let platforms: Platform[] = []
  for (let depth = 0; ; depth++) {
    const bytes = await readBlob(store, at)
    const json = parseDocument(bytes, `the manifest ${at.digest}`, MANIFEST_FIELDS)
    if (documentKind(json, at) === 'manifest') {
      const indexDigest = depth === 0 ? null : start.digest
      return openManifest(store, at, json, { bytes, indexSize, indexDigest, platforms })
    }
    if (depth === DEPTH_LIMIT) {
      throw new SealscopeError({ code: 'index-depth', what: 'indexes are nested too deeply' })
    }
    const entries = parseIndex(json)
    if (depth === 0) platforms = entries.flatMap((entry) => entry.platform ?? [])
    indexSize = at.size
    at = choosePlatform(entries, platform)
  }
}

async function openManifest(
  store: BlobStore,
  descriptor: Descriptor,
  json: Record<string, unknown>,
  found: {
    bytes: Uint8Array
    indexSize: number | null
    indexDigest: string | null
    platforms: Platform[]
  },
): Promise<OpenedImage> {
  const manifest = parseManifest(json, descriptor.mediaType)
  const configBytes = await readBlob(store, manifest.config)
  const config = parseConfig(
    parseDocument(configBytes, 'the image config', CONFIG_FIELDS),
    manifest.layers.length,
  )
  return {
    manifest: { ...descriptor, mediaType: manifest.mediaType },
    config: manifest.config,
    indexSize: found.indexSize,
    indexDigest: found.indexDigest,
    platform: config.platform,
    platforms: found.platforms.length > 0 ? found.platforms : [config.platform],
    labels: config.labels,
    annotations: manifest.annotations,
    times: config.times,
    layers: manifest.layers.map((layer, index) => ({
      digest: layer.digest,
      size: layer.size,
      diffId: config.diffIds[index] ?? '',
      mediaType: layer.mediaType,
      createdBy: config.createdBy[index] ?? null,
      annotations: layer.annotations,
      open: (signal, fresh) => openLayer(() => store.open(layer, signal, fresh), layer, index),
      ...rangesOf(store, layer),
    })),
    remote: store.remote === true,
    documents: { manifest: found.bytes, config: configBytes },
  }
}

function rangesOf(store: BlobStore, layer: Descriptor): Pick<OpenedLayer, 'readRange'> {
  const { readRange } = store
  if (readRange === undefined) return {}
  return { readRange: (offset, size, signal) => readRange(layer, offset, size, signal) }
}

/** A blob that cannot be opened says to which layer it belongs. */
async function openLayer(
  open: () => Promise<ReadableStream<Uint8Array>>,
  layer: Descriptor,
  index: number,
): Promise<ReadableStream<Uint8Array>> {
  try {
    return await open()
  } catch (thrown) {
    if (!(thrown instanceof SealscopeError)) throw thrown
    thrown.where.layer ??= index
    if (!/nondistributable|\.foreign\./.test(layer.mediaType)) throw thrown
    const { kind, code, message, where } = thrown
    const place = layer.urls?.[0] === undefined ? '' : `, and is to be had from ${layer.urls[0]}`
    const what = `a foreign layer need not be where the image is${place}: ${message}`
    throw SealscopeError.restore({ kind, code, message: what, where })
  }
}

/** The entry for a platform; without a wish linux/amd64, or the only one there is. */
export function choosePlatform(
  entries: readonly Descriptor[],
  platform: Platform | null,
): Descriptor {
  const wanted = platform ?? { os: 'linux', architecture: 'amd64', variant: null }
  const fits = (entry: Descriptor) =>
    entry.platform !== null &&
    entry.platform.os === wanted.os &&
    entry.platform.architecture === wanted.architecture &&
    (wanted.variant === null || entry.platform.variant === wanted.variant)
  const found = entries.find(fits)
  if (found !== undefined) return found
  const [only] = entries
  if (platform === null && entries.length === 1 && only !== undefined) return only
  throw new SealscopeError({
    code: 'platform',
    what: 'the image is not there for this platform',
    expected: formatPlatform(wanted),
    found: nameList(
      entries.map((entry) => (entry.platform ? formatPlatform(entry.platform) : '?')),
    ),
  })
}

export function formatPlatform(platform: Platform): string {
  const { os, architecture, variant } = platform
  return variant === null ? `${os}/${architecture}` : `${os}/${architecture}/${variant}`
}

/** `OS/ARCH[/VARIANT]` */
export function parsePlatform(text: string): Platform {
  const [os, architecture, variant, more] = text.split('/')
  if (os && architecture && more === undefined)
    return { os, architecture, variant: variant ?? null }
  throw new SealscopeError({
    kind: 'usage',
    code: 'platform-grammar',
    what: 'a platform cannot be read',
    expected: 'OS/ARCH or OS/ARCH/VARIANT',
    found: JSON.stringify(text),
  })
}

/** A whole small blob, its size and digest checked; a network is asked a second time, past its caches. */
export async function readBlob(store: BlobStore, descriptor: Descriptor): Promise<Uint8Array> {
  const once = await readOnce(store, descriptor, false)
  if (once.found === once.expected) return once.bytes
  const { bytes, found, expected } = store.remote ? await readOnce(store, descriptor, true) : once
  if (found === expected) return bytes
  throw new SealscopeError({
    kind: store.remote ? 'network' : 'input',
    code: 'manifest-digest',
    what: 'a manifest or config is not what its descriptor says',
    expected,
    found,
  })
}

async function readOnce(
  store: BlobStore,
  descriptor: Descriptor,
  fresh: boolean,
): Promise<{ bytes: Uint8Array; found: string; expected: string }> {
  if (descriptor.size > MANIFEST_LIMIT) {
    throw new SealscopeError({
      code: 'manifest-size',
      what: `${descriptor.digest} is too large for a manifest or config`,
      expected: `at most ${MANIFEST_LIMIT} bytes`,
      found: `${descriptor.size} bytes`,
    })
  }
  const bytes = await readAll(await store.open(descriptor, undefined, fresh), descriptor.size)
  const name = descriptor.digest.startsWith('sha512') ? 'SHA-512' : 'SHA-256'
  const hash = new Uint8Array(await crypto.subtle.digest(name, bytes))
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const digest = `${name.toLowerCase().replace('-', '')}:${hex}`
  return {
    bytes,
    found: `${digest}, ${bytes.length} bytes`,
    expected: `${descriptor.digest}, ${descriptor.size} bytes`,
  }
}

/** Reads a stream of at most `limit` bytes; one byte more is kept to show that it is longer. */
export async function readAll(
  stream: ReadableStream<Uint8Array>,
  limit: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let bytes = new Uint8Array(Math.min(limit + 1, FIRST_ROOM))
  let size = 0
  const reader = stream.getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) break
    const end = size + value.length
    if (end > bytes.length) {
      const larger = new Uint8Array(Math.max(end, Math.min(limit + 1, 2 * bytes.length)))
      larger.set(bytes.subarray(0, size))
      bytes = larger
    }
    bytes.set(value, size)
    size = end
    if (size > limit) {
      await reader.cancel()
      break
    }
  }
  return bytes.slice(0, size)
}

/** The image's record; `layers` come from reading them. */
export function imageRecord(image: OpenedImage, layers: LayerRecord[]): ImageRecord {
  return {
    manifestDigest: image.manifest.digest,
    indexDigest: image.indexDigest,
    configDigest: image.config.digest,
    mediaType: image.manifest.mediaType,
    platform: image.platform,
    platforms: image.platforms,
    labels: image.labels,
    annotations: image.annotations,
    storageSize: storageSize(image, layers),
    layers,
  }
}

/** What `podman image inspect` calls Size: layers unpacked, config, the manifest twice, the index. */
function storageSize(image: OpenedImage, layers: readonly LayerRecord[]): number | null {
  let size = image.config.size + 2 * image.manifest.size + (image.indexSize ?? 0)
  for (const layer of layers) {
    if (layer.uncompressedSize === null) return null
    size += layer.uncompressedSize
  }
  return size
}
