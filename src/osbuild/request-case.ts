import type { ResolvedContainer } from './containers'
import { type ContainerResolver, knownContainers, mockContainers } from './containers'
import type { Subscription } from './customizations'
import { osInfoFromFiles, type RootFiles } from './os-files'
import type { OsInfo } from './os-info'
import type { BootcInfo, BuildContainerInfo, ImageOptions, ManifestRequest } from './request'
import type { TargetId } from './target'

/** A request as a JSON document describes it: one element of `cases`. */
export interface RequestCase {
  name: string
  image_type: string
  effective_seed?: number | bigint
  /** Decides when present: the number may be beyond 2^53. */
  effective_seed_text?: string
  bootc: CaseBootc
  os_info?: CaseOsInfo | null
  root_files?: RootFiles
  build?: { imgref: string; arch: string; os_info?: CaseOsInfo | null } | null
  blueprint?: unknown
  blueprint_toml?: string
  options?: CaseOptions | null
  containers?: Record<string, CaseContainer> | null
}

interface CaseBootc {
  imgref?: string
  arch?: string
  default_root_fs?: string
  size?: number | bigint
  unified_kernel?: boolean
  bootloader?: string | null
}

interface CaseOsInfo {
  os_release?: {
    id?: string
    version_id?: string
    name?: string
    platform_id?: string
    variant_id?: string
    id_like?: string[] | null
  }
  uefi_vendor?: string
  selinux_policy?: string
  kernel_version?: string
  has_aboot_img?: boolean
  initrd_modules?: string[] | null
  image_customization?: unknown
  disk_yaml?: string
  iso_yaml?: string
}

interface CaseOptions {
  size?: number | bigint
  bootc?: {
    installer_payload_ref?: string
    omit_default_kernel_args?: boolean
    use_remote_container_source?: boolean
  } | null
  subscription?: Partial<Record<SubscriptionKey, string>> & {
    insights?: boolean
    rhc?: boolean
    content_sets?: string[] | null
  }
}

type SubscriptionKey =
  | 'organization'
  | 'activation_key'
  | 'server_url'
  | 'base_url'
  | 'proxy'
  | 'template_name'
  | 'template_uuid'
  | 'patch_url'

interface CaseContainer {
  source?: string
  digest?: string
  image_id?: string
  list_digest?: string
  tls_verify?: boolean | null
}

/** Everything of a request but the blueprints. */
export type RequestFrame = Omit<ManifestRequest, 'wishes' | 'blueprintError' | 'embedded'>

/**
 * Reads a case. Throws a `ManifestFailure` where image-builder cannot read the container's files.
 * @param mock containers that are not listed get placeholder digests instead of an error
 */
export function frameFromCase(from: RequestCase, target: TargetId, mock: boolean): RequestFrame {
  return {
    target,
    imageType: from.image_type,
    seed: BigInt(from.effective_seed_text ?? from.effective_seed ?? 0),
    bootc: bootcOf(from.bootc),
    osInfo: osInfoOf(from),
    build: buildOf(from),
    options: optionsOf(from.options ?? {}),
    containers: containersOf(from.containers ?? {}, mock),
  }
}

function bootcOf(from: CaseBootc): BootcInfo {
  return {
    imgref: from.imgref ?? '',
    arch: from.arch ?? '',
    defaultRootFs: from.default_root_fs ?? '',
    size: BigInt(from.size ?? 0),
    unifiedKernel: from.unified_kernel ?? false,
    bootloader: from.bootloader ?? null,
  }
}

function osInfoOf({ root_files, os_info }: RequestCase): OsInfo | null {
  if (root_files !== undefined) return osInfoFromFiles(root_files)
  if (os_info === undefined || os_info === null) return null
  const release = os_info.os_release ?? {}
  return {
    osRelease: {
      id: release.id ?? '',
      versionId: release.version_id ?? '',
      name: release.name ?? '',
      platformId: release.platform_id ?? '',
      variantId: release.variant_id ?? '',
      idLike: release.id_like ?? [],
    },
    uefiVendor: os_info.uefi_vendor ?? '',
    selinuxPolicy: os_info.selinux_policy ?? '',
    kernelVersion: os_info.kernel_version || null,
    initrdModules: os_info.initrd_modules ?? [],
    diskYaml: os_info.disk_yaml || null,
    isoYaml: os_info.iso_yaml || null,
    diskYamlPath: 'disk.yaml',
    isoYamlPath: 'iso.yaml',
  }
}

function buildOf({ build }: RequestCase): BuildContainerInfo | null {
  if (build === undefined || build === null) return null
  const selinuxPolicy = build.os_info ? (build.os_info.selinux_policy ?? '') : null
  return { imgref: build.imgref, arch: build.arch, selinuxPolicy }
}

function optionsOf({ size, bootc, subscription }: CaseOptions): ImageOptions {
  return {
    size: BigInt(size ?? 0),
    installerPayloadRef: bootc?.installer_payload_ref ?? '',
    omitDefaultKernelArguments: bootc?.omit_default_kernel_args ?? false,
    remoteContainers: bootc?.use_remote_container_source ?? false,
    subscription: subscription ? subscriptionOf(subscription) : null,
  }
}

function subscriptionOf(from: NonNullable<CaseOptions['subscription']>): Subscription {
  return {
    organization: from.organization ?? '',
    activationKey: from.activation_key ?? '',
    serverUrl: from.server_url ?? '',
    baseUrl: from.base_url ?? '',
    insights: from.insights ?? false,
    rhc: from.rhc ?? false,
    proxy: from.proxy ?? '',
    templateName: from.template_name ?? '',
    templateUuid: from.template_uuid ?? '',
    patchUrl: from.patch_url ?? '',
    contentSets: from.content_sets ?? [],
  }
}

function containersOf(listed: Record<string, CaseContainer>, mock: boolean): ContainerResolver {
  const known = new Map(
    Object.entries(listed).map(([reference, spec]): [string, ResolvedContainer] => [
      reference,
      {
        source: spec.source || reference,
        digest: spec.digest ?? '',
        imageId: spec.image_id ?? '',
        listDigest: spec.list_digest ?? '',
        tlsVerify: spec.tls_verify ?? null,
      },
    ]),
  )
  return knownContainers(known, mock ? mockContainers : undefined)
}
