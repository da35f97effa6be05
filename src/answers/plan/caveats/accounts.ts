import type { Node } from '../../../formats/blueprint/node'
import type { Caveat } from '../../../contract/plan'
import { memberText, memberTexts, memberWord, valueAt } from '../values'
import { caveat, type CaveatContext, stopper } from './caveat'
import { keyProblem } from './ssh-key'

/**
 * What a user does not get, and where useradd or usermod stop the build (osbuild stages/org.osbuild.users
 * runs them inside the deployment; shadow useradd(8)).
 */
export function userCaveats(user: Node, context: CaveatContext): Caveat[] {
  const name = memberText(user, 'name') ?? ''
  if (name === '') return []
  return [
    ...nameCaveats(name),
    ...existingCaveats(user, name, context),
    ...groupCaveats(user, name, context),
    ...homeCaveats(user, name, context),
    ...shellCaveats(memberText(user, 'shell') ?? '', name, context),
    ...passwordCaveats(memberText(user, 'password') ?? '', name),
    ...keyCaveats(memberText(user, 'key') ?? ''),
  ]
}

/** An entry of `customizations.sshkey` makes a user that has nothing but the key. */
export function sshKeyCaveats(entry: Node, context: CaveatContext): Caveat[] {
  const name = memberText(entry, 'user') ?? ''
  if (name === '') return []
  return [
    ...nameCaveats(name),
    ...(context.family === 'installer' ? [] : homeCaveats(entry, name, context)),
    ...keyCaveats(memberText(entry, 'key') ?? ''),
  ]
}

export function groupItemCaveats(group: Node, { tree }: CaveatContext): Caveat[] {
  const name = memberText(group, 'name') ?? ''
  const gid = numberOf(memberWord(group, 'gid'))
  const known = tree.group(name)
  if (known !== null && gid !== null && known.gid !== null && known.gid !== gid) {
    const message = `the group ${name} exists already with the number ${known.gid} (${known.from}); groupadd --force leaves it as it is`
    return [caveat('group-exists', message, `use gid = ${known.gid}, or change the image`)]
  }
  const holder = gid === null ? null : tree.groupOfId(gid)
  if (known !== null || holder === null || holder.name === name) return []
  const message = `the number ${gid} belongs to the group ${holder.name} (${holder.from}); groupadd --force takes another one`
  return [caveat('gid-taken', message, 'choose a number that is free')]
}

function nameCaveats(name: string): Caveat[] {
  if (/^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}$/.test(name)) return []
  return [
    stopper('user-name', 'osbuild takes no such user name', 'use letters, digits, _, . and -'),
  ]
}

function existingCaveats(
  user: Node,
  name: string,
  { tree, items, family }: CaveatContext,
): Caveat[] {
  if (family === 'installer') return []
  const known = tree.user(name)
  const uid = numberOf(memberWord(user, 'uid'))
  if (known === null) {
    const made = items.some(
      ({ key, value }) => key === 'customizations.group' && memberText(value, 'name') === name,
    )
    const group = tree.group(name)
    if (memberWord(user, 'gid') !== null || (!made && group === null)) return uidTaken(uid, name)
    const where = made ? 'the blueprint makes it' : `the image has it (${group?.from ?? ''})`
    const message = `a group ${name} exists already (${where}): useradd stops, since it would make one of this name`
    const gid = group?.gid ?? null
    return [stopper('group-of-same-name', message, gid === null ? `leave out the group ${name}, or give the user a gid` : `gid = ${gid}`)] // prettier-ignore
  }
  if (known.from === 'etc/passwd' && uid !== null && known.uid !== null && uid !== known.uid) {
    const message = `${name} exists already with the number ${known.uid} (${known.from}); osbuild stops: it cannot set the uid of an existing user`
    return [stopper('uid-of-existing-user', message, 'leave out uid')]
  }
  if (known.from === 'etc/passwd') return []
  const message = `${name} is declared in ${known.from}, not in /etc/passwd: what useradd then makes of it is up to the image`
  return [caveat('user-elsewhere', message, `change ${known.from} in the image instead`)]

  function uidTaken(wanted: number | null, own: string): Caveat[] {
    const holder = wanted === null ? null : tree.userOfId(wanted)
    if (holder === null || holder.name === own) return []
    const text = `the number ${wanted} belongs to ${holder.name} (${holder.from}) already: both would own the same files`
    return [caveat('uid-taken', text, 'choose a number that is free')]
  }
}

function groupCaveats(user: Node, name: string, { tree, items, family }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  const own = new Set(
    items.flatMap(({ key, value }) =>
      key === 'customizations.group' ? [memberText(value, 'name') ?? ''] : [],
    ),
  )
  const wanted = memberTexts(user, 'groups').filter((group) => !own.has(group))
  const gid = numberOf(memberWord(user, 'gid'))
  const named = wanted.flatMap((group) => groupCaveat(group, name, { tree, family }))
  const madeIds = items.flatMap(({ key, value }) =>
    key === 'customizations.group' ? [numberOf(memberWord(value, 'gid'))] : [],
  )
  if (gid === null || tree.groupOfId(gid) !== null || madeIds.includes(gid)) return named
  const message = `no group of the image has the number ${gid} (etc/group, usr/lib/group): useradd stops the build`
  const fix = `add [[customizations.group]] with gid = ${gid}`
  return [...named, stopper('unknown-gid', message, fix)]
}

function groupCaveat(
  group: string,
  name: string,
  { tree, family }: Pick<CaveatContext, 'tree' | 'family'>,
): Caveat[] {
  const known = tree.group(group)
  const fix = `add [[customizations.group]] name = "${group}", or leave it out of the groups of ${name}`
  if (known === null) {
    if (family === 'installer') {
      return [caveat('unknown-group', `the installer's image has no group ${group}; whether the installed one has is not known`)] // prettier-ignore
    }
    const message = `the image has no group ${group} (etc/group, usr/lib/group, sysusers.d): useradd stops the build`
    return [stopper('unknown-group', message, fix)]
  }
  if (known.from.includes('sysusers.d')) {
    const message = `the group ${group} is made at the first boot only (${known.from}): useradd does not find it and stops the build`
    return [
      stopper('group-at-boot', message, `RUN systemd-sysusers in the Containerfile, or ${fix}`),
    ]
  }
  if (known.from === 'usr/lib/group') {
    const message = `the group ${group} is in usr/lib/group only, where useradd adds no members`
    return [
      caveat('group-elsewhere', message, `RUN grep '^${group}:' /usr/lib/group >> /etc/group`),
    ]
  }
  return []
}

/** image-builder#2596: without a home of its own, v79's user gets the deployment's path instead of /var/home. */
function homeCaveats(user: Node, name: string, context: CaveatContext): Caveat[] {
  const { tree, family, target } = context
  if (!tree.known || family === 'installer' || name === 'root') return []
  const home = memberText(user, 'home') ?? ''
  const known = tree.user(name)
  if (home === '') {
    if (known !== null || target !== '79') return []
    const { link } = tree.lookUp('/home')
    if (link === null) return []
    const message = `useradd follows the link ${link.path} -> ${link.target} out of the deployment: the home in /etc/passwd becomes /ostree/deploy/default/var/home/${name}, which is not there at the login (image-builder#2596)`
    return [caveat('home-in-deployment', message, `home = "/var/home/${name}"`)]
  }
  const { canonical, kind } = tree.lookUp(home)
  if (kind === 'file') return [stopper('home-is-a-file', `${home} is a file in the image`)]
  if (/^\/(var|etc|run|tmp)\//.test(canonical) || kind === 'unknown') return []
  const message = `${home} lies in the part of the system that is read-only and replaced by every update`
  return [caveat('home-read-only', message, `home = "/var/home/${name}"`)]
}

function shellCaveats(shell: string, name: string, { tree, family }: CaveatContext): Caveat[] {
  if (shell === '' || family === 'installer') return []
  const base = shell.split('/').at(-1) ?? ''
  const isListed = /^(bash|sh|dash|zsh|fish|tcsh|ksh|nologin|false)$/.test(base)
  const { canonical } = tree.lookUp(shell)
  const inPath = /^\/usr\/s?bin\/[^/]+$/.test(canonical)
  if (!tree.known || !isListed || !inPath || tree.has(canonical.slice(1))) return []
  const fix = `install ${base} in the image, or use /bin/bash`
  return [caveat('no-such-shell', `the image has no ${shell}: ${name} cannot log in`, fix)]
}

/** Prefixes that image-builder takes as hashes; everything else is hashed (pkg/crypt, PasswordIsCrypted). */
const TAKEN_AS_HASH = /^\$(2b|6|5)\$/

function passwordCaveats(password: string, name: string): Caveat[] {
  if (password === '' || TAKEN_AS_HASH.test(password)) return []
  const fix = 'openssl passwd -6, and put its result here'
  if (/^\$[0-9a-z]{1,3}\$/.test(password)) {
    const message = `image-builder does not know this kind of hash and hashes the text once more: the password of ${name} is then the hash itself`
    return [caveat('password-hash-as-text', message, fix)]
  }
  const message = `the password of ${name} stands in the blueprint in plain text; in the image its SHA-512-crypt hash can be read by everybody who has the image`
  return [caveat('plain-password', message, fix)]
}

function keyCaveats(key: string): Caveat[] {
  if (key.trim() === '') return []
  const problem = keyProblem(key)
  if (problem === null) return []
  const fix = 'one line as in ~/.ssh/id_ed25519.pub: type, base64, comment'
  return [caveat('ssh-key-unreadable', `sshd cannot read this key: ${problem}`, fix)]
}

/** Whether a user item gives a login: a password, or a key that sshd can read. */
export function givesLogin(value: Node): boolean {
  const password = memberText(value, 'password') ?? ''
  const key = memberText(value, 'key') ?? ''
  const shell = memberText(value, 'shell') ?? ''
  if (/\/(nologin|false)$/.test(shell)) return false
  const locked = /^[!*]/.test(password)
  const odd = /^\$[0-9a-z]{1,3}\$/.test(password) && !TAKEN_AS_HASH.test(password)
  return (password !== '' && !locked && !odd) || (key.trim() !== '' && keyProblem(key) === null)
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Number(text) : null
}

/** Names that the blueprint's users and groups bring. */
export function madeAccounts(items: CaveatContext['items']): {
  users: Set<string>
  groups: Set<string>
} {
  const users = new Set<string>()
  const groups = new Set<string>()
  for (const { key, value } of items) {
    const name = memberText(value, key === 'customizations.sshkey' ? 'user' : 'name')
    if (name === null) continue
    if (key === 'customizations.user' || key === 'customizations.sshkey') {
      users.add(name)
      if (valueAt(value, 'gid') === null) groups.add(name)
    }
    if (key === 'customizations.group') groups.add(name)
  }
  return { users, groups }
}
