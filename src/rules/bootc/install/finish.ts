import { Refusal } from './refusal'
import { requirePrepared, rootOf, type InstallRun } from './run'
import { loadPolicy } from './selinux'
import type { VolumeNode } from './volume'

const REPOSITORY = 'composefs'

/**
 * bootc install.rs, after the boot setup: the repository is labelled as /usr, everything that has no label yet
 * by its own path (lsm.rs `relabel_recurse`, `ensure_dir_labeled_recurse`).
 */
export function relabel(run: InstallRun): void {
  if (requirePrepared(run).selinux !== 'on') return
  loadPolicy(run)
  const { volume } = rootOf(run)
  const { label } = run.image
  if (label === null) return
  const kindOf = (node: VolumeNode) => (node.type === 'other' ? 'file' : node.type)
  volume.rootLabel = label('/', 'dir')
  for (const [path, node] of volume.nodes) {
    const isRepository = path === REPOSITORY || path.startsWith(`${REPOSITORY}/`)
    if (isRepository) node.selinux = label(`/usr${path.slice(REPOSITORY.length)}`, kindOf(node))
    // A mount point is another file system.
    else if (node.selinux === null && !run.disk.mounts.has(`/${path}`)) node.selinux = label(`/${path}`, kindOf(node)) // prettier-ignore
  }
}

/** `finalize_filesystem`: root, and /boot where one was named or is mounted. */
export function finalize(run: InstallRun): void {
  if (run.skipFinalize || run.bootSpec === null) return
  const failed = (task: string, status: number) => {
    throw new Refusal(`Task ${task} boot failed: ExitStatus(unix_wait_status(${status}))`)
  }
  if (!rootOf(run).volume.isDirectory('boot')) failed('Trimming', 256)
  // mount(8) refuses what is no mount point with status 32.
  if (!run.disk.mounts.has('/boot')) failed('Finalizing filesystem', 8192)
}
