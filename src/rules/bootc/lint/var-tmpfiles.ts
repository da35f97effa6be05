import { SealscopeError } from '../../../base/error'
import type { ByteString } from '../../../base/byte-string'
import { resolve } from '../../../image/tree/lookup'
import type { Directory, Node } from '../../../image/tree/node'
import { entriesWithExtension, type ContentReader } from '../../../image/tree/reader'
import { sortedEntries } from '../../../image/tree/walk'
import { quotedPath } from './path-display'

const FOLDERS = ['usr/lib/tmpfiles.d', 'etc/tmpfiles.d']
/** Where names of users and groups are kept; the second of nss-altfiles. */
const ACCOUNTS = ['etc', 'usr/lib']

/** What is in /var and in no tmpfiles.d: lines that would make it, and files that no line makes. */
export interface MissingTmpfiles {
  lines: string[]
  unsupported: string[]
}

/**
 * The check `var-tmpfiles` as bootc runs it in a Containerfile, where the root is the running one (bootc
 * tmpfiles/lib.rs `find_missing_tmpfiles_current_root`). An owner without a name stands as its number, where bootc
 * stops.
 */
export function missingTmpfiles(root: Directory, reader: ContentReader): MissingTmpfiles {
  const folder = root.entries.get('var')
  const missing: MissingTmpfiles = { lines: [], unsupported: [] }
  if (folder?.kind !== 'dir') return missing
  const walk = {
    declared: declaredPaths(root, reader),
    users: names(root, reader, 'passwd'),
    groups: names(root, reader, 'group'),
  }
  const pending: [ByteString, Directory][] = [['/var', folder]]
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const [path, directory] = next
    const folders: [ByteString, Directory][] = []
    for (const [name, node] of sortedEntries(directory)) {
      const full = `${path}/${name}`
      if (walk.declared.get(directory)?.has(name) !== true) note(missing, full, node, walk)
      if (node.kind === 'dir') folders.push([full, node])
    }
    pending.push(...folders.reverse())
  }
  return { lines: missing.lines.sort(), unsupported: missing.unsupported }
}

interface Walk {
  /** Names that a line declares, by the directory in which they are. */
  declared: ReadonlyMap<Directory, ReadonlySet<ByteString>>
  users: ReadonlyMap<number, string>
  groups: ReadonlyMap<number, string>
}

function note(missing: MissingTmpfiles, path: ByteString, node: Node, walk: Walk): void {
  const { uid, gid, mode } = node.stat
  if (node.kind === 'dir') {
    const owner = `${walk.users.get(uid) ?? uid} ${walk.groups.get(gid) ?? gid}`
    missing.lines.push(`d ${escaped(path)} ${mode.toString(8).padStart(4, '0')} ${owner} - -`)
  } else if (node.kind === 'symlink') {
    missing.lines.push(`L ${escaped(path)} - - - - ${escaped(node.target)}`)
  } else missing.unsupported.push(quotedPath(path.slice(1)))
}

/** tmpfiles.d(5): C-style escapes; /var/run is /run. */
function escaped(path: ByteString): string {
  const plain =
    path === '/var/run' || path.startsWith('/var/run/') ? path.slice('/var'.length) : path
  return plain.replace(/[^!-[\]-~]/g, (char) => {
    const short = ({ '\\': '\\\\', '\n': '\\n', '\t': '\\t', '\r': '\\r' } as Record<string, string>)[char] // prettier-ignore
    return short ?? `\\x${char.charCodeAt(0).toString(16).padStart(2, '0')}`
  })
}

/** The paths of all lines, found where links on the way lead. */
function declaredPaths(root: Directory, reader: ContentReader): Map<Directory, Set<ByteString>> {
  const declared = new Map<Directory, Set<ByteString>>()
  for (const base of FOLDERS) {
    const folder = at(root, base)
    if (folder?.kind !== 'dir') continue
    for (const [name] of entriesWithExtension(folder, 'conf')) {
      const file = at(root, `${base}/${name}`)
      if (file?.kind !== 'file') continue
      for (const path of pathsOf(new TextDecoder('latin1').decode(reader.bytes(file)))) {
        const slash = path.lastIndexOf('/')
        const parent = at(root, path.slice(0, slash))
        if (parent?.kind !== 'dir') continue
        const known = declared.get(parent) ?? new Set()
        declared.set(parent, known.add(path.slice(slash + 1)))
      }
    }
  }
  return declared
}

/** The second field of each line, unquoted and unescaped. */
function pathsOf(text: string): ByteString[] {
  return text.split('\n').flatMap((line) => {
    const [, quoted, plain] = /^\s*[^\s#]\S*\s+(?:"((?:[^"\\]|\\.)*)"|(\S+))/.exec(line) ?? []
    const path = (quoted ?? plain ?? '').replace(/\\(x[0-9a-fA-F]{2}|.)/g, (_, code: string) => unescaped(code)) // prettier-ignore
    return path.startsWith('/') && path.length > 1 ? [path.replace(/\/+$/, '')] : []
  })
}

function unescaped(code: string): string {
  if (code.length === 3) return String.fromCharCode(Number.parseInt(code.slice(1), 16))
  return ({ n: '\n', t: '\t', r: '\r' } as Record<string, string>)[code] ?? code
}

function names(root: Directory, reader: ContentReader, database: string): Map<number, string> {
  const found = new Map<number, string>([[0, 'root']])
  for (const base of ACCOUNTS) {
    const file = at(root, `${base}/${database}`)
    if (file?.kind !== 'file') continue
    for (const line of new TextDecoder().decode(reader.bytes(file)).split('\n')) {
      const [name = '', , id = ''] = line.split(':')
      if (name !== '' && /^\d+$/.test(id) && !found.has(Number(id))) found.set(Number(id), name)
    }
  }
  return found
}

function at(root: Directory, path: ByteString): Node | undefined {
  try {
    return resolve(root, path, 'chroot')
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return undefined
    throw thrown
  }
}

/** Lines for sysusers.d(5) that declare these names as /etc/passwd and /etc/group have them. */
export function sysusersLines(
  root: Directory,
  reader: ContentReader,
  { users, groups }: { users: readonly string[]; groups: readonly string[] },
): string[] {
  const rows = (database: string) => {
    const file = at(root, `etc/${database}`)
    const text = file?.kind === 'file' ? new TextDecoder().decode(reader.bytes(file)) : ''
    return new Map(text.split('\n').map((line) => [line.split(':')[0] ?? '', line.split(':')]))
  }
  const [passwd, group] = [rows('passwd'), rows('group')]
  const quoted = (text: string) =>
    /^[\w/.-]+$/.test(text) ? text : `"${text.replace(/["\\]/g, '')}"`
  return [
    ...users.map((name) => {
      const [, , uid = '-', gid = '-', gecos = '', home = '', shell = ''] = passwd.get(name) ?? []
      const rest = [gecos, home, shell].map((field) => (field === '' ? '-' : quoted(field)))
      return `u ${name} ${uid}:${gid} ${rest.join(' ')}`
    }),
    ...groups.filter((name) => !users.includes(name)).map((name) => `g ${name} ${group.get(name)?.[2] ?? '-'}`), // prettier-ignore
  ]
}
