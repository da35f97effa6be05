import { trimEnd } from '../../../base/trim'
import type { Instead } from '../../../contract/plan'
import type { Node } from '../../../formats/blueprint/node'
import { systemdField } from '../../../base/escape'
import { memberText, memberTexts, memberWord } from '../values'
import { baked, credential, outside, type WayContext, writeFile } from './ways'

const NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,30}$/

/** A user through sysusers.d, credentials or cloud-init (sysusers.d(5), tmpfiles.d(5)). */
export function insteadOfUser(user: Node, context: WayContext): Instead[] {
  const name = memberText(user, 'name') ?? ''
  if (!NAME.test(name)) return []
  const lines = [...accountLines(user, name), ...groupLines(user, name)]
  // a user with a gid of their own has no group of their name
  const group = memberWord(user, 'gid') ?? name
  const homeLines = keyLines(name, homeOf(user, name), memberText(user, 'key'), group)
  const text = (of: readonly string[]) => `${of.join('\n')}\n`
  return [
    baked(
      `Declare ${name} in the image`,
      [
        ...writeFile(`/usr/lib/sysusers.d/60-${name}.conf`, text(lines)),
        ...writeFile(`/usr/lib/tmpfiles.d/60-${name}.conf`, text(homeLines)),
      ],
      context,
    ),
    ...(name === 'root' ? [] : [credential(`Make ${name} at boot`, 'sysusers.extra', text(lines))]),
    ...(homeLines.length > 1
      ? [credential(`Home and key of ${name}`, 'tmpfiles.extra', text(homeLines))]
      : []),
    ...passwordWay(user, name),
    ...cloudInit(user, name, context),
  ]
}

function accountLines(user: Node, name: string): string[] {
  if (name === 'root') return []
  const uid = memberWord(user, 'uid') ?? '-'
  const gid = memberWord(user, 'gid')
  const id = gid === null ? uid : `${uid}:${gid}`
  const description = memberText(user, 'description') ?? ''
  const shell = memberText(user, 'shell') || '/bin/bash'
  const fields = [
    systemdField(id),
    description === '' ? '-' : quoted(description),
    systemdField(homeOf(user, name)),
    systemdField(shell),
  ]
  return [`u ${name} ${fields.join(' ')}`]
}

/** GECOS may hold neither colons nor line breaks. */
function quoted(text: string): string {
  return systemdField(text.replace(/[:\n\r]/g, ' '))
}

function groupLines(user: Node, name: string): string[] {
  return memberTexts(user, 'groups')
    .filter((group) => NAME.test(group))
    .map((group) => `m ${name} ${group}`)
}

function homeOf(user: Node, name: string): string {
  const own = trimEnd(memberText(user, 'home') ?? '', '/')
  if (own !== '') return own.replace(/^\/home(?=\/)/, '/var/home')
  return name === 'root' ? '/var/roothome' : `/var/home/${name}`
}

/** tmpfiles.d lines for a home and the key in it. */
function keyLines(name: string, home: string, key: string | null, group: string = name): string[] {
  const lines = [`d ${systemdField(home)} 0700 ${name} ${group} -`]
  if (key === null || key === '') return lines
  const folder = `${home}/.ssh`
  return [
    ...lines,
    `d ${systemdField(folder)} 0700 ${name} ${group} -`,
    `f ${systemdField(`${folder}/authorized_keys`)} 0600 ${name} ${group} - ${argument(`${key.trim()}\n`)}`,
  ]
}

/** The last field of a tmpfiles.d line: C escapes are read, specifiers doubled. */
export function argument(text: string): string {
  const escaped = text
    .replaceAll('\\', '\\\\')
    .replaceAll('%', '%%')
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
  return escaped.startsWith(' ') ? `\\x20${escaped.slice(1)}` : escaped
}

function passwordWay(user: Node, name: string): Instead[] {
  const password = memberText(user, 'password')
  if (password === null || password === '') return []
  const hashed = /^\$(2b|6|5|y)\$/.test(password)
  const kind = hashed ? 'hashed-password' : 'plaintext-password'
  return [credential(`Password of ${name}`, `passwd.${kind}.${name}`, password)]
}

function cloudInit(user: Node, name: string, { tree }: WayContext): Instead[] {
  const ways = tree.record?.loginWays ?? []
  if (tree.known && !ways.some(({ id }) => id === 'cloud-init')) return []
  const key = memberText(user, 'key')
  const groups = memberTexts(user, 'groups')
  const entry = {
    name,
    ...(memberText(user, 'description') ? { gecos: memberText(user, 'description') } : {}),
    ...(groups.length === 0 ? {} : { groups }),
    ...(memberText(user, 'shell') ? { shell: memberText(user, 'shell') } : {}),
    ...(key ? { ssh_authorized_keys: [key] } : {}),
  }
  const title = tree.known ? 'User data for cloud-init' : 'User data for cloud-init, when the image has it' // prettier-ignore
  return [outside('user-data', title, ['#cloud-config', `users: [${JSON.stringify(entry)}]`])]
}

export function insteadOfGroup(group: Node, context: WayContext): Instead[] {
  const name = memberText(group, 'name') ?? ''
  if (!NAME.test(name)) return []
  const line = `g ${name} ${memberWord(group, 'gid') ?? '-'}\n`
  return [
    baked(
      `Declare the group ${name} in the image`,
      writeFile(`/usr/lib/sysusers.d/50-${name}.conf`, line),
      context,
    ),
    credential(`Make the group ${name} at boot`, 'sysusers.extra', line),
  ]
}

export function insteadOfKey(entry: Node, context: WayContext): Instead[] {
  const name = memberText(entry, 'user') ?? ''
  const key = memberText(entry, 'key')
  if (!NAME.test(name) || key === null || key === '') return []
  const home = name === 'root' ? '/var/roothome' : `/var/home/${name}`
  const lines = `${keyLines(name, home, key).join('\n')}\n`
  return [
    name === 'root'
      ? credential('Key of root', 'ssh.authorized_keys.root', `${key.trim()}\n`)
      : credential(`Key of ${name}`, 'tmpfiles.extra', lines),
    baked(
      `Put the key of ${name} into the image`,
      writeFile(`/usr/lib/tmpfiles.d/60-${name}-ssh.conf`, lines),
      context,
    ),
  ]
}
