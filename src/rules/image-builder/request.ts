import type { ContainerResolver } from './containers'
import type { Failure } from '../../base/go/failure'
import type { Subscription } from './customizations'
import type { OsInfo } from './os-info'
import type { TargetId } from './target'
import type { Wishes } from './wishes'

/** Everything a manifest is made from. */
export interface ManifestRequest {
  target: TargetId
  /** Name or alias. */
  imageType: string
  /** Effective seed of the random numbers, signed 64-bit. */
  seed: bigint
  bootc: BootcInfo
  /** Null: the container's files were not read. */
  osInfo: OsInfo | null
  /** Where reading the container's files stopped; nothing else is reported then. */
  containerError: Failure | null
  build: BuildContainerInfo | null
  /** Null: no blueprint at all (same result as an empty one). */
  wishes: Wishes | null
  /** Why the blueprint could not be read; image-builder reads it first. */
  blueprintError: string | null
  /** What the container brings in usr/lib/bootc-image-builder/config.*; null: nothing. */
  embedded: Wishes | null
  options: ImageOptions
  containers: ContainerResolver
  /**
   * A file on the host that runs image-builder, for `files[].uri`; only images 0.274 reads them.
   * Absent or null: not known.
   */
  hostFile?: (path: string) => HostFile | null
}

export interface HostFile {
  /** Hex. */
  sha256: string
  /** Octal digits; what the copy gets when the blueprint says nothing. */
  mode: string
}

/** What podman and bootc say about the container (pkg/bootc, Info). */
export interface BootcInfo {
  /** Reference as typed: the name that goes into the manifest. */
  imgref: string
  /** Any name of the architecture: `amd64`, `x86_64`, … */
  arch: string
  defaultRootFs: string
  /** Size in local storage, bytes. */
  size: bigint
  /** Sealed: the kernel is a UKI. */
  unifiedKernel: boolean
  bootloader: string | null
}

export interface BuildContainerInfo {
  imgref: string
  arch: string
  /** Null: the container was not inspected. */
  selinuxPolicy: string | null
}

export interface ImageOptions {
  /** Least size of `/` in bytes. */
  size: bigint
  /** What an installer ISO installs; empty: not given. */
  installerPayloadRef: string
  omitDefaultKernelArguments: boolean
  /** Containers come from the registry, not from local storage. */
  remoteContainers: boolean
  subscription: Subscription | null
}

export const NO_OPTIONS: ImageOptions = {
  size: 0n,
  installerPayloadRef: '',
  omitDefaultKernelArguments: false,
  remoteContainers: false,
  subscription: null,
}
