import { type ContentReader } from '../../image/tree/reader'
import { parseSysusersLine } from '../../rules/bootc/lint/sysusers'
import type { AccountRecord, GroupRecord } from '../../contract/facts'
import type { Directory } from '../../image/tree/node'
import { sortedEntries } from '../../image/tree/walk'
import { nodeAt, textOf } from './look-up'

/** Most accounts of each kind that are kept. */
const MOST = 2000

/** Accounts that the image declares: the tables of /etc win over those of /usr/lib, and both over sysusers.d. */
export function readAccounts(
  root: Directory,
  reader: ContentReader,
): { users: AccountRecord[]; groups: GroupRecord[] } {
  const users = new Map<string, AccountRecord>()
  const groups = new Map<string, GroupRecord>()
  const text = (path: string) => {
    const node = nodeAt(root, path)
    return node?.kind === 'file' ? textOf(node, reader) : ''
  }
  const passwords = usablePasswords(text('etc/shadow'))
  for (const from of ['etc/passwd', 'usr/lib/passwd']) {
    for (const fields of tableLines(text(from), 7)) addUser(users, fields, passwords, from)
  }
  for (const from of ['etc/group', 'usr/lib/group']) {
    for (const [name = '', , gid] of tableLines(text(from), 3)) {
      if (!groups.has(name)) groups.set(name, { name, gid: numberOf(gid), from })
    }
  }
  addSysusers(root, text, users, groups)
  addKeys(root, text, users)
  return { users: [...users.values()].slice(0, MOST), groups: [...groups.values()].slice(0, MOST) }
}

/** Lines of passwd(5), group(5) or shadow(5). */
function tableLines(text: string, least: number): string[][] {
  return text.split('\n').flatMap((line) => {
    const fields = line.trim().split(':')
    const valid = fields.length >= least && fields[0] !== '' && !/^[#+-]/.test(line)
    return valid ? [fields] : []
  })
}

/** shadow(5): an empty field lets in without a password; `!` and `*` let nobody in. */
function usablePasswords(text: string): Map<string, AccountRecord['login']> {
  return new Map(
    tableLines(text, 2).map(([name = '', hash = '']) => [name, loginOfHash(hash)] as const),
  )
}

function loginOfHash(hash: string): AccountRecord['login'] {
  if (hash === '') return ['empty-password']
  return /^[!*]/.test(hash) || hash === 'x' ? [] : ['password']
}

function addUser(
  users: Map<string, AccountRecord>,
  [name = '', hash = '', uid, gid, , home = '', shell = '']: readonly string[],
  passwords: ReadonlyMap<string, AccountRecord['login']>,
  from: string,
): void {
  if (users.has(name)) return
  const login = hash === 'x' ? (passwords.get(name) ?? []) : loginOfHash(hash)
  users.set(name, {
    name,
    uid: numberOf(uid),
    gid: numberOf(gid),
    home: home === '' ? null : home,
    shell: shell === '' ? null : shell,
    login: [...login],
    from,
  })
}

function numberOf(text: string | undefined): number | null {
  return text !== undefined && /^\d{1,10}$/.test(text) ? Number(text) : null
}

/** Files of sysusers.d: /etc hides /usr/lib file by file (sysusers.d(5)). */
function configFiles(root: Directory, kind: string): string[] {
  const files = new Map<string, string>()
  for (const base of [`usr/lib/${kind}`, `etc/${kind}`]) {
    const folder = nodeAt(root, base)
    if (folder?.kind !== 'dir') continue
    for (const [name] of sortedEntries(folder)) {
      if (name.endsWith('.conf')) files.set(name, `${base}/${name}`)
    }
  }
  return [...files].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, path]) => path)
}

function addSysusers(
  root: Directory,
  text: (path: string) => string,
  users: Map<string, AccountRecord>,
  groups: Map<string, GroupRecord>,
): void {
  for (const from of configFiles(root, 'sysusers.d')) {
    for (const line of text(from).split('\n')) {
      const trimmed = line.trim()
      if (trimmed === '' || trimmed.startsWith('#')) continue
      const entry = parseSysusersLine(trimmed)
      if (entry === null || entry === 'malformed') continue
      const { name } = entry
      const [, , id = '-', , home = '-', shell = '-'] = words(trimmed)
      const [uid, gid] = id.split(':')
      if (entry.kind === 'user' && !users.has(name)) {
        users.set(name, {
          name,
          uid: numberOf(uid),
          gid: numberOf(gid),
          home: home === '-' || home === '' ? '/' : home,
          shell: shell === '-' || shell === '' ? null : shell,
          login: [],
          from,
        })
      }
      if (!groups.has(name)) {
        groups.set(name, { name, gid: numberOf(entry.kind === 'group' ? id : uid), from })
      }
    }
  }
}

/** Blanks separate, quotes hold together (sysusers.d(5)). */
export function words(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|'[^']*'|[^\s"']+/g) ?? []).map((word) =>
    word.replace(/^(["'])(.*)\1$/s, '$2'),
  )
}

/** Keys that sshd finds in homes, or that tmpfiles.d puts there. */
function addKeys(
  root: Directory,
  text: (path: string) => string,
  users: Map<string, AccountRecord>,
): void {
  const declared = keysOfTmpfiles(root, text)
  for (const user of users.values()) {
    if (user.home === null) continue
    const homes = [user.home, ...(user.name === 'root' ? ['/root', '/var/roothome'] : [])]
    const files = [
      ...homes.map((home) => `${home}/.ssh/authorized_keys`),
      `/etc/ssh/authorized_keys.d/${user.name}`,
      `/usr/ssh/${user.name}.keys`,
    ]
    const has = files.some((path) => {
      const node = nodeAt(root, path)
      return (node?.kind === 'file' && node.content.size > 0) || declared.has(plainHome(path))
    })
    if (has) user.login.push('ssh-key')
  }
}

/** Paths of authorized_keys that a line with content makes (tmpfiles.d(5)). */
function keysOfTmpfiles(root: Directory, text: (path: string) => string): Set<string> {
  const found = new Set<string>()
  for (const path of configFiles(root, 'tmpfiles.d')) {
    for (const line of text(path).split('\n')) {
      const [type = '', target = '', , , , , argument = ''] = words(line)
      if (/^[fwC][+=^~!]*$/.test(type) && target.endsWith('/authorized_keys') && argument !== '') {
        found.add(plainHome(target))
      }
    }
  }
  return found
}

/** `/home` and `/root` are links to these on ordinary bootc systems. */
function plainHome(path: string): string {
  return path.replace(/^\/root(?=\/)/, '/var/roothome').replace(/^\/home(?=\/)/, '/var/home')
}
