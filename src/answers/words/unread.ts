import type { ImageFacts, UnreadLayer } from '../../contract/facts'

/** `layer 2 of 3 could not be read, 3 of 100000 bytes came: …`, layers counted from 1 as people count. */
export function unreadWords(unread: UnreadLayer, count: number): string {
  const { layer, bytesRead, size, message } = unread
  const came = bytesRead === 0 ? '' : `, ${bytesRead} of ${size} bytes came`
  return `layer ${layer + 1} of ${count} could not be read${came}: ${message}`
}

/** The headline of facts without a verdict. */
export function notChecked({ evidence, image }: Pick<ImageFacts, 'evidence' | 'image'>): string {
  const [first, ...others] = evidence.unread
  if (first === undefined) return 'Not checked'
  const more = others.length === 0 ? '' : ` (and ${others.length} more)`
  return `Not checked: ${unreadWords(first, image?.layers.length ?? 0)}${more}`
}
