import type { Node } from '../../formats/blueprint/node'
import {
  flag,
  int,
  list,
  object,
  optional,
  text,
  type Type,
  uint64,
} from '../../formats/blueprint/schema'
import type { Subscription } from '../../rules/image-builder/customizations'
import type { BootcInfo } from '../../rules/image-builder/request'

/** One request of a request file, its blueprint still as written. Sizes are bytes. */
export interface RequestCase {
  name: string
  imageType: string
  seed: bigint | null
  /** Decides when present: other readers lose digits of the number. */
  seedText: string | null
  bootc: BootcInfo
  osInfo: CaseOsInfo | null
  rootFiles: ReadonlyMap<string, string> | null
  build: { imgref: string; arch: string; osInfo: CaseOsInfo | null } | null
  blueprint: Node | null
  blueprintToml: string | null
  options: CaseOptions
  containers: ReadonlyMap<string, CaseContainer>
}

export interface CaseOsInfo {
  osRelease: {
    id: string
    versionId: string
    name: string
    platformId: string
    variantId: string
    idLike: readonly string[] | null
  }
  uefiVendor: string
  selinuxPolicy: string
  kernelVersion: string
  initrdModules: readonly string[] | null
  imageCustomization: Node | null
  diskYaml: string
  isoYaml: string
}

interface CaseOptions {
  size: bigint
  bootc: {
    installerPayloadRef: string
    omitDefaultKernelArguments: boolean
    remoteContainers: boolean
  } | null
  subscription: Subscription | null
}

interface CaseContainer {
  source: string
  digest: string
  imageId: string
  listDigest: string
  tlsVerify: boolean | null
}

/** A list; null and absent are an empty one. */
function listOrEmpty<T>(type: Type<T>): Type<readonly T[]> {
  const items = list(type)
  return { zero: [], decode: (node, path, into) => items.decode(node, path, into) ?? [] }
}

/** A value that is read later. */
const raw: Type<Node | null> = { zero: null, decode: (node) => node }

const osRelease = object(
  {
    id: ['id', text],
    versionId: ['version_id', text],
    name: ['name', text],
    platformId: ['platform_id', text],
    variantId: ['variant_id', text],
    idLike: ['id_like', list(text)],
  },
  'ignore',
)

const osInfo: Type<CaseOsInfo> = object(
  {
    osRelease: ['os_release', osRelease],
    uefiVendor: ['uefi_vendor', text],
    selinuxPolicy: ['selinux_policy', text],
    kernelVersion: ['kernel_version', text],
    initrdModules: ['initrd_modules', list(text)],
    imageCustomization: ['image_customization', raw],
    diskYaml: ['disk_yaml', text],
    isoYaml: ['iso_yaml', text],
  },
  'ignore',
)

const bootc: Type<BootcInfo> = object(
  {
    imgref: ['imgref', text],
    arch: ['arch', text],
    defaultRootFs: ['default_root_fs', text],
    size: ['size', uint64],
    unifiedKernel: ['unified_kernel', flag],
    bootloader: ['bootloader', optional(text)],
  },
  'ignore',
)

const subscription: Type<Subscription> = object(
  {
    organization: ['organization', text],
    activationKey: ['activation_key', text],
    serverUrl: ['server_url', text],
    baseUrl: ['base_url', text],
    insights: ['insights', flag],
    rhc: ['rhc', flag],
    proxy: ['proxy', text],
    templateName: ['template_name', text],
    templateUuid: ['template_uuid', text],
    patchUrl: ['patch_url', text],
    contentSets: ['content_sets', listOrEmpty(text)],
  },
  'ignore',
)

const options: Type<CaseOptions> = object(
  {
    size: ['size', uint64],
    bootc: [
      'bootc',
      optional(
        object(
          {
            installerPayloadRef: ['installer_payload_ref', text],
            omitDefaultKernelArguments: ['omit_default_kernel_args', flag],
            remoteContainers: ['use_remote_container_source', flag],
          },
          'ignore',
        ),
      ),
    ],
    subscription: ['subscription', optional(subscription)],
  },
  'ignore',
)

const container: Type<CaseContainer> = object(
  {
    source: ['source', text],
    digest: ['digest', text],
    imageId: ['image_id', text],
    listDigest: ['list_digest', text],
    tlsVerify: ['tls_verify', optional(flag)],
  },
  'ignore',
)

/** An object whose keys are data. */
function map<T>(type: Type<T>): Type<ReadonlyMap<string, T>> {
  return {
    zero: new Map(),
    decode(node, path, into) {
      if (node.kind !== 'object') {
        into.report('expected an object', path, node.at)
        return new Map()
      }
      return new Map(
        node.entries.map(({ key, value }) => [
          key,
          value.kind === 'null' ? type.zero : type.decode(value, `${path}.${key}`, into),
        ]),
      )
    },
  }
}

/** A request; members that nobody knows are for others and are skipped. */
export const requestCaseType: Type<RequestCase> = object(
  {
    name: ['name', text],
    imageType: ['image_type', text],
    seed: ['effective_seed', optional(int)],
    seedText: ['effective_seed_text', optional(text)],
    bootc: ['bootc', bootc],
    osInfo: ['os_info', optional(osInfo)],
    rootFiles: ['root_files', optional(map(text))],
    build: [
      'build',
      optional(
        object(
          { imgref: ['imgref', text], arch: ['arch', text], osInfo: ['os_info', optional(osInfo)] },
          'ignore',
        ),
      ),
    ],
    blueprint: ['blueprint', raw],
    blueprintToml: ['blueprint_toml', optional(text)],
    options: ['options', options],
    containers: ['containers', map(container)],
  },
  'ignore',
)
