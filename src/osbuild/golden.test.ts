import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { knownContainers, mockContainers, type ResolvedContainer } from './containers'
import { generateManifest } from './generate'
import type { OsInfo } from './os-info'
import { NO_OPTIONS, type ManifestRequest } from './request'

interface GoldenRequest {
  name: string
  image_type: string
  effective_seed_text: string
  bootc: {
    imgref?: string
    arch?: string
    default_root_fs?: string
    size?: number
    unified_kernel?: boolean
    bootloader?: string | null
  }
  os_info?: {
    os_release?: Record<string, string | string[]>
    uefi_vendor?: string
    selinux_policy?: string
    kernel_version?: string
    initrd_modules?: string[]
    disk_yaml?: string
    iso_yaml?: string
  } | null
  build?: { imgref: string; arch: string; os_info?: { selinux_policy?: string } | null } | null
  options?: {
    size?: number
    bootc?: {
      installer_payload_ref?: string
      omit_default_kernel_args?: boolean
      use_remote_container_source?: boolean
    }
    subscription?: unknown
  }
  containers?: Record<
    string,
    {
      source?: string
      digest: string
      image_id: string
      list_digest?: string
      tls_verify?: boolean | null
    }
  >
}

interface GoldenResult {
  sha256: string | null
  error: string | null
  panic: string | null
  warnings: string[] | null
  exports: string[] | null
  filename: string | null
  mime_type: string | null
}

interface GoldenCase {
  request: GoldenRequest
  expected: Partial<Record<'79' | '0.274', GoldenResult>>
}

const cases = (
  JSON.parse(
    gunzipSync(
      readFileSync(new URL('./fixtures/plain-requests.json.gz', import.meta.url)),
    ).toString(),
  ) as GoldenCase[]
).filter(({ request }) => request.options?.subscription === undefined)

function requestOf(golden: GoldenRequest, target: '79' | '0.274'): ManifestRequest {
  const { bootc, build, options } = golden
  return {
    target,
    imageType: golden.image_type,
    seed: BigInt(golden.effective_seed_text),
    bootc: {
      imgref: bootc.imgref ?? '',
      arch: bootc.arch ?? '',
      defaultRootFs: bootc.default_root_fs ?? '',
      size: BigInt(bootc.size ?? 0),
      unifiedKernel: bootc.unified_kernel ?? false,
      bootloader: bootc.bootloader ?? null,
    },
    osInfo: osInfoOf(golden.os_info),
    build: build
      ? {
          imgref: build.imgref,
          arch: build.arch,
          selinuxPolicy: build.os_info ? (build.os_info.selinux_policy ?? '') : null,
        }
      : null,
    wishes: null,
    blueprintError: null,
    embedded: null,
    options: {
      ...NO_OPTIONS,
      size: BigInt(options?.size ?? 0),
      installerPayloadRef: options?.bootc?.installer_payload_ref ?? '',
      omitDefaultKernelArguments: options?.bootc?.omit_default_kernel_args ?? false,
      remoteContainers: options?.bootc?.use_remote_container_source ?? false,
    },
    containers: knownContainers(containersOf(golden), mockContainers),
  }
}

function osInfoOf(info: GoldenRequest['os_info']): OsInfo | null {
  if (!info) return null
  const release = info.os_release ?? {}
  const text = (key: string) => {
    const value = release[key]
    return typeof value === 'string' ? value : ''
  }
  return {
    osRelease: {
      id: text('id'),
      versionId: text('version_id'),
      name: text('name'),
      platformId: text('platform_id'),
      variantId: text('variant_id'),
      idLike: [],
    },
    uefiVendor: info.uefi_vendor ?? '',
    selinuxPolicy: info.selinux_policy ?? '',
    kernelVersion: info.kernel_version || null,
    initrdModules: info.initrd_modules ?? [],
    diskYaml: info.disk_yaml ?? null,
    isoYaml: info.iso_yaml ?? null,
    diskYamlPath: 'disk.yaml',
    isoYamlPath: 'iso.yaml',
  }
}

function containersOf(golden: GoldenRequest): Map<string, ResolvedContainer> {
  const entries = Object.entries(golden.containers ?? {}).map(([reference, spec]) => {
    const resolved: ResolvedContainer = {
      source: spec.source ?? reference,
      digest: spec.digest,
      imageId: spec.image_id,
      listDigest: spec.list_digest ?? '',
      tlsVerify: spec.tls_verify ?? null,
    }
    return [reference, resolved] as const
  })
  return new Map(entries)
}

/** The README inside pxe-tar-xz is a text of our own, so those manifests have another checksum. */
const OWN_TEXT = 'pxe-tar-xz'

for (const target of ['79', '0.274'] as const) {
  const known = cases.flatMap(({ request, expected }) => {
    const result = expected[target]
    return result === undefined ? [] : [[request.name, request, result] as const]
  })
  describe(`manifests without a blueprint, target ${target}`, () => {
    it.each(known)('%s', (_, request, expected) => {
      const result = generateManifest(requestOf(request, target))
      if (expected.error !== null || expected.panic !== null) {
        expect(result.manifest).toBeNull()
        expect(result.error).not.toBeNull()
        return
      }
      expect(result.error).toBeNull()
      if (request.image_type !== OWN_TEXT) expect(result.sha256()).toBe(expected.sha256)
      expect(result.warnings).toEqual(expected.warnings ?? [])
      expect(result.exports).toEqual(expected.exports)
      expect(result.filename).toBe(expected.filename)
      expect(result.mimeType).toBe(expected.mime_type)
    })
  })
}
