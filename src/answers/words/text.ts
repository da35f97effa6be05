import { plainLine } from '../../base/escape'

/**
 * Sentences carry code between back-ticks, as Markdown does; a face shows it in its own way. A value of an
 * image loses its back-ticks and control characters, so that it cannot end the code.
 */
export function code(value: string, most = 120): string {
  return `\`${plainLine(value.replaceAll('`', 'ˋ'), most)}\``
}

/** A value of an image outside of code: one line, without back-ticks. */
export function plain(value: string, most = 300): string {
  return plainLine(value.replaceAll('`', 'ˋ'), most)
}

/** Programs that are written in lower case, also where a sentence begins. */
const PROPER_NAME = /^(?:bootc|composefs|osbuild|image-builder|systemd|cfsctl|skopeo|podman)\b/

/** A sentence that begins with a capital and ends with a full stop. */
export function sentence(text: string): string {
  const [first = ''] = PROPER_NAME.test(text) ? '' : text
  const whole = first.toUpperCase() + text.slice(first.length)
  return /[.!?…:]$/.test(whole) ? whole : `${whole}.`
}

/** The same without marks for code: a title, plain text. */
export function unmarked(text: string): string {
  return text.replaceAll('`', '')
}

/** A digest as people tell it: its first twelve digits. */
export function shortDigest(digest: string): string {
  return digest.length <= 14 ? digest : `${digest.slice(0, 12)}…`
}

/** Long digests inside of another program's words are cut. */
export function shortened(text: string): string {
  return text.replace(/[0-9a-f]{64,128}/g, (digest) => `${digest.slice(0, 12)}…`)
}
