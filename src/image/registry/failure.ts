import { SealscopeError } from '../../base/error'
import { readAll } from '../../formats/oci/image'
import { isObject } from '../../formats/oci/manifest'
import type { ImageReference } from '../../formats/oci/reference'
import { MESSAGE_PACE, pacedBody, type Pace } from './pace'

const MESSAGE_LIMIT = 16 * 1024

/** An error of kind `network` that names the image it is about. */
export function networkError(
  code: string,
  what: string,
  reference: ImageReference,
  more: { expected?: string; found?: string; cause?: unknown } = {},
): SealscopeError {
  return new SealscopeError({
    kind: 'network',
    code,
    what,
    where: { source: reference.text },
    ...more,
  })
}

/** The error for a body that comes in drops, or comes no further. */
export function tooSlow(
  what: string,
  reference: ImageReference,
  { time, bytes }: Pace,
  read: number,
): SealscopeError {
  const seconds = `${time / 1000} seconds`
  return networkError('registry-timeout', `${what} comes too slowly`, reference, {
    expected: Number.isFinite(bytes) ? `${bytes} bytes in ${seconds}` : `all of it in ${seconds}`,
    found: `${read} bytes`,
  })
}

export function bodyOf(response: Response): ReadableStream<Uint8Array> {
  return response.body ?? new Blob([]).stream()
}

/** Throws what a registry's refusal means (distribution-spec §"Error Codes"); 200 passes. */
export async function checkStatus(
  response: Response,
  reference: ImageReference,
  path: string,
): Promise<void> {
  const { status } = response
  if (status === 200 || status === 206) return
  const found = `status ${status}${await registryMessage(response)}`
  const { code, what } = meaning(response, reference, path)
  throw networkError(code, what, reference, { found })
}

function meaning(
  response: Response,
  reference: ImageReference,
  path: string,
): { code: string; what: string } {
  const { host } = reference
  switch (response.status) {
    case 401:
    case 403:
      return {
        code: 'registry-denied',
        what: `${host} does not give ${path} without a login, or there is no such repository`,
      }
    case 404:
      return { code: 'registry-not-found', what: `${host} has no ${path}` }
    case 429: {
      const wait = response.headers.get('retry-after')?.trim() ?? ''
      const when = /^\d{1,9}$/.test(wait) ? `${wait} seconds` : wait.slice(0, 40)
      const advice = when === '' ? '' : `, try again after ${when}`
      return { code: 'registry-limit', what: `${host} was asked too often${advice}` }
    }
    default:
      return { code: 'registry-status', what: `${host} did not answer with ${path}` }
  }
}

/** `, CODE: message` of the first error in the body; a body of any other form says nothing. */
async function registryMessage(response: Response): Promise<string> {
  try {
    const late = () => new Error('too slow')
    const bytes = await readAll(pacedBody(bodyOf(response), MESSAGE_PACE, late), MESSAGE_LIMIT)
    const json: unknown = JSON.parse(new TextDecoder().decode(bytes))
    const errors = isObject(json) && Array.isArray(json['errors']) ? json['errors'] : []
    const first: unknown = errors[0]
    if (!isObject(first)) return ''
    const parts = [first['code'], first['message']].filter((part) => typeof part === 'string')
    return parts.length === 0 ? '' : `, ${parts.join(': ').slice(0, 200)}`
  } catch {
    return ''
  }
}
