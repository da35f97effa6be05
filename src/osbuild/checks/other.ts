import type { Customizations } from '../../blueprint/model'
import { goQuote } from '../../go/quote'

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

/** iso_customizations.go; an empty volume id fails, too. */
export function isoProblem({ iso }: Customizations): string | null {
  if (iso === null || /^[\w-]+$/.test(iso.volumeId)) return null
  return `invalid volume id ${goQuote(iso.volumeId)}, may contain letters, numbers, -, and _ only`
}
