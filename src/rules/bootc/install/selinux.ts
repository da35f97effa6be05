import { resolve } from '../../../image/tree/lookup'
import { imageText } from './image'
import { Refusal, within } from './refusal'
import type { InstallRun } from './run'

/** Signal 11. */
const CRASH = -11
const CRASH_LINE =
  "(bootc:$PID): GLib-GIO-CRITICAL **: $TIME: g_file_get_path: assertion 'G_IS_FILE (file)' failed"
/** The descriptor of the container's root as bootc happens to have it. */
const ROOT_FD = 12

/**
 * bootc install.rs `load_policy`, where the policy of the root is asked for (libostree 2026.4
 * ostree-sepolicy.c): SELINUX=enforcing or permissive, then the policy that SELINUXTYPE= names, whose compiled
 * file must be there. Without a SELINUXTYPE= at the beginning of a line libostree crashes.
 */
export function loadPolicy(run: InstallRun): void {
  within('Loading SELinux policy', () => {
    const config = imageText({ ...run.image, root: run.machine.image ?? run.image.root }, 'etc/selinux/config') ?? '' // prettier-ignore
    const lines = config.split('\n')
    const isEnabled = lines.some((line) => /^SELINUX=(enforcing|permissive)/i.test(line))
    if (!isEnabled) throw new Refusal('SELinux enabled, but no policy found in root')
    const type = lines.findLast((line) => line.startsWith('SELINUXTYPE='))?.slice('SELINUXTYPE='.length).trim() // prettier-ignore
    if (type === undefined) {
      throw new Refusal('libostree crashes', { exit: CRASH, lastLine: CRASH_LINE })
    }
    requireCompiled(run, type)
  })
}

function requireCompiled(run: InstallRun, type: string): void {
  const path = `etc/selinux/${type}/policy`
  const folder = resolve(run.machine.image ?? run.image.root, path, 'chroot')
  if (folder?.kind !== 'dir') {
    throw new Refusal(
      `While calculating SELinux checksum: opendir(/proc/self/fd/${ROOT_FD}/${path}): No such file or directory`,
    )
  }
  const compiled = [...folder.entries].some(
    ([name, node]) => node.kind === 'file' && name.startsWith('policy.'),
  )
  if (!compiled) {
    throw new Refusal('While calculating SELinux checksum: Could not find binary policy file')
  }
}
