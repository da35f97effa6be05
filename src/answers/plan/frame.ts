import { decodeCustomizations } from '../../formats/blueprint/decode'
import { documentOfValue } from '../../formats/blueprint/document'
import type { ImageFacts } from '../../contract/facts'
import { parseReference } from '../../formats/oci/reference'
import {
  type ContainerResolver,
  knownContainers,
  mockContainers,
} from '../../rules/image-builder/containers'
import { type Failure, ManifestFailure, refuse } from '../../base/go/failure'
import { embeddedWishesFrom } from '../../rules/image-builder/from-blueprint'
import type { OsInfo } from '../../rules/image-builder/os-info'
import { NO_OPTIONS } from '../../rules/image-builder/request'
import type { Wishes } from '../../rules/image-builder/wishes'
import { parseOptionSize, parseSeed, type PlanOptions } from './options'
import { embeddedFromText, type RequestFrame } from './request'

/**
 * Everything of a request that comes from the image and the options: what image-builder asks podman
 * and bootc for, and reads from the container's root (reference: `bootc.Info`, `osinfo.Info`). Where
 * image-builder would stop, or a fact is missing, `containerError` says so.
 */
export function frameFromFacts(facts: ImageFacts, options: PlanOptions): RequestFrame {
  const imgref = options.imgref ?? defaultImgref(facts)
  const embedded = embeddedOf(facts)
  const { image, installConfig } = facts
  const own = {
    source: imgref,
    digest: image?.manifestDigest ?? '',
    imageId: image?.configDigest ?? '',
    listDigest: '',
    tlsVerify: null,
  }
  const size = options.size === null ? null : parseOptionSize(options.size)
  return {
    target: options.target,
    imageType: options.type,
    seed: chosenSeed(facts, options),
    bootc: {
      imgref,
      arch: image?.platform.architecture ?? facts.arch ?? '',
      defaultRootFs: options.rootfs ?? installConfig?.filesystemRootType ?? '',
      size: BigInt(image?.storageSize ?? 0),
      unifiedKernel: facts.kernel?.unified ?? false,
      bootloader: options.bootloader ?? installConfig?.bootloader ?? null,
    },
    osInfo: osInfoOf(facts),
    embedded: embedded.wishes,
    containerError: missingFact(facts, options.type) ?? stopOf(facts) ?? embedded.error,
    build: null,
    options: {
      ...NO_OPTIONS,
      size: size?.ok === true ? size.value : 0n,
      installerPayloadRef: options.installerPayload ?? '',
    },
    containers: knownContainers(new Map([[imgref, own]]), payloadOf(options, imgref)),
  }
}

/**
 * The digests of what an installer installs are not known here: placeholders stand for them, and a manifest that has
 * them is not shown as one that image-builder writes.
 */
function payloadOf(
  { installerPayload }: PlanOptions,
  imgref: string,
): ContainerResolver | undefined {
  if (installerPayload === null || installerPayload === imgref) return undefined
  return mockContainers
}

/** Whether a manifest of this plan holds placeholders instead of digests. */
export function hasPlaceholders(options: { installerPayloadRef: string }, imgref: string): boolean {
  return options.installerPayloadRef !== '' && options.installerPayloadRef !== imgref
}

/**
 * The name that goes into a manifest when nobody gives one: the registry reference with host and tag, else
 * `localhost/NAME:latest` with the name of the folder, archive or sample.
 */
export function defaultImgref({ source }: Pick<ImageFacts, 'source'>): string {
  if (source.kind === 'registry') return fullName(source.ref)
  const base =
    source.ref
      .replace(/[\\/]+$/, '')
      .split(/[\\/]/)
      .pop() ?? ''
  const [file = '', tag = 'latest'] = base.split(':')
  const name = file
    .replace(/\.(tar(\.\w+)?|tgz|oci|json|efi)$/i, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  return `localhost/${name || 'image'}:${/^\w[\w.-]{0,127}$/.test(tag) ? tag : 'latest'}`
}

/** A reference with host and tag, however it was typed; saved facts may say what is none. */
export function fullName(ref: string): string {
  try {
    return parseReference(ref).text
  } catch {
    return ref.replace(/^docker:\/\//, '')
  }
}

/** The options without those that say what the image brings anyway. */
export function ownOptions(facts: ImageFacts, options: PlanOptions): PlanOptions {
  const { installConfig } = facts
  const other = (value: string | null, own: string | null) => (value === own ? null : value)
  return {
    ...options,
    rootfs: other(options.rootfs, installConfig?.filesystemRootType ?? null),
    bootloader: other(options.bootloader, installConfig?.bootloader ?? null),
    imgref: other(options.imgref, defaultImgref(facts)),
  }
}

/** The first 63 bits of the manifest digest: image-builder takes a random number. */
function defaultSeed(facts: ImageFacts): bigint {
  const hex = /^sha256:([0-9a-f]{16})/.exec(facts.image?.manifestDigest ?? '')?.[1]
  return hex === undefined ? 0n : BigInt(`0x${hex}`) >> 1n
}

/** That of the options, else the image's. */
function chosenSeed(facts: ImageFacts, { seed }: PlanOptions): bigint {
  const given = seed === null ? null : parseSeed(seed)
  return given?.ok === true ? given.value : defaultSeed(facts)
}

function osInfoOf(facts: ImageFacts): OsInfo | null {
  const { os, builder } = facts
  if (os === null) return null
  return {
    osRelease: {
      id: os.id ?? '',
      versionId: os.versionId ?? '',
      name: os.name ?? '',
      platformId: os.platformId ?? '',
      variantId: os.variantId ?? '',
      idLike: os.idLike,
    },
    uefiVendor: facts.uefiVendor ?? '',
    selinuxPolicy: facts.selinuxPolicy ?? '',
    kernelVersion: builder?.kernelVersion ?? null,
    initrdModules: facts.initrdModules ?? [],
    diskYaml: builder?.diskYaml ?? null,
    isoYaml: builder?.isoYaml ?? null,
    diskYamlPath: 'disk.yaml',
    isoYamlPath: 'iso.yaml',
  }
}

function embeddedOf({ builder }: ImageFacts): { wishes: Wishes | null; error: Failure | null } {
  try {
    const config = builder?.embeddedConfig ?? null
    const wishes =
      config === null
        ? embeddedOfValue(builder?.embeddedCustomizations ?? null)
        : embeddedFromText(config.text, config.format, config.path)
    return { wishes, error: null }
  } catch (thrown) {
    if (!(thrown instanceof ManifestFailure)) throw thrown
    return { wishes: null, error: thrown.toFailure() }
  }
}

/** Facts that were written without the file. */
function embeddedOfValue(value: unknown): Wishes | null {
  if (value === null) return null
  const { value: customizations, error } = decodeCustomizations(documentOfValue(value))
  if (error === null) return embeddedWishesFrom(customizations)
  throw refuse(`cannot decode the customizations in usr/lib/bootc-image-builder: ${error}`)
}

/** A fact without which nothing can be computed: facts of `--quick`, of a UKI or of a directory. */
function missingFact(facts: ImageFacts, type: string): Failure | null {
  const { image, builder } = facts
  const missing =
    (image === null && 'image') ||
    (image !== null && image.storageSize === null && 'image.storageSize') ||
    (builder === null && 'builder') ||
    (facts.installConfig === null && facts.errors.installConfig === null && 'installConfig') ||
    // the list of modules inside the initramfs decides about network boot only
    (type === 'pxe-tar-xz' &&
      (builder?.kernelVersion ?? null) !== null &&
      facts.initrdModules === null &&
      'initrdModules')
  if (missing === false) return null
  const hint =
    image === null
      ? 'A plan needs a container image: image-builder asks podman for its size and its digests.'
      : missing === 'initrdModules'
        ? 'The modules inside the initramfs could not be read.'
        : 'Read the whole image: facts of a quick look leave it out.'
  return { text: `the facts do not say ${missing}, which image-builder needs`, kind: 'limit', hint }
}

/** Where image-builder itself stops while it reads the container. */
function stopOf({ errors, builder, os }: ImageFacts): Failure | null {
  const refused = (text: string, hint: string | null): Failure => ({ text, kind: 'refused', hint })
  if (errors.import !== null) {
    return refused(`the image cannot be unpacked: ${errors.import}`, null)
  }
  const inspect = errors.kernel ?? errors.kargs
  if (inspect !== null) {
    return refused(`bootc container inspect fails in the container: ${inspect}`, null)
  }
  if (errors.installConfig !== null) {
    return refused(
      `bootc install print-configuration fails in the container: ${errors.installConfig}`,
      'Correct the file below usr/lib/bootc/install that is named.',
    )
  }
  const [first] = builder?.errors ?? []
  if (first !== undefined) return refused(first, null)
  if (os === null) {
    return refused(
      'failed to read os-release',
      'The image needs etc/os-release or usr/lib/os-release.',
    )
  }
  const missing = (['id', 'versionId', 'name'] as const).find((key) => os[key] === null)
  if (missing === undefined) return null
  const key = { id: 'ID', versionId: 'VERSION_ID', name: 'NAME' }[missing]
  return refused(`missing ${key} in os-release`, null)
}
