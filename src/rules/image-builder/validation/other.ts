import type { Customizations, UserCustomization } from '../../../formats/blueprint/model'
import { goQuote } from '../../../base/go/quote'

/** Duplicate names and ids (users_groups_customizations.go). */
export function groupsProblem({ group }: Customizations): string | null {
  const names = new Set<string>()
  const ids = new Set<bigint>()
  const problems: string[] = []
  for (const { name, gid } of group ?? []) {
    if (names.has(name)) problems.push(`duplicate group name: ${name}`)
    names.add(name)
    if (gid === null) continue
    if (ids.has(gid)) problems.push(`duplicate group ID: ${gid}`)
    ids.add(gid)
  }
  return problems.length === 0 ? null : `invalid group customizations:\n${problems.join('\n')}`
}

export function ignitionProblem({ ignition }: Customizations): string | null {
  const firstboot = ignition?.firstboot ?? null
  if (firstboot === null || !firstboot.empty || firstboot.url === '') return null
  return 'ignition.firstboot.url is mutually exclusive with ignition.firstboot.empty'
}

/** customizations.go, GetInstaller. */
export function installerProblem({ installer, user, group }: Customizations): string | null {
  if (installer === null) return null
  if ((installer.kickstart?.contents ?? '') !== '') {
    const refused = (key: string) =>
      `installer.${key} is not supported when adding custom kickstart contents`
    if (installer.unattended) return refused('unattended')
    if ((installer.sudoNopasswd ?? []).length > 0) return refused('sudo-nopasswd')
  }
  const accounts = (user?.length ?? 0) + (group?.length ?? 0)
  const disabled = installer.modules?.disable ?? []
  if (accounts === 0 || !disabled.includes('org.fedoraproject.Anaconda.Modules.Users')) return null
  return 'blueprint contains user or group customizations but disables the required Users Anaconda module'
}

/** kickstart.go, Validate. A `kickstart` object counts even when it is empty. */
export function kickstartProblem({
  installer,
  sshkey,
  user,
  group,
}: Customizations): string | null {
  const clash = (what: string) =>
    `kickstart ${what} not compatible with user-supplied kickstart content`
  if (installer !== null && installer.kickstart !== null) {
    if (installer.unattended) return clash('unattended options are')
    if ((installer.sudoNopasswd ?? []).length > 0) {
      return clash('sudo nopasswd drop-in file creation is')
    }
    if ([sshkey, user, group].some((list) => (list ?? []).length > 0)) {
      return clash('users and/or groups are')
    }
  }
  for (const each of user ?? []) {
    const refused = each.name === 'root' ? optionsBesidesKey(each) : []
    if (refused.length === 0) continue
    return `unsupported kickstart options for user "root": ${refused.join(', ')}`
  }
  return null
}

/** Keys of a user that are present, even when empty, and that a kickstart cannot set for root. */
function optionsBesidesKey(user: UserCustomization): string[] {
  const options: Record<string, unknown> = {
    expiredate: user.expireDate,
    force_password_reset: user.forcePasswordReset,
    gid: user.gid,
    groups: user.groups,
    home: user.home,
    shell: user.shell,
    uid: user.uid,
  }
  return Object.keys(options).filter((key) => options[key] !== null)
}

/** iso_customizations.go; an empty volume id fails, too. */
export function isoProblem({ iso }: Customizations): string | null {
  if (iso === null || /^[\w-]+$/.test(iso.volumeId)) return null
  return `invalid volume id ${goQuote(iso.volumeId)}, may contain letters, numbers, -, and _ only`
}
