import { spawnSync } from 'node:child_process'
import type { ByteString } from '../../../base/byte-string'

/** Extended attributes by path below the root (`` is the root itself). */
export type XattrsByPath = ReadonlyMap<ByteString, ReadonlyMap<ByteString, ByteString>>

const OUTPUT_LIMIT = 1024 * 1024 * 1024

/** One line a path that has attributes: its hex, then `NAME=VALUE` pairs in hex. */
const PYTHON = `
import os, sys
root = os.fsencode(sys.argv[1])
def show(path):
    try:
        names = os.listxattr(path, follow_symlinks=False)
        pairs = [(os.fsencode(n), os.getxattr(path, n, follow_symlinks=False)) for n in names]
    except OSError:
        return
    if pairs:
        print(path[len(root):].hex() + ':', *(n.hex() + '=' + v.hex() for n, v in pairs))
show(root)
for folder, dirs, files in os.walk(root):
    for name in dirs + files:
        show(os.path.join(folder, name))
`

/**
 * The extended attributes of everything below a root. Node cannot read them, so getfattr(1) or Python
 * is asked; null when neither is there.
 */
export function readXattrs(root: string): XattrsByPath | null {
  const folder = root.replace(/\/+$/, '') || '/'
  const options = ['-R', '-P', '-h', '-d', '-m', '-', '-e', 'hex', '--absolute-names', '--', folder]
  const dump = run('getfattr', options)
  if (dump !== null) return parseGetfattr(dump, folder)
  const lines = run('python3', ['-I', '-c', PYTHON, folder])
  return lines === null ? null : parsePairs(lines)
}

/** What a program prints, in bytes; null when it is not there. Files that it cannot read are its own matter. */
function run(program: string, args: readonly string[]): string | null {
  const result = spawnSync(program, args, {
    encoding: 'latin1',
    maxBuffer: OUTPUT_LIMIT,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const started = result.error === undefined && result.status !== null && result.status < 126
  return started ? result.stdout : null
}

/** getfattr(1): `# file: PATH`, then `NAME=0xHEX` lines, then an empty line; `\ooo` escapes. */
export function parseGetfattr(text: ByteString, root: string): XattrsByPath {
  const prefix = Buffer.from(root).toString('latin1')
  const found = new Map<ByteString, Map<ByteString, ByteString>>()
  let current: Map<ByteString, ByteString> | null = null
  for (const line of text.split('\n')) {
    if (line.startsWith('# file: ')) {
      current = new Map()
      found.set(relative(unescapeOctal(line.slice(8)), prefix), current)
      continue
    }
    const equals = line.lastIndexOf('=')
    const value = line.slice(equals + 1)
    if (current === null || line === '') continue
    if (equals < 0) current.set(unescapeOctal(line), '')
    else current.set(unescapeOctal(line.slice(0, equals)), fromHex(value.replace(/^0x/, '')))
  }
  return found
}

export function parsePairs(text: string): XattrsByPath {
  const found = new Map<ByteString, Map<ByteString, ByteString>>()
  for (const line of text.split('\n')) {
    const [path, ...pairs] = line.split(' ')
    if (path === undefined || !path.endsWith(':')) continue
    const names = pairs.map((pair): [string, string] => {
      const [name = '', value = ''] = pair.split('=')
      return [fromHex(name), fromHex(value)]
    })
    found.set(fromHex(path.slice(0, -1)).replace(/^\/+/, ''), new Map(names))
  }
  return found
}

function relative(path: ByteString, root: ByteString): ByteString {
  return (path.startsWith(root) ? path.slice(root.length) : path).replace(/^\/+/, '')
}

function unescapeOctal(text: ByteString): ByteString {
  return text.replace(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCharCode(parseInt(octal, 8)),
  )
}

function fromHex(hex: string): ByteString {
  return Buffer.from(hex, 'hex').toString('latin1')
}
