import { directoryAt } from '../../image/tree/lookup'
import type { Directory, Leaf } from '../../image/tree/node'

/** What a tree has that could make two recipes differ. */
export interface TreeSurvey {
  userXattrs: boolean
  /** Attributes besides security.capability, user.* and labels. */
  otherXattrs: boolean
  hardLinks: boolean
  /** /boot or /sysroot have other nanoseconds than /usr, or /boot holds something for aboot. */
  keepNsecMatters: boolean
}

/** Looks once at every node of the merged root. */
export function surveyTree(root: Directory): TreeSurvey {
  const survey = {
    userXattrs: false,
    otherXattrs: false,
    hardLinks: false,
    keepNsecMatters: nsecMatters(root),
  }
  const seen = new Set<Leaf>()
  const stack = [root]
  for (let directory = stack.pop(); directory !== undefined; directory = stack.pop()) {
    lookAt(directory.stat.xattrs, survey)
    for (const child of directory.entries.values()) {
      if (child.kind === 'dir') {
        stack.push(child)
        continue
      }
      if (child.stat.xattrs.size > 0) lookAt(child.stat.xattrs, survey)
      if (seen.has(child)) survey.hardLinks = true
      seen.add(child)
    }
  }
  return survey
}

function lookAt(xattrs: ReadonlyMap<string, string>, survey: TreeSurvey): void {
  for (const name of xattrs.keys()) {
    if (name.startsWith('user.')) survey.userXattrs = true
    else if (name !== 'security.capability' && name !== 'security.selinux') {
      survey.otherXattrs = true
    }
  }
}

function nsecMatters(root: Directory): boolean {
  const nsec = (name: string) => directoryAt(root, name)?.stat.mtimeNsec
  const boot = directoryAt(root, 'boot')
  const aboot = [...(boot?.entries.keys() ?? [])].some((name) => /^(?:aboot|vbmeta)-/.test(name))
  return aboot || nsec('boot') !== nsec('usr') || nsec('sysroot') !== nsec('usr')
}
