import type { VerityAlgorithm } from '../../base/hash/hashing'
import { fromBytes, type ByteString } from '../../base/byte-string'
import type { Directory, Leaf, Node } from '../../image/tree/node'
import { countLinks, sortedNames } from '../../image/tree/walk'
import { deviceNumber } from './erofs/device'
import { MODE_BITS } from './erofs/inode'

/**
 * The composefs dumpfile of a tree (composefs-dump(5)), one line an entry, ended by a line break: for a
 * transformed tree the same bytes as `cfsctl oci dump`. With SHA-256 it is what `mkcomposefs
 * --from-file` reads (it knows no other hash). Needs the digests of that hash.
 */
export function* dumpLines(root: Directory, algorithm: VerityAlgorithm): Generator<string> {
  const links = countLinks(root)
  const first = new Map<Leaf, ByteString>()
  const stack: [ByteString, Node][] = [['/', root]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [path, node] = next
    if (node.kind === 'dir') {
      yield directoryLine(path, node)
      const prefix = path === '/' ? '/' : `${path}/`
      const names = sortedNames(node)
      for (let at = names.length - 1; at >= 0; at--) {
        const name = names[at] ?? ''
        const child = node.entries.get(name)
        if (child !== undefined) stack.push([prefix + name, child])
      }
      continue
    }
    const known = first.get(node)
    if (known !== undefined) {
      yield `${field(path)} 0 @120000 - - - - 0.0 ${field(known)} - -\n`
      continue
    }
    const nlink = links.get(node) ?? 1
    if (nlink > 1) first.set(node, path)
    yield leafLine(path, node, nlink, algorithm)
  }
}

function directoryLine(path: ByteString, node: Directory): string {
  let nlink = 2
  for (const child of node.entries.values()) if (child.kind === 'dir') nlink++
  return line(path, node, { nlink })
}

function leafLine(path: ByteString, node: Leaf, nlink: number, algorithm: VerityAlgorithm): string {
  switch (node.kind) {
    case 'symlink':
      return line(path, node, { nlink, size: node.target.length, payload: node.target })
    case 'char':
    case 'block':
      return line(path, node, { nlink, device: deviceNumber(node) })
    case 'file': {
      const { size, inline, verity } = node.content
      if (inline !== null) return line(path, node, { nlink, size, content: fromBytes(inline) })
      const digest = verity[algorithm] ?? '-'
      const payload = `${digest.slice(0, 2)}/${digest.slice(2)}`
      return line(path, node, { nlink, size, payload, digest })
    }
    default:
      return line(path, node, { nlink })
  }
}

interface Fields {
  nlink: number
  size?: number
  device?: number
  payload?: ByteString
  content?: ByteString
  digest?: string
}

function line(path: ByteString, node: Node, fields: Fields): string {
  const { stat } = node
  const mode = ((stat.mode & 0o7777) | MODE_BITS[node.kind]).toString(8)
  const { size = 0, nlink, device = 0, payload = '', content = '', digest = '-' } = fields
  let text = `${field(path)} ${size} ${mode} ${nlink} ${stat.uid} ${stat.gid} ${device} ${stat.mtimeSec}.${stat.mtimeNsec} ${field(payload)} ${field(content)} ${digest}`
  if (stat.xattrs.size > 0) {
    const xattrs = [...stat.xattrs].sort(([a], [b]) => (a < b ? -1 : 1))
    for (const [name, value] of xattrs) text += ` ${escapeXattr(name)}=${escapeXattr(value)}`
  }
  return `${text}\n`
}

/** A field: `-` for nothing, and a lone `-` escaped. */
function field(text: ByteString): string {
  if (text === '') return '-'
  return text === '-' ? '\\x2d' : escapeDump(text)
}

const NAMED: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
}

/** Escapes as in a dumpfile: `\\`, `\n`, `\r`, `\t`, and `\xHH` for all that is not printable. */
export function escapeDump(text: ByteString): string {
  return text.replace(/[^!-[\]-~]/g, (char) => NAMED[char] ?? hexEscape(char))
}

function escapeXattr(text: ByteString): string {
  return text.replace(/[^!-<>-[\]-~]/g, (char) => NAMED[char] ?? hexEscape(char))
}

function hexEscape(char: string): string {
  return `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
}
