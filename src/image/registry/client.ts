import { SealscopeError } from '../../base/error'
import type { Platform } from '../../contract/facts'
import { openImage, readAll, type BlobStore, type OpenedImage } from '../../formats/oci/image'
import {
  INDEX_TYPES,
  MANIFEST_LIMIT,
  MANIFEST_TYPES,
  type Descriptor,
} from '../../formats/oci/manifest'
import {
  registryOrigin,
  type FetchRegistry,
  type ImageReference,
} from '../../formats/oci/reference'
import { bodyOf, checkStatus, networkError, tooSlow } from './failure'
import { documentPace, layerPace, type Pace, pacedBody } from './pace'
import { backOff, PATIENCE, type Patience, patiently } from './patience'
import { findReferrers } from './referrers'
import { type OpenRange, resumingBody } from './resume'

const ACCEPTED = [...INDEX_TYPES, ...MANIFEST_TYPES]

/**
 * Opens an image of a registry (distribution-spec §Pull): the manifest by digest or tag, its raw
 * bytes hashed, then index, config and layers by digest. Bytes of another digest are asked for once more,
 * past every cache. Throws `network` errors for the registry's refusals, cut transfers and wrong bytes.
 */
export async function openRegistryImage(
  reference: ImageReference,
  platform: Platform | null,
  fetchRegistry: FetchRegistry,
  signal?: AbortSignal,
  patience: Patience = PATIENCE,
): Promise<OpenedImage> {
  const base = `${registryOrigin(reference.apiHost)}/v2/${reference.repository}`
  const askOnce = (
    path: string,
    accept: string,
    cancel: AbortSignal | undefined,
    { offset = 0, fresh = false, size }: { offset?: number; fresh?: boolean; size?: number } = {},
  ): Promise<Response> => {
    const isPart = offset > 0 || size !== undefined
    const last = size === undefined ? '' : offset + size - 1
    const range: Record<string, string> = isPart ? { Range: `bytes=${offset}-${last}` } : {}
    // RFC 9111 §5.2.1.4: caches on the way ask again.
    const past: Record<string, string> = fresh ? { 'Cache-Control': 'no-cache' } : {}
    const headers = { Accept: accept, ...range, ...past }
    return fetchRegistry(`${base}/${path}`, { headers, signal: cancel })
  }
  const get = async (...question: Parameters<typeof askOnce>): Promise<Response> => {
    const [path, , cancel] = question
    const response = await patiently(() => askOnce(...question), cancel, patience)
    await checkStatus(response, reference, path)
    return response
  }
  const named = reference.digest ?? reference.tag ?? 'latest'
  const read = async (fresh: boolean, tries = 0): ReturnType<typeof readManifest> => {
    const response = await get(`manifests/${named}`, ACCEPTED.join(', '), signal, { fresh })
    try {
      return await readManifest(response, reference, documentPace(patience.time))
    } catch (thrown) {
      if (!isCut(thrown) || tries >= patience.retries) throw thrown
      await patience.wait(backOff(tries, patience), signal)
      return read(fresh, tries + 1)
    }
  }
  const first = await read(false)
  const { start, bytes } = isAsked(first.start, reference) ? first : await read(true)
  if (!isAsked(start, reference)) {
    throw networkError(
      'manifest-digest',
      'the registry sent a manifest of another digest',
      reference,
      {
        expected: reference.digest ?? '',
        found: start.digest,
      },
    )
  }
  const store: BlobStore = {
    remote: true,
    async open(descriptor, cancel = signal, fresh = false) {
      if (descriptor.digest === start.digest) return new Blob([bytes]).stream()
      const isManifest = ACCEPTED.includes(descriptor.mediaType)
      const path = `${isManifest ? 'manifests' : 'blobs'}/${descriptor.digest}`
      const accept = isManifest ? ACCEPTED.join(', ') : '*/*'
      const open = (offset: number) => get(path, accept, cancel, { offset, fresh })
      const first = await open(0)
      return wholeBody(first, { descriptor, reference, signal: cancel, patience, open })
    },
  }
  store.readRange = async ({ digest }, offset, size, cancel = signal) => {
    const response = await get(`blobs/${digest}`, '*/*', cancel, { offset, size })
    const place = /^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1]
    if (response.status === 206 && place === String(offset)) {
      const late = (read: number) => tooSlow(digest, reference, layerPace(patience.time), read)
      return readAll(pacedBody(bodyOf(response), layerPace(patience.time), late), size)
    }
    await response.body?.cancel()
    throw networkError('registry-range', `${reference.host} gives no ranges`, reference)
  }
  const image = await openImage(store, start, platform)
  return {
    ...image,
    // asked once: an image is worth reading without them
    findReferrers: (cancel = signal) =>
      findReferrers({ ask: askOnce, store, reference, digest: image.manifest.digest }, cancel),
  }
}

function isAsked({ digest }: Descriptor, reference: ImageReference): boolean {
  return reference.digest === null || digest === reference.digest
}

async function readManifest(
  response: Response,
  reference: ImageReference,
  pace: Pace,
): Promise<{ start: Descriptor; bytes: Uint8Array<ArrayBuffer> }> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    const late = (read: number) => tooSlow('the manifest', reference, pace, read)
    bytes = await readAll(pacedBody(bodyOf(response), pace, late), MANIFEST_LIMIT)
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
  const mediaType = (response.headers.get('content-type') ?? '').split(';')[0]?.trim() ?? ''
  const size = bytes.length
  return { start: { mediaType, digest, size, annotations: {}, platform: null }, bytes }
}

async function digestOf(bytes: Uint8Array<ArrayBuffer>, long: boolean): Promise<string> {
  const hash = new Uint8Array(await crypto.subtle.digest(long ? 'SHA-512' : 'SHA-256', bytes))
  const hex = Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return `${long ? 'sha512' : 'sha256'}:${hex}`
}

function isCut(thrown: unknown): boolean {
  return thrown instanceof SealscopeError && thrown.code === 'registry-truncated'
}

interface BodyQuestion {
  descriptor: Descriptor
  reference: ImageReference
  signal: AbortSignal | undefined
  patience: Patience
  open: OpenRange
}

/** The body, held to the size in its descriptor. */
function wholeBody(
  response: Response,
  { descriptor, reference, signal, patience, open }: BodyQuestion,
): ReadableStream<Uint8Array> {
  const isDocument = descriptor.size <= MANIFEST_LIMIT && /json$/.test(descriptor.mediaType)
  const pace = isDocument ? documentPace(patience.time) : layerPace(patience.time)
  const late = (read: number) => tooSlow(descriptor.digest, reference, pace, read)
  return resumingBody(response, open, {
    size: descriptor.size,
    signal,
    patience,
    body: (answer) => pacedBody(bodyOf(answer), pace, late),
    wrong: (code, what, read, cause) =>
      networkError(code, `${descriptor.digest} ${what}`, reference, {
        expected: `${descriptor.size} bytes`,
        found: `${read} bytes`,
        cause,
      }),
  })
}
