import type { FileNeed } from '../../image/session/contents'
import { bytesOf, fileAt, filesIn } from '../../image/session/need'
import { directoryAt } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import { BOOT_ENTRY_FILE } from './boot-entries'
import { POLICY_FILE } from './selinux/policy'

/** Where they usually lie, to be kept as layers stream by. */
export const COMPOSEFS_FILES: readonly RegExp[] = [POLICY_FILE, BOOT_ENTRY_FILE]

/** What a digest depends on besides the tree: boot entries and the SELinux policy. */
export function composefsNeeds(root: Directory): FileNeed[] {
  const policies = directoryAt(root, 'etc/selinux')?.entries ?? new Map()
  const contexts = [...policies.keys()].flatMap((name) =>
    filesIn(root, `etc/selinux/${name}/contexts/files`, ''),
  )
  return bytesOf([
    ...filesIn(root, 'boot/loader/entries', '.conf'),
    ...fileAt(root, 'etc/selinux/config'),
    ...contexts,
  ])
}
