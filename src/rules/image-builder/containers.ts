import { sha256OfText } from './digest/content'
import { crash, ManifestFailure } from '../../base/go/failure'
import { goQuote } from '../../base/go/quote'
import type { JsonObject } from '../../base/go/json'

/** A container as image-builder found it (pkg/container.Spec). Digests are `sha256:…`. */
export interface ContainerSpec {
  /** Repository without tag and digest. */
  source: string
  digest: string
  /** Digest of the image configuration. */
  imageId: string
  /** Digest of the image index; empty: there is none. */
  listDigest: string
  /** The reference as typed. */
  localName: string
  tlsVerify: boolean | null
  /** Taken from the host's storage, not from the registry. */
  local: boolean
}

/** What a caller knows of a reference. */
export type ResolvedContainer = Omit<ContainerSpec, 'localName' | 'local'>
export type ContainerResolver = (reference: string) => ResolvedContainer

/** Digests made from the reference, as upstream's own tests do (manifestmock.ResolveContainers). */
export const mockContainers: ContainerResolver = (reference) => {
  const digest = (what: string) => `sha256:${sha256OfText(reference + reference + what)}`
  return {
    source: reference,
    digest: digest('digest'),
    imageId: digest('imageid'),
    listDigest: digest('list-digest'),
    tlsVerify: null,
  }
}

/** Resolves from a list; a reference that is not in it goes to `fallback` or is an error. */
export function knownContainers(
  known: ReadonlyMap<string, ResolvedContainer>,
  fallback?: ContainerResolver,
): ContainerResolver {
  return (reference) => {
    const found = known.get(reference) ?? fallback?.(reference)
    if (found !== undefined) return found
    throw new ManifestFailure(
      'limit',
      `container ${goQuote(reference)} cannot be resolved: its digests are not known`,
      'Give its digests under "containers" of the request, or ask for placeholder digests (--mock-containers).',
    )
  }
}

/** Input `images` of the stages that unpack a container. */
export function containerInput(spec: ContainerSpec): JsonObject {
  return {
    images: {
      type: spec.local ? 'org.osbuild.containers-storage' : 'org.osbuild.containers',
      origin: 'org.osbuild.source',
      references: { [spec.imageId]: { name: spec.localName } },
    },
  }
}

/** Upstream's digest check has no anchors: the pattern may stand anywhere (skopeoDigestPattern). */
export function checkDigest(text: string, what: string, reference: string): void {
  if (/sha256:[0-9a-f]{64}/.test(text)) return
  throw crash(
    `the ${what} of container ${goQuote(reference)} is ${goQuote(text)}, expected sha256:…`,
    'item has invalid image id',
  )
}
