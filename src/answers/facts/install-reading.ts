import { toHex } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import { decodeUtf8 } from '../../base/utf8'
import { SealscopeError } from '../../base/error'
import type { OpenedImage } from '../../formats/oci/image'
import type { PackageList } from '../../formats/packages/package-list'
import type { LayerListing } from '../../formats/tar/entry'
import { importErrorOf } from '../../image/session/import-error'
import { childAt } from '../../image/tree/lookup'
import type { MergedTree } from '../../image/tree/merge'
import type { Directory } from '../../image/tree/node'
import type { FileLeaf } from '../../image/tree/reader'
import { readInstallConfig } from '../../rules/bootc/install-config'
import type {
  Computed,
  FilePart,
  InstallContents,
  InstallImage,
  PeFile,
} from '../../rules/bootc/install/image'
import { peOfBytes, peOfScan } from '../../rules/bootc/install/uki-file'
import { type FileBody, TEXT_LIMIT } from '../../rules/bootc/install/volume'
import { readKargs } from '../../rules/bootc/kargs'
import { findKernel } from '../../rules/bootc/kernel'
import { digestOf } from '../../rules/composefs/digest'
import { FORM, type Form } from '../../rules/composefs/forms'
import { loadPolicy } from '../../rules/composefs/selinux/policy'
import { pathLabels } from '../../rules/composefs/selinux/path-labels'
import { transformedTree, type DigestInput } from '../seal/candidates'
import type { Release, Repository } from '../seal/releases'
import type { Captured, CaptureRule } from '../../image/session/capture'
import type { CapturedContents } from '../../image/session/contents'
import type { ImageSession } from '../../image/session/image-session'
import { rustArchitecture } from './facts'
import { readPackages } from './packages'

const LARGE = 16 * 2 ** 20
const ROUNDS = 4
/** Files of at most this many bytes stay inline. */
const INLINE = 64

/** What an installation copies, to be kept by its digest as layers stream by. */
export const INSTALL_CAPTURE: readonly CaptureRule[] = [
  { kind: 'digest', pattern: /^(etc|var)\// },
  {
    kind: 'digest',
    pattern: /^usr\/lib\/(bootc\/install\/secureboot-keys|grub-cc)\/|\.efi\.signed$/,
  },
]

/** An image that was read, to be installed in thought as often as asked; a second reading is for kernels only. */
export class InstallReading {
  private readonly contents: CapturedContents
  private readonly merged: MergedTree
  private readonly listings: readonly LayerListing<Captured>[]
  private readonly image: OpenedImage
  private readonly documents: string[]
  /** Digests of pieces of large files, by their places; and those that are asked for. */
  private readonly hashes = new Map<string, string>()
  private readonly wished = new Map<string, readonly FilePart[]>()
  private readonly plains = new Map<Form, Form>()
  private readonly computed = new Map<Form, { digest: Computed; misses: number }>()

  /** `session` was opened with fs-verity digests of SHA-512, and all of it was read. */
  constructor(
    private readonly session: ImageSession,
    private readonly kernels: Kernels,
    /** Files of more bytes are not kept to be hashed. */
    private readonly large = LARGE,
  ) {
    this.listings = session.layers
    this.contents = session.contents
    this.merged = session.tree
    this.image = session.image
    const { documents } = session.image
    this.documents = documents === null ? [] : [documents.config, documents.manifest].map((bytes) => verityOf(kernels, bytes)) // prettier-ignore
  }

  /** Runs `ask` until no content of the image is missing; pieces of large files are hashed as they stream by. */
  async ask<T>(
    release: Release,
    ask: (image: InstallImage) => T,
    repository: Repository = 'new',
  ): Promise<T> {
    const collect = () => this.session.collect(() => ask(this.installImage(release, repository)))
    let result = await collect()
    for (let round = 0; round < ROUNDS && this.wished.size > 0; round++) {
      for (const [key, parts] of this.wished) this.hashes.set(key, await this.hashLarge(parts))
      this.wished.clear()
      result = await collect()
    }
    return result
  }

  get architecture(): string {
    return rustArchitecture(this.image.platform.architecture)
  }

  /** The packages of the image; null where no database can be read. */
  get packages(): PackageList | null {
    return readPackages(this.merged.root, this.contents).list
  }

  /** Nothing that was asked for is missing. */
  get isSettled(): boolean {
    return this.contents.misses.length === 0 && this.wished.size === 0
  }

  private async hashLarge(parts: readonly FilePart[]): Promise<string> {
    const hasher = this.kernels.sha256()
    for (const { leaf, start, size } of parts) {
      let at = 0
      await this.session.readFile(leaf, (chunk) => {
        const from = Math.min(chunk.length, Math.max(0, start - at))
        const to = Math.min(chunk.length, Math.max(0, start + size - at))
        if (to > from) hasher.update(chunk.subarray(from, to))
        at += chunk.length
      })
    }
    return toHex(hasher.digest())
  }

  private hash(parts: readonly FilePart[]): string {
    const { contents, kernels } = this
    if (parts.every(({ leaf }) => leaf.content.size <= this.large)) {
      return sha256Of(kernels, parts.map(({ leaf, start, size }) => contents.bytes(leaf).subarray(start, start + size))) // prettier-ignore
    }
    const key = parts.map(({ leaf: { origin }, start, size }) => `${origin.layer}/${origin.entry}/${start}/${size}`).join(' ') // prettier-ignore
    const known = this.hashes.get(key)
    if (known === undefined) this.wished.set(key, parts)
    return known ?? ''
  }

  /** Small ones by their bytes, of others what was noted while they streamed by. */
  private pe(leaf: FileLeaf): PeFile {
    const { contents } = this
    if (leaf.content.size <= this.large) return peOfBytes(leaf, contents.bytes(leaf))
    const scan = contents.uki(leaf)
    return scan === null ? peOfBytes(leaf, new Uint8Array(0)) : peOfScan(leaf, scan)
  }

  private installImage(release: Release, repository: Repository): InstallImage {
    const { image, contents, kernels } = this
    const { root } = this.merged
    const arch = rustArchitecture(image.platform.architecture)
    const objects = this.objects()
    const form = release.computes[repository] ?? release.computes.new ?? FORM.nsecKept
    const boot = this.digest(form)
    return {
      manifestDigest: image.manifest.digest,
      configDigest: image.config.digest,
      storedManifestDigest: () => this.storedManifestDigest(),
      config: { mediaType: image.config.mediaType, size: image.config.size },
      layerSizes: image.layers.map(({ size }) => size),
      diffIds: image.layers.map(({ diffId }) => diffId),
      arch,
      root,
      contents: this.installContents(),
      kernel: findKernel(root, contents),
      installConfig: () => readInstallConfig(root, contents, arch),
      kargs: () => readKargs(root, contents, arch),
      objects: objects.count,
      hasLargeFiles: objects.files > 0,
      objectBytes: objects.bytes,
      multiFrame: this.listings.some(({ multiFrame }) => multiFrame),
      plain: this.digest(this.plainOf(form)),
      boot,
      ...this.labels(form, boot.error === null),
      release: {
        readsLong: release.reads !== 'short',
        setupRootConf: release.setupRootConf,
        firstFrameOnly: release.imports === 'first-frame',
      },
      sha256: (parts) => sha256Of(kernels, parts),
    }
  }

  /** Distinct contents of all layers; what a later layer hides is there, too. */
  private objects(): { count: number; files: number; bytes: number } {
    const sizes = this.objectSizes()
    const files = sizes.size
    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    const documents = this.documents.filter((digest) => !sizes.has(digest)).length
    return { count: files + (this.documents.length === 0 ? 2 : documents), files, bytes }
  }

  /** Sizes of the contents of files that are no small ones, by fs-verity digest. */
  objectSizes(): Map<string, number> {
    const sizes = new Map<string, number>()
    for (const { entries } of this.listings) {
      for (const { type, size, verity } of entries) {
        if (type === 'file' && size > INLINE && verity.sha512 !== null) {
          sizes.set(verity.sha512, size)
        }
      }
    }
    return sizes
  }

  /** containers/storage writes the manifest anew for unpacked layers, as Go prints it. */
  private storedManifestDigest(): string {
    const { image, listings, kernels } = this
    const { mediaType, digest, size } = image.config
    const layers = image.layers.map(({ diffId }, index) => ({
      mediaType: 'application/vnd.oci.image.layer.v1.tar',
      digest: diffId,
      size: listings[index]?.uncompressedSize ?? 0,
    }))
    const annotations = Object.entries(image.annotations).sort(([a], [b]) => (a < b ? -1 : 1))
    const manifest = {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType, digest, size },
      layers,
      ...(annotations.length === 0 ? {} : { annotations: Object.fromEntries(annotations) }),
    }
    return `sha256:${sha256Of(kernels, [new TextEncoder().encode(JSON.stringify(manifest))])}`
  }

  private input(): DigestInput {
    const { contents, merged, kernels } = this
    return {
      root: merged.root,
      readFile: (leaf) => contents.whole(leaf),
      verity: (algorithm) => kernels.verity(algorithm),
      importError: this.session.problems[0]?.message ?? importErrorOf(merged),
      multiFrame: this.listings.some(({ multiFrame }) => multiFrame),
    }
  }

  /** The same tree before the boot transform. */
  private plainOf(form: Form): Form {
    const known = this.plains.get(form)
    const plain = known ?? { ...form, bootable: false }
    this.plains.set(form, plain)
    return plain
  }

  /** Computed once; again only while contents were missing. */
  private digest(form: Form): Computed {
    const known = this.computed.get(form)
    if (known?.misses === 0) return known.digest
    const before = this.contents.misses.length
    const digest = this.compute(form)
    this.computed.set(form, { digest, misses: this.contents.misses.length - before })
    return digest
  }

  private compute(form: Form): Computed {
    const input = this.input()
    if (input.importError !== null) return { digest: null, error: input.importError }
    try {
      const tree = transformedTree(input, form)
      return { digest: digestOf(tree, form.version, 'sha512', input.verity), error: null }
    } catch (thrown) {
      if (thrown instanceof SealscopeError) return { digest: null, error: thrown.what }
      throw thrown
    }
  }

  private labels(form: Form, isUsable: boolean): Pick<InstallImage, 'label' | 'ownLabel'> {
    const { root } = this.merged
    const { readFile } = this.input()
    const policy = isUsable ? loadPolicy(root, readFile, form.engine) : null
    if (policy === null) return { label: null, ownLabel: null }
    const label = pathLabels(policy)
    let tree: Directory | null = null
    const ownLabel = (path: string) => {
      tree ??= transformedTree(this.input(), form)
      return childAt(tree, path)?.stat.xattrs.get('security.selinux')?.replace(/\0$/, '') ?? null
    }
    return { label, ownLabel }
  }

  private installContents(): InstallContents {
    const { contents, kernels } = this
    return {
      bytes: (leaf) => contents.bytes(leaf),
      body: (leaf) => bodyOf(leaf, contents, kernels),
      pe: (leaf) => this.pe(leaf),
      hash: (parts) => this.hash(parts),
    }
  }
}

function bodyOf(leaf: FileLeaf, contents: CapturedContents, kernels: Kernels): FileBody {
  const { size } = leaf.content
  const found = contents.digest(leaf)
  if (found === null) return { size, sha256: '', text: null }
  const bytes = found instanceof Uint8Array ? found : found.bytes
  const sha256 = found instanceof Uint8Array ? sha256Of(kernels, [found]) : found.sha256
  return { size, sha256, text: bytes === null ? null : textOf(bytes) }
}

/** Text as listings show it: UTF-8 without control characters. */
function textOf(bytes: Uint8Array): string | null {
  if (bytes.length > TEXT_LIMIT) return null
  const text = decodeUtf8(bytes)
  return text === null || text.includes('\0') ? null : text
}

function sha256Of(kernels: Kernels, parts: readonly Uint8Array[]): string {
  const hasher = kernels.sha256()
  for (const part of parts) hasher.update(part)
  return toHex(hasher.digest())
}

function verityOf(kernels: Kernels, bytes: Uint8Array): string {
  const hasher = kernels.verity('sha512')
  hasher.update(bytes)
  return toHex(hasher.digest())
}

/** Asks about two images at once until no content of either is missing. */
export async function askBoth<T>(
  [a, b]: readonly [InstallReading, InstallReading],
  release: Release,
  repository: Repository,
  ask: (a: InstallImage, b: InstallImage) => T,
): Promise<T> {
  let [one, other] = [
    await a.ask(release, (image) => image, repository),
    await b.ask(release, (image) => image, repository),
  ]
  for (let round = 0; ; round++) {
    await a.ask(release, (image) => void ask((one = image), other), repository)
    const result = await b.ask(release, (image) => ask(one, (other = image)), repository)
    if (a.isSettled || round === ROUNDS) return result
  }
}
