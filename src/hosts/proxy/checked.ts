import { readAll } from '../../formats/oci/image'
import { networkFailure } from './hops'

/** Largest answer that is looked at whole before it is passed on, bytes: manifests, configs, small layers. */
const CHECKED_LIMIT = 1024 * 1024
/** Milliseconds within which such an answer must be there. */
const CHECKED_TIME = 60_000

export interface CheckedAnswer {
  body: ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> | null
  /** The bytes are those that the digest names: whoever keeps them keeps the right ones. */
  isRight: boolean
}

/**
 * Compares a small answer with the digest that was asked for; a long one is passed on unchecked. Bytes of
 * another digest are passed on, too (the page says what is wrong with them), but nobody may keep them.
 */
export async function checkAnswer(
  response: Response,
  digest: string | null,
  milliseconds = CHECKED_TIME,
): Promise<CheckedAnswer> {
  const { body } = response
  const length = Number(response.headers.get('content-length') ?? Number.NaN)
  if (digest === null || body === null || response.status !== 200 || !(length <= CHECKED_LIMIT)) {
    return { body, isRight: false }
  }
  const bytes = await inTime(readAll(body, length), milliseconds)
  return { body: bytes, isRight: (await digestOf(bytes, digest)) === digest }
}

async function inTime<T>(reading: Promise<T>, milliseconds: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<never>((_, reject) => {
    const what = `the answer did not come whole within ${milliseconds / 1000} seconds`
    timer = setTimeout(() => reject(networkFailure('registry-timeout', what)), milliseconds)
  })
  return Promise.race([reading, late]).finally(() => clearTimeout(timer))
}

/** The digest of bytes by the algorithm of another one. */
async function digestOf(bytes: Uint8Array<ArrayBuffer>, like: string): Promise<string> {
  const [name, algorithm] = like.startsWith('sha512:')
    ? (['sha512', 'SHA-512'] as const)
    : (['sha256', 'SHA-256'] as const)
  const hash = new Uint8Array(await crypto.subtle.digest(algorithm, bytes))
  return `${name}:${Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('')}`
}
