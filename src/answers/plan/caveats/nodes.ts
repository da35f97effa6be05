import type { Node } from '../../../formats/blueprint/node'
import type { Caveat } from '../../../contract/plan'
import { memberText, memberWord, valueAt } from '../values'
import { madeAccounts } from './accounts'
import { caveat, type CaveatContext, stopper } from './caveat'

/** Files are copied and directories made in the deployment (osbuild stages copy, mkdir, chown): nothing makes a parent. */
export function fileCaveats(file: Node, context: CaveatContext): Caveat[] {
  const path = memberText(file, 'path') ?? ''
  if (!path.startsWith('/') || !context.tree.known) return []
  const found = context.tree.lookUp(path)
  const folder = found.kind === 'dir' ? [stopper('path-is-a-directory', `${path} is a directory in the image: the file cannot take its place`)] : [] // prettier-ignore
  return [...folder, ...parentCaveats(path, context), ...ownerCaveats(file, context)]
}

export function directoryCaveats(directory: Node, context: CaveatContext): Caveat[] {
  const path = memberText(directory, 'path') ?? ''
  if (!path.startsWith('/') || !context.tree.known) return []
  const found = context.tree.lookUp(path)
  const isFile = found.kind === 'file'
  const taken = isFile ? [stopper('path-is-a-file', `${path} is a file in the image`)] : []
  const parents = valueAt(directory, 'ensure_parents')
  const makesParents = parents?.kind === 'bool' && parents.value
  return [
    ...taken,
    ...(makesParents ? [] : parentCaveats(path, context)),
    ...ownerCaveats(directory, context),
  ]
}

function parentCaveats(path: string, context: CaveatContext): Caveat[] {
  const parent = parentOf(path)
  if (parent === '/' || madeDirectories(context).has(parent)) return []
  const found = context.tree.lookUp(parent)
  if (found.kind === 'file')
    return [stopper('parent-is-a-file', `${parent} is a file in the image`)]
  if (found.kind !== 'missing') return []
  const link = found.link === null ? '' : ` (${found.link.path} is a link to ${found.link.target})`
  const message = `the directory ${parent} is not in the image${link}, and the stage makes none: the build stops`
  const fix = parent.startsWith('/etc/')
    ? `add [[customizations.directories]] path = "${parent}", ensure_parents = true`
    : `RUN mkdir -p ${found.canonical} in the Containerfile`
  return [stopper('no-parent-directory', message, fix)]
}

/** Directories of the blueprint, with those above them that they make. */
function madeDirectories({ items }: CaveatContext): Set<string> {
  const made = new Set<string>()
  for (const { key, value } of items) {
    const path = key === 'customizations.directories' ? memberText(value, 'path') : null
    if (path === null) continue
    made.add(path)
    const parents = valueAt(value, 'ensure_parents')
    if (parents?.kind !== 'bool' || !parents.value) continue
    for (let at = parentOf(path); at !== '/'; at = parentOf(at)) made.add(at)
  }
  return made
}

function parentOf(path: string): string {
  const slash = path.replace(/\/+$/, '').lastIndexOf('/')
  return slash <= 0 ? '/' : path.slice(0, slash)
}

function ownerCaveats(node: Node, { tree, items }: CaveatContext): Caveat[] {
  const made = madeAccounts(items)
  const user = memberWord(node, 'user')
  const group = memberWord(node, 'group')
  const isName = (text: string | null) => text !== null && !/^\d+$/.test(text)
  const found: Caveat[] = []
  if (isName(user) && user !== null && tree.user(user) === null && !made.users.has(user)) {
    found.push(stopper('unknown-owner', `the image has no user ${user}: chown stops the build`, `add [[customizations.user]] name = "${user}", or use a number`)) // prettier-ignore
  }
  if (isName(group) && group !== null && tree.group(group) === null && !made.groups.has(group)) {
    found.push(stopper('unknown-owner', `the image has no group ${group}: chown stops the build`, `add [[customizations.group]] name = "${group}", or use a number`)) // prettier-ignore
  }
  return found
}

/** Ignition runs in the initramfs. */
export function ignitionCaveats({ initrdModules }: CaveatContext): Caveat[] {
  if (initrdModules === null || initrdModules.length === 0 || initrdModules.includes('ignition')) {
    return []
  }
  const fix = 'add the dracut module ignition to the initramfs of the image'
  return [caveat('no-ignition', 'the initramfs of the image holds no Ignition: nobody reads the argument', fix)] // prettier-ignore
}
