import { SealscopeError } from '../../../base/error'

/** One element of a DER encoding (X.690 §8, §10): where it lies in `bytes`. */
export interface DerNode {
  bytes: Uint8Array
  /** The identifier octet; only tags below 31 are read. */
  tag: number
  /** First byte of the element, of its content, and behind it. */
  start: number
  contentStart: number
  end: number
}

export const DER_INTEGER = 0x02
export const DER_BIT_STRING = 0x03
export const DER_OCTET_STRING = 0x04
export const DER_OID = 0x06
export const DER_SEQUENCE = 0x30
export const DER_SET = 0x31
/** Context-specific constructed tag [n]. */
export const derContext = (number: number) => 0xa0 | number

/** Reads the element at `at`; it must end at `limit` or before. */
export function readDer(bytes: Uint8Array, at = 0, limit = bytes.length): DerNode {
  const tag = bytes[at]
  const first = bytes[at + 1]
  if (tag === undefined || first === undefined || at + 2 > limit) {
    throw broken(at, 'an element', 'the end')
  }
  if ((tag & 0x1f) === 0x1f) throw broken(at, 'a tag below 31', 'a longer one')
  let length = first
  let contentStart = at + 2
  if (first >= 0x80) {
    const count = first & 0x7f
    if (count === 0 || count > 4) throw broken(at, 'a definite length', `0x${first.toString(16)}`)
    length = 0
    for (let index = 0; index < count; index++) length = length * 256 + (bytes[contentStart++] ?? 0)
  }
  const end = contentStart + length
  if (end > limit) throw broken(at, `at most ${limit - contentStart} bytes`, String(length))
  return { bytes, tag, start: at, contentStart, end }
}

/** The elements within a constructed one. */
export function derChildren(node: DerNode): DerNode[] {
  const children: DerNode[] = []
  let at = node.contentStart
  while (at < node.end) {
    const child = readDer(node.bytes, at, node.end)
    children.push(child)
    at = child.end
  }
  return children
}

/** The node if it is there and has this tag, else an error that names it. */
export function expectDer(node: DerNode | undefined, tag: number, what: string): DerNode {
  if (node?.tag === tag) return node
  const found = node === undefined ? 'nothing' : `tag 0x${node.tag.toString(16)}`
  throw broken(node?.start ?? 0, `${what} (tag 0x${tag.toString(16)})`, found)
}

export function derContent(node: DerNode): Uint8Array {
  return node.bytes.subarray(node.contentStart, node.end)
}

/** Identifier, length and content. */
export function derWhole(node: DerNode): Uint8Array {
  return node.bytes.subarray(node.start, node.end)
}

/** `1.2.840.113549.1.7.2` (X.690 §8.19). */
export function derOid(node: DerNode): string {
  const parts: number[] = []
  let value = 0
  for (const byte of derContent(node)) {
    value = value * 128 + (byte & 0x7f)
    if (byte >= 0x80) continue
    parts.push(value)
    value = 0
  }
  const [first = 0, ...rest] = parts
  const root = Math.min(2, Math.floor(first / 40))
  return [root, first - 40 * root, ...rest].join('.')
}

/** An element of this tag around these bytes. */
export function encodeDer(tag: number, content: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let left = content.length; left > 0; left = Math.floor(left / 256))
    length.unshift(left % 256)
  const head = content.length < 128 ? [tag, content.length] : [tag, 0x80 | length.length, ...length]
  const all = new Uint8Array(head.length + content.length)
  all.set(head)
  all.set(content, head.length)
  return all
}

function broken(offset: number, expected: string, found: string): SealscopeError {
  const what = 'The DER encoding cannot be read'
  return new SealscopeError({ code: 'der', what, where: { offset }, expected, found })
}
