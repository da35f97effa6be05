import type { Directory } from '../../../image/tree/node'
import { resolve } from '../../../image/tree/lookup'
import type { FileLeaf } from '../../../image/tree/reader'
import type { InstallConfigRecord } from '../../../contract/facts'
import type { FoundKernel } from '../kernel'
import type { FileBody } from './volume'

/** A piece of a file. */
export interface FilePart {
  leaf: FileLeaf
  start: number
  size: number
}

/** Bytes and digests of the image's files; who drives reads those that are missing and asks again. */
export interface InstallContents {
  bytes(leaf: FileLeaf): Uint8Array
  body(leaf: FileLeaf): FileBody
  /** A PE file: sections by name, and texts. */
  pe(leaf: FileLeaf): PeFile
  /** SHA-256 of pieces one after another, as hex. */
  hash(parts: readonly FilePart[]): string
}

/** A PE file as composefs-boot reads it; a Refusal in its words. */
export interface PeFile {
  text(name: string): string
  section(name: string): FilePart
}

/** A digest that was computed, or why composefs-rs cannot compute it (its words). */
export type Computed = { digest: string; error: null } | { digest: null; error: string }

/** Where releases differ in what they install. */
export interface ReleaseRules {
  /** `composefs.digest=` is read, too. */
  readsLong: boolean
  /** `setup-root-conf.toml` stands for prepare-root.conf. */
  setupRootConf: boolean
  /** Of a layer only the first gzip member or zstd frame is read. */
  firstFrameOnly: boolean
}

/** An image as `bootc install` sees it. */
export interface InstallImage {
  /** `sha256:…` */
  manifestDigest: string
  configDigest: string
  /** Of the manifest that podman's storage makes: the same layers, unpacked. */
  storedManifestDigest: () => string
  config: { mediaType: string; size: number }
  /** Compressed bytes of the layers. */
  layerSizes: readonly number[]
  diffIds: readonly string[]
  /** Rust's name of the architecture. */
  arch: string
  /** The merged root, untransformed. */
  root: Directory
  contents: InstallContents
  kernel: FoundKernel
  /** The merged install configuration, or bootc's error of which `line` is the last line. */
  installConfig: () => InstallConfigRecord
  /** Of kargs.d, as bootc prints them. */
  kargs: () => string[]
  /** Distinct contents of more than 64 bytes of all layers, and the two JSON documents. */
  objects: number
  /** A layer has a file of more than 64 bytes. */
  hasLargeFiles: boolean
  /** Bytes of those contents. */
  objectBytes: number
  /** A layer has several gzip members or zstd frames. */
  multiFrame: boolean
  /** Digest of the EROFS image before and after the boot transform. */
  plain: Computed
  boot: Computed
  /** Label of a path of an installed system; null: the policy gives none. */
  label: ((path: string, kind: 'file' | 'dir' | 'symlink') => string | null) | null
  /** Labels of the image's own files, by path from the root, as its policy gives them. */
  ownLabel: ((path: string) => string | null) | null
  /** What the release does otherwise than 1.16.9. */
  release: ReleaseRules
  /** SHA-256 of bytes, as hex. */
  sha256: (parts: readonly Uint8Array[]) => string
}

/** The root in which bootc itself runs. */
export interface Machine {
  /** The image's tree where bootc runs in it; null: a root with tools alone. */
  image: Directory | null
  /** Paths that are not there although the image or the tools have them. */
  lacks: readonly string[]
  /** Paths that are there besides. */
  has: readonly string[]
  /** The tools bring a systemd-boot of their own. */
  systemdBoot: boolean
  /** systemd's version (`bootctl --version`). */
  systemd: number
  /** What `oci:` sources can be opened, by path; null: any. */
  opens: ((path: string) => boolean) | null
  /** Whether a file of the machine is there; null: not known. */
  hasFile: (path: string) => boolean | null
}

/** The node at a path of the running root, links followed; undefined when nothing is there. */
export function onMachine(machine: Machine, path: string): boolean {
  if (machine.has.includes(path)) return true
  if (machine.lacks.some((gone) => path === gone || path.startsWith(`${gone}/`))) return false
  return machine.image !== null && resolve(machine.image, path, 'chroot') !== undefined
}

const PATH = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin']

/** Whether a tree has a program where the shell looks. */
export function hasProgram(root: Directory, name: string): boolean {
  return PATH.some((folder) => resolve(root, `${folder}/${name}`, 'chroot') !== undefined)
}

/** A regular file of the image, links followed as in a chroot. */
export function imageFile(root: Directory, path: string): FileLeaf | null {
  const node = resolve(root, path, 'chroot')
  return node?.kind === 'file' ? node : null
}

/** The text of a regular file of the image; null without one. */
export function imageText({ root, contents }: InstallImage, path: string): string | null {
  const leaf = imageFile(root, path)
  return leaf === null ? null : new TextDecoder().decode(contents.bytes(leaf))
}
