import { SealscopeError } from '../../base/error'

/** What PAX records change in the entry that follows (POSIX.1-2017 pax §"pax Extended Header"). */
export interface PaxOverrides {
  path?: string
  linkPath?: string
  size?: number
  uid?: number
  gid?: number
  mtimeSec?: number
  mtimeNsec?: number
  xattrs: Map<string, string>
  sparse: boolean
}

const XATTR = 'SCHILY.xattr.'
const DECIMAL = /^[0-9]+$/

/**
 * Parses the records of a PAX header, given as a byte string. The rules where tar programs differ are those of
 * tar-core, which composefs-rs uses: of two mtimes the seconds of the last and the fraction of the first count,
 * and LIBARCHIVE.xattr is not read.
 */
export function parsePax(text: string): PaxOverrides {
  const result: PaxOverrides = { xattrs: new Map(), sparse: false }
  for (const { key, value, offset } of paxRecords(text)) apply(result, key, value, offset)
  return result
}

/**
 * The records `LENGTH KEY=VALUE\n` of a PAX header (POSIX.1-2017 pax §"pax Extended Header"), given as a byte
 * string. The length alone says where a record ends: a value may hold line breaks, and what looks like records.
 */
export function* paxRecords(
  text: string,
): Generator<{ key: string; value: string; offset: number }> {
  let at = 0
  while (at < text.length) {
    const space = text.indexOf(' ', at)
    const length = space > at && space - at <= 10 ? digits(text.slice(at, space)) : null
    const end = length === null ? -1 : at + length
    const equals = space < 0 ? -1 : text.indexOf('=', space)
    if (
      end <= space ||
      end > text.length ||
      text[end - 1] !== '\n' ||
      equals < 0 ||
      equals >= end
    ) {
      throw malformed(at, 'a record LENGTH KEY=VALUE', text.slice(at, at + 40))
    }
    yield { key: text.slice(space + 1, equals), value: text.slice(equals + 1, end - 1), offset: at }
    at = end
  }
}

function apply(result: PaxOverrides, key: string, value: string, offset: number): void {
  if (!isUtf8(key)) throw malformed(offset, 'a key in UTF-8', key)
  if (key.startsWith(XATTR)) {
    result.xattrs.set(key.slice(XATTR.length), value)
  } else if (key === 'path') result.path = value
  else if (key === 'linkpath') result.linkPath = value
  else if (key === 'size') result.size = decimal(key, value, offset)
  else if (key === 'uid') result.uid = decimal(key, value, offset)
  else if (key === 'gid') result.gid = decimal(key, value, offset)
  else if (key === 'mtime') applyTime(result, value, offset)
  else if (key.startsWith('GNU.sparse.')) result.sparse = true
}

function applyTime(result: PaxOverrides, value: string, offset: number): void {
  const [seconds = '', fraction] = value.split(/\.(.*)/s)
  result.mtimeSec = decimal('mtime', seconds, offset)
  if (result.mtimeNsec !== undefined) return
  const nine = (fraction ?? '').slice(0, 9).padEnd(9, '0')
  result.mtimeNsec = digits(nine) ?? 0
}

function decimal(key: string, value: string, offset: number): number {
  const number = digits(value)
  if (number === null) throw malformed(offset, `a decimal ${key}`, value)
  return number
}

function digits(text: string): number | null {
  return DECIMAL.test(text) ? Number(text) : null
}

function isUtf8(text: string): boolean {
  const bytes = Uint8Array.from(text, (char) => char.charCodeAt(0))
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return true
  } catch {
    return false
  }
}

function malformed(offset: number, expected: string, found: string): SealscopeError {
  return new SealscopeError({
    code: 'tar-pax',
    what: `a PAX header cannot be read at its byte ${offset}`,
    expected,
    found: JSON.stringify(found.slice(0, 60)),
  })
}
