import { goQuote } from '../../../base/go/quote'

const HEX32 = /^[0-9a-fA-F]{32}$/
const DASHED = /^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/

/**
 * Why a text is no UUID, in the words of github.com/google/uuid `Parse`, which takes 36 characters,
 * `urn:uuid:` before them, braces around them, or 32 digits. Lengths are bytes.
 */
export function uuidProblem(text: string): string | null {
  const length = new TextEncoder().encode(text).length
  if (length === 32) return HEX32.test(text) ? null : 'invalid UUID format'
  if (length === 36) return dashedProblem(text)
  if (length === 38) return dashedProblem(text.slice(1))
  if (length === 45) {
    const prefix = text.slice(0, 9)
    if (prefix.toLowerCase() === 'urn:uuid:') return dashedProblem(text.slice(9))
    return `invalid urn prefix: ${goQuote(prefix)}`
  }
  return `invalid UUID length: ${length}`
}

/** What follows the 36 characters, such as a closing brace, is not looked at. */
function dashedProblem(text: string): string | null {
  return DASHED.test(text.slice(0, 36)) ? null : 'invalid UUID format'
}
