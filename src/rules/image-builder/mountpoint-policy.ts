import { refuse } from '../../base/go/failure'
import { cleanPath } from '../../base/go/path'
import { goQuote } from '../../base/go/quote'

/** `exact`: only this path; `tree`: and everything below; `deny`: neither. The longest path decides. */
export type PathRule = 'exact' | 'tree' | 'deny'

/** Mountpoints of `customizations.filesystem` (mountpointPolicy in bootc_imagetype.go). */
const MOUNTPOINTS: Record<string, PathRule> = {
  '/': 'exact',
  '/boot': 'exact',
  '/var': 'tree',
  '/var/home': 'deny',
  '/var/lock': 'deny',
  '/var/mail': 'deny',
  '/var/mnt': 'deny',
  '/var/roothome': 'deny',
  '/var/run': 'deny',
  '/var/srv': 'deny',
  '/var/usrlocal': 'deny',
}

/** With btrfs (mountpointMinimalPolicy). */
const BTRFS_MOUNTPOINTS: Record<string, PathRule> = { '/': 'exact', '/boot': 'exact' }

/** Refuses mountpoints that the policy does not allow, all at once. Source: checkMountpoints. */
export function checkMountpoints(mountpoints: readonly string[], defaultFs: string): void {
  const rules = defaultFs === 'btrfs' ? BTRFS_MOUNTPOINTS : MOUNTPOINTS
  const problems: string[] = []
  for (const mountpoint of mountpoints) {
    const problem = pathProblem(mountpoint, rules)
    if (problem !== null) problems.push(problem)
    if (mountpoint === '/var') problems.push('path "/var" is not allowed')
  }
  if (problems.length === 0) return
  throw refuse(
    `the following errors occurred while validating custom mountpoints:\n${problems.join('\n')}`,
    'Take a directory below /var, for example /var/data (not /var/home, /var/mnt, /var/srv and the like). customizations.disk takes any path, but it must be a directory of the image and no link: /var/home instead of /home.',
  )
}

/** Why a path is not allowed, null when it is. Source: pkg/pathpolicy. */
export function pathProblem(
  path: string,
  rules: Readonly<Record<string, PathRule>>,
): string | null {
  if (!path.startsWith('/')) return `path ${goQuote(path)} must be absolute`
  if (path !== cleanPath(path)) return `path ${goQuote(path)} must be canonical`
  const longest = Object.keys(rules)
    .filter((rule) => rule === '/' || path === rule || path.startsWith(`${rule}/`))
    .reduce((best, rule) => (rule.length > best.length ? rule : best), '')
  const rule = rules[longest]
  const allowed = rule === 'tree' || (rule === 'exact' && path === longest)
  return allowed ? null : `path ${goQuote(path)} is not allowed`
}
