import type { LoginWay, SystemRecord } from '../../contract/facts'
import { display, type ContentReader } from '../../image/tree/reader'
import { directoryAt } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import { sortedEntries } from '../../image/tree/walk'
import { readAccounts } from './accounts'
import { nodeAt, textOf } from './look-up'

/** Most paths that are kept, and their bytes together. */
const MOST_PATHS = 20_000
const MOST_BYTES = 1_500_000

/** What of the directories below a path is kept. */
interface Area {
  path: string
  /** Levels below the path. */
  depth: number
  /** Directories and links only. */
  foldersOnly?: boolean
  /** Names that are kept; absent: all. */
  names?: RegExp
}

/** Programs that the snippets of advice run, or that show how an image is kept. */
const PROGRAMS =
  /^(dnf5?|microdnf|rpm-ostree|rpm|apt-get|zypper|pacman|apk|systemctl|useradd|groupadd|usermod|firewall-offline-cmd|update-ca-trust|update-ca-certificates|update-crypto-policies|fips-mode-setup|oscap-im|subscription-manager|chronyd|sshd|cloud-init|podman|bootc|localectl|ukify|bootctl|systemd-sysusers|systemd-tmpfiles|anaconda|setfiles|bash|sh|dash|zsh|fish|tcsh|ksh|nologin|false)$/

const AREAS: readonly Area[] = [
  { path: 'etc', depth: 3 },
  { path: 'etc', depth: 12, foldersOnly: true },
  { path: 'etc/pki/ca-trust/source/anchors', depth: 1 },
  { path: 'var', depth: 6, foldersOnly: true },
  { path: 'boot', depth: 2, foldersOnly: true },
  { path: 'usr', depth: 2, foldersOnly: true },
  { path: 'usr/bin', depth: 1, names: PROGRAMS },
  { path: 'usr/sbin', depth: 1, names: PROGRAMS },
  { path: 'usr/lib/systemd/system', depth: 2 },
  { path: 'usr/lib/systemd/system-preset', depth: 1 },
  { path: 'usr/lib/systemd/system-generators', depth: 1 },
  { path: 'usr/lib/sysusers.d', depth: 1 },
  { path: 'usr/lib/tmpfiles.d', depth: 1 },
  { path: 'usr/lib/firewalld/services', depth: 1 },
  { path: 'usr/share/zoneinfo', depth: 3, names: /^(?!posix$|right$)/ },
  { path: 'usr/lib/locale', depth: 1 },
  { path: 'usr/lib/kbd/keymaps', depth: 6 },
  { path: 'usr/share/kbd/keymaps', depth: 6 },
  { path: 'usr/share/keymaps', depth: 6 },
  { path: 'usr/libexec/anaconda', depth: 1 },
  { path: 'usr/share/anaconda', depth: 1 },
]

/** Collects what plans ask of a tree. Where bootc or systemd would stop, nothing is thrown here. */
export function readSystem(
  root: Directory,
  reader: ContentReader,
  initrdModules: readonly string[],
): SystemRecord {
  const { users, groups } = readAccounts(root, reader)
  const { paths, complete } = pathsOf(root)
  return { users, groups, loginWays: loginWays(root, reader, initrdModules), paths, complete }
}

function pathsOf(root: Directory): Pick<SystemRecord, 'paths' | 'complete'> {
  const found = new Map<string, string>()
  let bytes = 0
  const keep = (path: string, node: Node): boolean => {
    if (found.has(path)) return true
    const line = lineOf(path, node)
    bytes += line.length
    if (found.size >= MOST_PATHS || bytes > MOST_BYTES) return false
    found.set(path, line)
    return true
  }
  let complete = true
  for (const [name, node] of sortedEntries(root)) complete = keep(name, node) && complete
  for (const area of AREAS) {
    const folder = directoryAt(root, area.path)
    if (folder !== null) complete = keepBelow(folder, area, keep) && complete
  }
  return {
    paths: [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line),
    complete,
  }
}

/** False when something was left out. */
function keepBelow(
  top: Directory,
  { path, depth, foldersOnly = false, names }: Area,
  keep: (path: string, node: Node) => boolean,
): boolean {
  const stack: { folder: Directory; path: string; left: number }[] = [
    { folder: top, path, left: depth },
  ]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    for (const [name, node] of next.folder.entries) {
      if (foldersOnly && node.kind !== 'dir' && node.kind !== 'symlink') continue
      if (names?.test(name) === false) continue
      const below = `${next.path}/${name}`
      if (!keep(below, node)) return false
      if (node.kind === 'dir' && next.left > 1) {
        stack.push({ folder: node, path: below, left: next.left - 1 })
      }
    }
  }
  return true
}

function lineOf(path: string, node: Node): string {
  if (node.kind === 'dir') return `${display(path)}/`
  return node.kind === 'symlink' ? `${display(path)} -> ${display(node.target)}` : display(path)
}

/** A unit or program that lets somebody in although no account of the image can. */
const WAYS: readonly (readonly [LoginWay, string])[] = [
  ['cloud-init', 'usr/bin/cloud-init'],
  ['cloud-init', 'usr/lib/systemd/system/cloud-init.service'],
  ['cloud-init', 'usr/lib/systemd/system/cloud-init-main.service'],
  ['afterburn', 'usr/lib/systemd/system/afterburn-sshkeys@.service'],
  ['first-boot-setup', 'usr/lib/systemd/system/initial-setup.service'],
  ['first-boot-setup', 'usr/lib/systemd/system/systemd-homed-firstboot.service'],
  ['first-boot-setup', 'usr/libexec/gnome-initial-setup'],
  ['first-boot-setup', 'usr/bin/plasma-setup'],
  ['first-boot-setup', 'usr/libexec/plasma-setup'],
  ['directory-service', 'etc/sssd/sssd.conf'],
  ['directory-service', 'etc/krb5.keytab'],
]

/** Credentials that systemd reads from the image itself (systemd.system-credentials(7)). */
const STORES = ['etc/credstore', 'etc/credstore.encrypted', 'usr/lib/credstore', 'usr/lib/credstore.encrypted'] // prettier-ignore
const LOGIN_CREDENTIAL = /^(passwd\.(hashed|plaintext)-password\.|ssh\.authorized_keys\.|home\.create\.|userdb\.)/ // prettier-ignore

function loginWays(
  root: Directory,
  reader: ContentReader,
  initrdModules: readonly string[],
): SystemRecord['loginWays'] {
  const found: SystemRecord['loginWays'] = []
  for (const [id, path] of WAYS) {
    if (!found.some((way) => way.id === id) && nodeAt(root, path) !== undefined) {
      found.push({ id, path })
    }
  }
  if (initrdModules.includes('ignition')) found.push({ id: 'ignition', path: 'the initramfs' })
  for (const store of STORES) {
    const folder = nodeAt(root, store)
    if (folder?.kind !== 'dir') continue
    const name = sortedEntries(folder).find(([each]) => LOGIN_CREDENTIAL.test(each))?.[0]
    if (name !== undefined) found.push({ id: 'credential', path: `${store}/${display(name)}` })
  }
  const login = autologin(root, reader)
  if (login !== null) found.push({ id: 'autologin', path: login })
  return found
}

/** A getty that logs somebody in by itself (agetty(8) --autologin). */
function autologin(root: Directory, reader: ContentReader): string | null {
  for (const base of ['etc/systemd/system', 'usr/lib/systemd/system']) {
    const folder = nodeAt(root, base)
    if (folder?.kind !== 'dir') continue
    for (const [name, node] of sortedEntries(folder)) {
      if (node.kind !== 'dir' || !/^(serial-)?getty@.*\.service\.d$/.test(name)) continue
      for (const [file, leaf] of sortedEntries(node)) {
        if (leaf.kind !== 'file' || !file.endsWith('.conf')) continue
        if (/^ExecStart=.*--autologin\b/m.test(textOf(leaf, reader))) {
          return `${base}/${display(name)}/${display(file)}`
        }
      }
    }
  }
  return null
}
