import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { baseLayer, splitKernelLayer, ukiLayer, BUILD_TIME } from '../../samples/system'
import { concat, writeTar, type SampleEntry } from '../../samples/tar-writer'

/** A layer: entries with the time of the build, how it is packed. */
interface OracleLayer {
  entries: SampleEntry[]
  members?: number
  plain?: boolean
}

const file = (path: string, content = '', mode = 0o644): SampleEntry => ({
  path,
  type: 'file',
  content,
  mode,
})
const dir = (path: string, mode = 0o755, mtime?: number): SampleEntry =>
  mtime === undefined ? { path, type: 'dir', mode } : { path, type: 'dir', mode, mtime }

const BASE: OracleLayer = { entries: baseLayer() }
const UKI: OracleLayer = { entries: ukiLayer(`composefs=${'0'.repeat(128)}`) }

/** Name to layers: one subject each, so that a difference names its cause. */
export const LAYOUTS: Readonly<Record<string, OracleLayer[]>> = {
  base: [BASE],
  classic: [BASE, { entries: splitKernelLayer() }],
  uki: [BASE, UKI],
  'uki-first': [UKI, BASE],
  whiteout: [BASE, { entries: [dir('usr/bin'), file('usr/bin/.wh.podman')] }],
  'opaque-whiteout': [
    BASE,
    { entries: [dir('usr/share/doc'), file('usr/share/doc/.wh..wh..opq'), file('usr/share/doc/new', 'x\n')] },
  ],
  'folder-over-link': [BASE, { entries: [dir('usr/local'), file('usr/local/x', 'x\n')] }],
  'link-over-folder': [BASE, { entries: [{ path: 'usr/share/doc', type: 'symlink', target: 'licenses' }] }],
  'folder-times': [BASE, { entries: [dir('usr/share', 0o755, BUILD_TIME + 86_400)] }],
  'modes': [BASE, { entries: [file('usr/bin/su', 'su\n', 0o4755), dir('var/tmp', 0o1777), file('etc/key', 'k\n', 0)] }],
  'sizes': [
    BASE,
    { entries: [0, 1, 63, 64, 65, 4095, 4096, 4097, 200_000].map((size) => file(`usr/lib/size-${size}`, 'x'.repeat(size))) },
  ],
  'deep': [BASE, { entries: [dir('usr/d'), ...deep('usr/d', 40)] }],
  'many-names': [
    BASE,
    { entries: [dir('usr/many'), ...Array.from({ length: 3000 }, (_, at) => file(`usr/many/name-${at}`))] },
  ],
  'members': [{ ...BASE, members: 3 }, UKI],
  'plain-tar': [{ ...BASE, plain: true }, { ...UKI, plain: true }],
  'below-var-and-run': [BASE, { entries: [dir('run/x'), file('run/x/y', 'y\n'), dir('var/lib/x'), file('var/lib/x/y', 'y\n')] }],
} // prettier-ignore

function deep(top: string, levels: number): SampleEntry[] {
  const entries: SampleEntry[] = []
  for (let path = `${top}/d`, level = 0; level < levels; level++, path += '/d')
    entries.push(dir(path))
  return entries
}

function packed(tar: Uint8Array, layer: OracleLayer): { bytes: Uint8Array; mediaType: string } {
  const type = 'application/vnd.oci.image.layer.v1.tar'
  if (layer.plain === true) return { bytes: tar, mediaType: type }
  const size = Math.ceil(tar.length / (layer.members ?? 1))
  const parts: Uint8Array[] = []
  for (let at = 0; at < tar.length; at += size) {
    parts.push(new Uint8Array(gzipSync(tar.subarray(at, at + size), { level: 9 })))
  }
  return { bytes: concat(parts), mediaType: `${type}+gzip` }
}

/** Writes every layout below `folder` as an OCI layout with the tag `latest`. */
export function writeLayouts(folder: string): void {
  for (const [name, layers] of Object.entries(LAYOUTS)) writeLayout(join(folder, name), layers)
}

function writeLayout(folder: string, layers: readonly OracleLayer[]): void {
  const blobs = join(folder, 'blobs/sha256')
  mkdirSync(blobs, { recursive: true })
  const add = (bytes: Uint8Array, mediaType: string) => {
    const hex = sha256(bytes)
    writeFileSync(join(blobs, hex), bytes)
    return { mediaType, digest: `sha256:${hex}`, size: bytes.length }
  }
  const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
  const tars = layers.map(({ entries }) => writeTar(entries, BUILD_TIME))
  const descriptors = tars.map((tar, at) => {
    const { bytes, mediaType } = packed(tar, layers[at] ?? { entries: [] })
    return add(bytes, mediaType)
  })
  const config = {
    created: new Date(BUILD_TIME * 1000).toISOString(),
    architecture: 'amd64',
    os: 'linux',
    config: { Labels: { 'containers.bootc': '1' } },
    rootfs: { type: 'layers', diff_ids: tars.map((tar) => `sha256:${sha256(tar)}`) },
  }
  const mediaType = 'application/vnd.oci.image.manifest.v1+json'
  const manifest = {
    schemaVersion: 2,
    mediaType,
    config: add(json(config), 'application/vnd.oci.image.config.v1+json'),
    layers: descriptors,
  }
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  const index = {
    schemaVersion: 2,
    manifests: [{ ...add(json(manifest), mediaType), annotations }],
  }
  writeFileSync(join(folder, 'index.json'), JSON.stringify(index))
  writeFileSync(join(folder, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }))
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}
