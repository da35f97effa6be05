import { paxRecord } from '../../src/image/layers/testing/layers'

/** An entry of a hostile tar; what it lacks is as small as it can be. */
export interface Item {
  path: string
  type?: '0' | '1' | '2' | '3' | '4' | '5' | '6'
  link?: string
  content?: Uint8Array
  /** Written as a PAX header before the entry; a text is taken as it is. */
  pax?: Record<string, string> | string
  /** What the header claims instead of the content's length. */
  size?: number
}

const BLOCK = 512
const FLUSH = 1 << 20
/** Every field but name, type, link, size and checksum. */
const TEMPLATE = (() => {
  const block = Buffer.alloc(BLOCK)
  block.write(
    '0000644\u00000000000\u00000000000\u000000000000000\u000014524716200\u0000        0',
    100,
  )
  block.write('ustar\u000000', 257)
  return block
})()
const TEMPLATE_SUM = TEMPLATE.reduce((sum, byte) => sum + byte, 0)

/** A tar in chunks of about a megabyte, however many entries there are. */
export function* tarChunks(items: Iterable<Item>): Generator<Buffer> {
  let parts: Buffer[] = []
  let size = 0
  for (const item of items) {
    for (const part of blocksOf(item)) {
      parts.push(part)
      size += part.length
    }
    if (size < FLUSH) continue
    yield Buffer.concat(parts)
    parts = []
    size = 0
  }
  parts.push(Buffer.alloc(2 * BLOCK))
  yield Buffer.concat(parts)
}

function* blocksOf(item: Item): Generator<Buffer> {
  const { path, type = '0', link = '', content } = item
  const pax = recordsOf(item)
  if (pax !== '') {
    const bytes = Buffer.from(pax, 'latin1')
    yield header('PaxHeaders/x', 'x', '', bytes.length)
    yield* padded(bytes)
  }
  yield header(path, type, link, item.size ?? content?.length ?? 0)
  if (content !== undefined) yield* padded(content)
}

function recordsOf({ path, link = '', pax }: Item): string {
  if (typeof pax === 'string') return pax
  const records = { ...pax }
  if (path.length > 100) records['path'] ??= path
  if (link.length > 100) records['linkpath'] ??= link
  return Object.entries(records)
    .map(([key, value]) => paxRecord(key, value))
    .join('')
}

function header(path: string, type: string, link: string, size: number): Buffer {
  const block = Buffer.from(TEMPLATE)
  block.write(path.slice(0, 100), 0, 'latin1')
  block.write(type, 156)
  block.write(link.slice(0, 100), 157, 'latin1')
  block.write(size.toString(8).padStart(11, '0'), 124)
  let sum = TEMPLATE_SUM
  for (let at = 0; at < 100; at++) sum += (block[at] ?? 0) + (block[157 + at] ?? 0)
  for (let at = 124; at < 136; at++) sum += (block[at] ?? 0) - (TEMPLATE[at] ?? 0)
  sum += (block[156] ?? 0) - (TEMPLATE[156] ?? 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

function* padded(bytes: Uint8Array): Generator<Buffer> {
  yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const rest = (BLOCK - (bytes.length % BLOCK)) % BLOCK
  if (rest > 0) yield Buffer.alloc(rest)
}
