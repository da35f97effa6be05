import { digestOf as runningDigest, hexDigest, loadDigests } from '../../base/hash/digests'
import { toHex } from '../../base/hash/hashing'
import { SealscopeError } from '../../base/error'
import type { Platform } from '../../contract/facts'
import type { ArchiveFiles } from './archive-files'
import { CONFIG_FIELDS, SAVED_FIELDS } from './documents'
import { formatPlatform, readAll, type OpenedImage, type OpenedLayer } from './image'
import {
  fewLayers,
  MANIFEST_LIMIT,
  isObject,
  parseConfig,
  parseDocument,
  parseJsonList,
  type Descriptor,
  type ImageConfig,
} from './manifest'
import { nameList } from './name-list'

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json'
const CONFIG_TYPE = 'application/vnd.docker.container.image.v1+json'
const LAYER_TYPE = 'application/vnd.docker.image.rootfs.diff.tar.gzip'

interface Item {
  config: string
  tags: string[]
  layers: string[]
}

/**
 * The image of a `docker save` archive (moby image/spec v1.2 §"Combined Image JSON + Filesystem
 * Changeset Format"). It has no manifest: as containers/image does, one is made that names the unpacked layers.
 */
export async function openDockerArchive(
  files: ArchiveFiles,
  wanted: string | null,
  platform: Platform | null,
): Promise<OpenedImage> {
  await loadDigests()
  const items = parseJsonList(
    await readFile(files, 'manifest.json'),
    'manifest.json',
    SAVED_FIELDS,
  ).map(parseItem)
  const item = chooseItem(items, wanted)
  const configBytes = await readFile(files, item.config)
  const config = parseConfig(
    parseDocument(configBytes, 'the image config', CONFIG_FIELDS),
    item.layers.length,
  )
  checkPlatform(config.platform, platform)
  const layers: OpenedLayer[] = []
  // One after another: each opens the archive.
  for (const [index, path] of item.layers.entries()) {
    layers.push(await openLayer(files, path, config, index))
  }
  const configDescriptor = descriptor(CONFIG_TYPE, digestOf(configBytes), configBytes.length)
  const manifest = new TextEncoder().encode(manifestText(configDescriptor, layers))
  return {
    manifest: descriptor(MANIFEST_TYPE, digestOf(manifest), manifest.length),
    config: configDescriptor,
    indexSize: null,
    indexDigest: null,
    platform: config.platform,
    platforms: [config.platform],
    labels: config.labels,
    annotations: {},
    times: config.times,
    layers,
    remote: false,
    documents: null,
  }
}

function parseItem(value: unknown, index: number): Item {
  const where = { path: 'manifest.json', key: `[${index}]` }
  const wrong = (key: string, expected: string) =>
    new SealscopeError({
      code: 'docker-manifest',
      what: 'the list of a docker archive cannot be read',
      where: { ...where, key: `${where.key}.${key}` },
      expected,
    })
  if (!isObject(value)) throw wrong('', 'an object')
  const { Config: config, Layers: layers, RepoTags: tags } = value
  if (typeof config !== 'string') throw wrong('Config', 'a file name')
  if (!isTexts(layers)) throw wrong('Layers', 'a list of file names')
  return {
    config: plain(config),
    layers: fewLayers(layers).map(plain),
    tags: isTexts(tags) ? tags : [],
  }
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function plain(path: string): string {
  return path.replace(/^(\.?\/)+/, '')
}

/** By `NAME[:TAG]`, a tag alone, or `@INDEX`; without a wish the only one. */
function chooseItem(items: readonly Item[], wanted: string | null): Item {
  const [first] = items
  if (wanted === null && first !== undefined && items.length === 1) return first
  const found = wanted === null ? undefined : items.find((item, at) => isWanted(item, at, wanted))
  if (found !== undefined) return found
  const names = items.map(({ tags }, index) => tags.join(' ') || `@${index}`)
  throw new SealscopeError({
    code: 'archive-tag',
    what: 'the archive has no such image',
    where: { path: 'manifest.json' },
    expected: wanted ?? 'one image, or a name behind the file: FILE:NAME:TAG or FILE:@INDEX',
    found: nameList(names),
  })
}

function isWanted({ tags }: Item, index: number, wanted: string): boolean {
  if (wanted === `@${index}`) return true
  return tags.some((tag) => tag === wanted || tag === `${wanted}:latest` || tag.endsWith(`:${wanted}`) || tag.endsWith(`/${wanted}`)) // prettier-ignore
}

function checkPlatform(found: Platform, wanted: Platform | null): void {
  if (wanted === null) return
  const { os, architecture, variant } = wanted
  const fits =
    found.os === os &&
    found.architecture === architecture &&
    (variant === null || found.variant === variant)
  if (fits) return
  throw new SealscopeError({
    code: 'platform',
    what: 'the image is not there for this platform',
    expected: formatPlatform(wanted),
    found: formatPlatform(found),
  })
}

async function openLayer(
  files: ArchiveFiles,
  path: string,
  config: ImageConfig,
  index: number,
): Promise<OpenedLayer> {
  const size = files.sizeOf(path)
  if (size === null) throw missing(path)
  const diffId = config.diffIds[index] ?? ''
  const open = async () => (await files.open(path)) ?? failWith(path)
  const head = await readAll(await open(), 4)
  const digest = isCompressed(head) ? await blobDigest(path, open) : diffId
  const createdBy = config.createdBy[index] ?? null
  return { digest, size, diffId, mediaType: LAYER_TYPE, createdBy, annotations: {}, open }
}

/** gzip or zstd. */
function isCompressed(head: Uint8Array): boolean {
  const [a, b] = head
  return (a === 0x1f && b === 0x8b) || (a === 0x28 && b === 0xb5)
}

async function blobDigest(
  path: string,
  open: () => Promise<ReadableStream<Uint8Array>>,
): Promise<string> {
  const hex = /(?:^|\/)blobs\/sha256\/([0-9a-f]{64})$/.exec(path)?.[1]
  if (hex !== undefined) return `sha256:${hex}`
  const hash = runningDigest('sha256')
  const reader = (await open()).getReader()
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return `sha256:${toHex(hash.digest())}`
    hash.update(value)
  }
}

/** The manifest that containers/image makes (docker/internal/tarfile/src.go), byte for byte where layers are unpacked. */
function manifestText(config: Descriptor, layers: readonly OpenedLayer[]): string {
  const short = ({ mediaType, size, digest }: Pick<Descriptor, 'mediaType' | 'size' | 'digest'>) => ({ mediaType, size, digest }) // prettier-ignore
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    config: short(config),
    layers: layers.map(({ diffId, size, mediaType }) => short({ mediaType, size, digest: diffId })),
  })
}

function descriptor(mediaType: string, digest: string, size: number): Descriptor {
  return { mediaType, digest, size, annotations: {}, platform: null }
}

function digestOf(bytes: Uint8Array): string {
  return `sha256:${hexDigest('sha256', bytes)}`
}

async function readFile(files: ArchiveFiles, path: string): Promise<Uint8Array<ArrayBuffer>> {
  const stream = await files.open(path)
  return stream === null ? failWith(path) : readAll(stream, MANIFEST_LIMIT)
}

function failWith(path: string): never {
  throw missing(path)
}

function missing(path: string): SealscopeError {
  return new SealscopeError({
    code: 'archive-file',
    what: 'the docker archive lacks a file',
    where: { path },
    expected: 'the file',
    found: 'nothing',
  })
}
