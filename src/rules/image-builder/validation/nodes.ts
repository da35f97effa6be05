import type { Customizations } from '../../../formats/blueprint/model'
import { goQuoteAscii } from '../../../base/go/quote'
import { type PathRule, pathProblem } from '../mountpoint-policy'

/** Source: pkg/policies, OstreeCustomDirectoriesPolicies and OstreeCustomFilesPolicies. */
const DIRECTORIES: Readonly<Record<string, PathRule>> = { '/': 'deny', '/etc': 'tree' }
const FILES: Readonly<Record<string, PathRule>> = {
  '/': 'deny',
  '/etc': 'tree',
  '/root': 'tree',
  '/usr/local/bin': 'tree',
  '/usr/local/sbin': 'tree',
  '/etc/fstab': 'deny',
  '/etc/shadow': 'deny',
  '/etc/passwd': 'deny',
  '/etc/group': 'deny',
}

/** Upstream's text about files and directories, null when they are fine (fsnode_customizations.go). */
export function nodesProblem({ directories, files }: Customizations): string | null {
  const folders = (directories ?? []).map(({ path }) => path)
  const regular = (files ?? []).map(({ path }) => path)
  return (
    conflictProblem(folders, regular) ??
    policyProblem('directories', folders, DIRECTORIES) ??
    policyProblem('files', regular, FILES)
  )
}

function conflictProblem(folders: readonly string[], files: readonly string[]): string | null {
  const seen = new Set<string>()
  const twice: string[] = []
  for (const path of [...folders, ...files]) {
    if (seen.has(path)) twice.push(path)
    seen.add(path)
  }
  if (twice.length > 0) {
    return `duplicate files / directory customization paths: [${twice.join(' ')}]`
  }
  const parents = filesAbove([...folders, ...files], new Set(files))
  if (parents.length === 0) return null
  return `the following filesystem nodes are parents of another node and are not directories: [${parents.join(' ')}]`
}

/**
 * Entries below a file, the deepest first (upstream names the entry, not the file above it); a
 * parent that was looked at once is not looked at again.
 */
function filesAbove(paths: readonly string[], files: ReadonlySet<string>): string[] {
  const depth = (path: string) => path.split('/').length
  const checked = new Set<string>()
  const found: string[] = []
  for (const path of [...paths].sort((a, b) => depth(b) - depth(a))) {
    if (checked.has(path)) continue
    let parent = parentOf(path)
    while (parent !== '/' && !checked.has(parent)) {
      if (files.has(parent)) found.push(path)
      checked.add(parent)
      parent = parentOf(parent)
    }
    checked.add(path)
  }
  return found
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

function policyProblem(
  name: string,
  paths: readonly string[],
  rules: Readonly<Record<string, PathRule>>,
): string | null {
  const denied = paths.filter((path) => pathProblem(path, rules) !== null)
  if (denied.length === 0) return null
  return `the following custom ${name} are not allowed: [${denied.map(goQuoteAscii).join(' ')}]`
}
