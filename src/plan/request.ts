import { SealscopeError } from '../bytes/error'
import { knownContainers, mockContainers, type ResolvedContainer } from '../osbuild/containers'
import type { OsInfo } from '../osbuild/os-info'
import { NO_OPTIONS, type ManifestRequest } from '../osbuild/request'

type Json = Record<string, unknown>

const PLAIN_BLUEPRINT = ['name', 'version', 'description']

export interface NamedRequest {
  name: string
  request: ManifestRequest
}

/**
 * Reads a request file: one case, or `{"cases": […]}`. Blueprints with customizations, root files
 * and subscriptions are refused by name: this version does not read them.
 */
export function parseRequests(
  text: string,
  target: '79' | '0.274',
  mockUnknown: boolean,
): NamedRequest[] {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new SealscopeError({ code: 'request-json', what: 'the request is no JSON', found, cause })
  }
  const cases =
    isObject(document) && Array.isArray(document['cases']) ? document['cases'] : [document]
  return cases.map((item: unknown, index) => {
    if (!isObject(item)) throw wrong(`cases[${index}]`, 'an object', item)
    const name = textOf(item['name']) ?? `case-${index}`
    return { name, request: requestOf(item, target, mockUnknown) }
  })
}

function requestOf(item: Json, target: '79' | '0.274', mockUnknown: boolean): ManifestRequest {
  refuseUnread(item)
  const bootc = objectOf(item['bootc'])
  const options = objectOf(item['options'])
  const bootcOptions = objectOf(options['bootc'])
  return {
    target,
    imageType: textOf(item['image_type']) ?? '',
    seed: seedOf(item),
    bootc: {
      imgref: textOf(bootc['imgref']) ?? '',
      arch: textOf(bootc['arch']) ?? '',
      defaultRootFs: textOf(bootc['default_root_fs']) ?? '',
      size: sizeOf(bootc['size'], 'bootc.size'),
      unifiedKernel: bootc['unified_kernel'] === true,
      bootloader: textOf(bootc['bootloader']),
    },
    osInfo: isObject(item['os_info']) ? osInfoOf(item['os_info']) : null,
    build: isObject(item['build']) ? buildOf(item['build']) : null,
    wishes: null,
    blueprintError: null,
    embedded: null,
    options: {
      ...NO_OPTIONS,
      size: sizeOf(options['size'], 'options.size'),
      installerPayloadRef: textOf(bootcOptions['installer_payload_ref']) ?? '',
      omitDefaultKernelArguments: bootcOptions['omit_default_kernel_args'] === true,
      remoteContainers: bootcOptions['use_remote_container_source'] === true,
    },
    containers: knownContainers(
      containersOf(objectOf(item['containers'])),
      mockUnknown ? mockContainers : undefined,
    ),
  }
}

function refuseUnread(item: Json): void {
  const blueprint = objectOf(item['blueprint'])
  const unread = Object.keys(blueprint).find((key) => !PLAIN_BLUEPRINT.includes(key))
  const key =
    (unread !== undefined && `blueprint.${unread}`) ||
    ('blueprint_toml' in item && 'blueprint_toml') ||
    ('root_files' in item && 'root_files') ||
    ('subscription' in objectOf(item['options']) && 'options.subscription') ||
    ('image_customization' in objectOf(item['os_info']) && 'os_info.image_customization')
  if (key === false) return
  throw new SealscopeError({
    code: 'request-unread',
    what: 'this version makes manifests without blueprint customizations only',
    where: { key },
  })
}

/** The text wins: a JSON number loses digits beyond 2^53. */
function seedOf(item: Json): bigint {
  const text = textOf(item['effective_seed_text'])
  const value = text ?? item['effective_seed'] ?? 0
  if (typeof value === 'string' && /^-?\d{1,19}$/.test(value)) return BigInt(value)
  if (typeof value === 'number' && Number.isSafeInteger(value)) return BigInt(value)
  throw wrong('effective_seed_text', 'a signed 64-bit number as text', value)
}

function sizeOf(value: unknown, key: string): bigint {
  if (value === undefined || value === null) return 0n
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return BigInt(value)
  throw wrong(key, 'bytes', value)
}

function osInfoOf(info: Json): OsInfo {
  const release = objectOf(info['os_release'])
  const text = (key: string) => textOf(release[key]) ?? ''
  return {
    osRelease: {
      id: text('id'),
      versionId: text('version_id'),
      name: text('name'),
      platformId: text('platform_id'),
      variantId: text('variant_id'),
      idLike: textsOf(release['id_like']),
    },
    uefiVendor: textOf(info['uefi_vendor']) ?? '',
    selinuxPolicy: textOf(info['selinux_policy']) ?? '',
    kernelVersion: textOf(info['kernel_version']) || null,
    initrdModules: textsOf(info['initrd_modules']),
    diskYaml: textOf(info['disk_yaml']),
    isoYaml: textOf(info['iso_yaml']),
    diskYamlPath: 'disk.yaml',
    isoYamlPath: 'iso.yaml',
  }
}

function buildOf(build: Json): ManifestRequest['build'] {
  const info = build['os_info']
  return {
    imgref: textOf(build['imgref']) ?? '',
    arch: textOf(build['arch']) ?? '',
    selinuxPolicy: isObject(info) ? (textOf(info['selinux_policy']) ?? '') : null,
  }
}

function containersOf(containers: Json): Map<string, ResolvedContainer> {
  const known = new Map<string, ResolvedContainer>()
  for (const [reference, value] of Object.entries(containers)) {
    const spec = objectOf(value)
    known.set(reference, {
      source: textOf(spec['source']) ?? reference,
      digest: textOf(spec['digest']) ?? '',
      imageId: textOf(spec['image_id']) ?? '',
      listDigest: textOf(spec['list_digest']) ?? '',
      tlsVerify: typeof spec['tls_verify'] === 'boolean' ? spec['tls_verify'] : null,
    })
  }
  return known
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function objectOf(value: unknown): Json {
  return isObject(value) ? value : {}
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}

function wrong(key: string, expected: string, found: unknown): SealscopeError {
  const text = JSON.stringify(found)?.slice(0, 60) ?? 'nothing'
  return new SealscopeError({ code: 'request', what: 'the request cannot be read', where: { key }, expected, found: text }) // prettier-ignore
}
