/** One entry of a sample layer. Times are seconds since 1970, times of a fixed build day. */
export interface SampleEntry {
  path: string
  type: 'dir' | 'file' | 'symlink'
  mode?: number
  content?: Uint8Array | string
  target?: string
  mtime?: number
}

const BLOCK = 512
const FORMAT = { magic: 'ustar\u0000', version: '00' }

/** A ustar stream (POSIX.1-1988 header, PAX record for names over 100 bytes) of the entries. */
export function writeTar(entries: readonly SampleEntry[], mtime: number): Uint8Array {
  const blocks = entries.flatMap((entry) => entryBlocks(entry, entry.mtime ?? mtime))
  return concat([...blocks, new Uint8Array(2 * BLOCK)])
}

function entryBlocks(entry: SampleEntry, mtime: number): Uint8Array[] {
  const content = contentBytes(entry)
  const name = entry.type === 'dir' ? `${entry.path}/` : entry.path
  const blocks: Uint8Array[] = []
  if (name.length > 100) {
    const record = paxRecord('path', name)
    blocks.push(header('PaxHeaders/entry', 'x', 0o644, record.length, mtime, ''), padded(record))
  }
  const flag = { dir: '5', file: '0', symlink: '2' }[entry.type]
  const mode = entry.mode ?? { dir: 0o755, file: 0o644, symlink: 0o777 }[entry.type]
  blocks.push(header(name.slice(0, 100), flag, mode, content.length, mtime, entry.target ?? ''))
  blocks.push(padded(content))
  return blocks
}

function contentBytes(entry: SampleEntry): Uint8Array {
  if (entry.content === undefined) return new Uint8Array(0)
  return typeof entry.content === 'string' ? encode(entry.content) : entry.content
}

/** POSIX pax: `LENGTH KEY=VALUE\n`, where LENGTH counts itself. */
function paxRecord(key: string, value: string): Uint8Array {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length
  return encode(`${length}${rest}`)
}

function header(
  name: string,
  flag: string,
  mode: number,
  size: number,
  mtime: number,
  target: string,
): Uint8Array {
  const block = new Uint8Array(BLOCK)
  const put = (offset: number, text: string) => block.set(encode(text), offset)
  put(0, name)
  put(100, octal(mode, 7))
  put(108, octal(0, 7))
  put(116, octal(0, 7))
  put(124, octal(size, 11))
  put(136, octal(mtime, 11))
  put(148, '        ')
  put(156, flag)
  put(157, target)
  put(257, FORMAT.magic + FORMAT.version)
  put(265, 'root')
  put(297, 'root')
  const sum = block.reduce((total, byte) => total + byte, 0)
  put(148, `${octal(sum, 6)}\u0000 `)
  return block
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, '0')
}

function padded(content: Uint8Array): Uint8Array {
  const block = new Uint8Array(Math.ceil(content.length / BLOCK) * BLOCK)
  block.set(content)
  return block
}

export function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

export function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((total, part) => total + part.length, 0))
  let offset = 0
  for (const part of parts) {
    whole.set(part, offset)
    offset += part.length
  }
  return whole
}
