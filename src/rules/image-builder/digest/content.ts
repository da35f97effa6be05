import { hexDigest } from '../../../base/hash/digests'

/** Content of a file as the manifest's inline source needs it. */
export interface InlineContent {
  sha256: string
  base64: string
}

/**
 * Contents seen before: a plan makes one manifest for each customization, mostly with the same
 * files. Forgotten as a whole when 16 Mi characters are reached.
 */
const seen = new Map<string, InlineContent>()
const MOST_CHARACTERS = 1 << 24
let characters = 0

export function inlineContent(text: string): InlineContent {
  const known = seen.get(text)
  if (known !== undefined) return known
  const bytes = new TextEncoder().encode(text)
  const content = { sha256: hexDigest('sha256', bytes), base64: encodeBase64(bytes) }
  if (characters + text.length > MOST_CHARACTERS) {
    seen.clear()
    characters = 0
  }
  characters += text.length
  seen.set(text, content)
  return content
}

/** SHA-256 of a text's UTF-8 bytes in lower-case hex. */
export function sha256OfText(text: string): string {
  return hexDigest('sha256', new TextEncoder().encode(text))
}

function encodeBase64(bytes: Uint8Array): string {
  let binary = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return btoa(binary)
}
