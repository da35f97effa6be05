import { SealscopeError } from '../bytes/error'
import type { Platform } from '../contract/facts'
import { openImage, readAll, type BlobStore, type OpenedImage } from '../oci/image'
import { INDEX_TYPES, MANIFEST_LIMIT, MANIFEST_TYPES, type Descriptor } from '../oci/manifest'
import { registryOrigin, type FetchRegistry, type ImageReference } from '../oci/reference'
import { checkStatus, networkError } from './failure'

const ACCEPTED = [...INDEX_TYPES, ...MANIFEST_TYPES]

/**
 * Opens an image of a registry (distribution-spec §Pull): the manifest by digest or tag, its raw
 * bytes hashed, then index, config and layers by digest. Throws `network` errors for the registry's
 * refusals and cut transfers, `input` errors for bytes that are not what their digest says.
 */
export async function openRegistryImage(
  reference: ImageReference,
  platform: Platform | null,
  fetchRegistry: FetchRegistry,
  signal?: AbortSignal,
): Promise<OpenedImage> {
  const base = `${registryOrigin(reference.apiHost)}/v2/${reference.repository}`
  const get = async (path: string, accept: string, cancel: AbortSignal | undefined) => {
    const response = await fetchRegistry(`${base}/${path}`, {
      headers: { Accept: accept },
      signal: cancel,
    })
    await checkStatus(response, reference, path)
    return response
  }
  const named = reference.digest ?? reference.tag ?? 'latest'
  const response = await get(`manifests/${named}`, ACCEPTED.join(', '), signal)
  const { start, bytes } = await readManifest(response, reference)
  const store: BlobStore = {
    async open(descriptor, cancel = signal) {
      if (descriptor.digest === start.digest) return new Blob([bytes]).stream()
      const isManifest = ACCEPTED.includes(descriptor.mediaType)
      const path = `${isManifest ? 'manifests' : 'blobs'}/${descriptor.digest}`
      const blob = await get(path, isManifest ? ACCEPTED.join(', ') : '*/*', cancel)
      return wholeBody(blob, descriptor, reference, cancel)
    },
  }
  return openImage(store, start, platform)
}

async function readManifest(
  response: Response,
  reference: ImageReference,
): Promise<{ start: Descriptor; bytes: Uint8Array<ArrayBuffer> }> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = await readAll(response.body ?? new Blob([]).stream(), MANIFEST_LIMIT)
  } catch (cause) {
    if (cause instanceof SealscopeError) throw cause
    throw networkError('registry-truncated', 'the manifest broke off', reference, { cause })
  }
  if (bytes.length > MANIFEST_LIMIT) {
    throw new SealscopeError({
      code: 'manifest-size',
      what: 'the manifest of the registry is too large',
      where: { source: reference.text },
      expected: `at most ${MANIFEST_LIMIT} bytes`,
    })
  }
  const digest = await digestOf(bytes, reference.digest?.startsWith('sha512:') ?? false)
  if (reference.digest !== null && digest !== reference.digest) {
    throw new SealscopeError({
      code: 'manifest-digest',
      what: 'the registry sent a manifest of another digest',
      where: { source: reference.text },
      expected: reference.digest,
      found: digest,
    })
  }
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  const size = bytes.length
  return { start: { mediaType, digest, size, annotations: {}, platform: null }, bytes }
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>, long: boolean): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest(long ? 'SHA-512' : 'SHA-256', bytes))
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${long ? 'sha512' : 'sha256'}:${hex}`
}

/** The body, held to the size in its descriptor: a cut transfer never looks like an end. */
function wholeBody(
  response: Response,
  descriptor: Descriptor,
  reference: ImageReference,
  signal: AbortSignal | undefined,
): ReadableStream<Uint8Array> {
  const reader = (response.body ?? new Blob([]).stream()).getReader()
  let size = 0
  const wrong = (code: string, what: string, cause?: unknown) =>
    networkError(code, `${descriptor.digest} ${what}`, reference, {
      expected: `${descriptor.size} bytes`,
      found: `${size} bytes`,
      cause,
    })
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const part = await reader.read().catch((cause: unknown) => {
        if (signal?.aborted === true || cause instanceof SealscopeError) throw cause
        throw wrong('registry-truncated', 'broke off while it was read', cause)
      })
      if (part.done) {
        if (size < descriptor.size) throw wrong('registry-truncated', 'ends too early')
        controller.close()
        return
      }
      size += part.value.length
      if (size > descriptor.size) {
        await reader.cancel()
        throw wrong('registry-size', 'is longer than its descriptor says')
      }
      controller.enqueue(part.value)
    },
    cancel: (reason) => reader.cancel(reason),
  })
}
