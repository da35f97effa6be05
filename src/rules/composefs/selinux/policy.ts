import { SealscopeError } from '../../../base/error'
import { trimSpace } from '../../../base/trim'
import { resolve } from '../../../image/tree/lookup'
import { findDirectory, findRegular, requireDirectory } from '../../../image/tree/strict-lookup'
import type { Directory, Leaf } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'
import { SpecMatcher, type Spec } from './matcher'
import { utf8Bytes, type Engine } from './pattern'
import { lineError, textLines, words } from './text'

type File = Extract<Leaf, { kind: 'file' }>

/** Content of a regular file of the tree. */
export type ReadFile = (leaf: File) => Uint8Array

/**
 * How policy files are found: `layers`, in the tree, where a link is an error (composefs-boot
 * `selabel`); `disk`, as the kernel opens them (`selabel_from_dir`).
 */
export type PolicyView = 'layers' | 'disk'

/** Files whose content decides the labels. */
export const POLICY_FILE = /^etc\/selinux\/(config|[^/]+\/contexts\/files\/file_contexts[^/]*)$/

const SPEC_FILES = ['file_contexts', 'file_contexts.local', 'file_contexts.homedirs']
const ALIAS_FILES = ['file_contexts.subs', 'file_contexts.subs_dist']
const TYPES = ['-b', '-c', '-d', '-p', '-l', '-s', '--']

/** A policy that was read: labels by path and type. */
export interface SelinuxPolicy {
  matcher: SpecMatcher
  /** Whole paths that stand for others when labels are looked up. */
  aliases: ReadonlyMap<ByteString, ByteString>
}

/**
 * The policy that an image's own /etc/selinux names (composefs-boot selabel.rs `build_policy`); null
 * when it names none. Policies are remembered with their files.
 */
export function loadPolicy(
  root: Directory,
  read: ReadFile,
  engine: Engine,
  view: PolicyView = 'layers',
): SelinuxPolicy | null {
  const files = view === 'disk' ? filesOnDisk(root, read) : filesInTree(root, read)
  return files === null ? null : remembered(files, read, engine)
}

interface PolicyFiles {
  /** By name. */
  leaves: Map<string, File>
  /** `file_contexts`, which must be there. */
  main: File
  folder: ByteString
}

function filesInTree(root: Directory, read: ReadFile): PolicyFiles | null {
  const top = findDirectory(root, 'etc/selinux')
  const config = top === null ? null : findRegular(top, 'config')
  const type = config === null ? null : policyType(read(config))
  if (top === null || type === null) return null
  const folder = requireDirectory(requireDirectory(top, type), 'contexts/files')
  return collect(type, (name) => findRegular(folder, name))
}

function filesOnDisk(root: Directory, read: ReadFile): PolicyFiles | null {
  const open = (path: ByteString): File | null => {
    const node = resolve(root, path, 'chroot')
    if (node === undefined) return null
    if (node.kind === 'file') return node
    throw new SealscopeError({
      code: 'selinux-file',
      what: 'a SELinux policy file is no regular file',
      where: { path: `/${path}` },
    })
  }
  const config = open('etc/selinux/config')
  const type = config === null ? null : policyType(read(config))
  if (type === null) return null
  return collect(type, (name) => open(`etc/selinux/${type}/contexts/files/${name}`))
}

function collect(type: ByteString, find: (name: string) => File | null): PolicyFiles {
  const leaves = new Map<string, File>()
  for (const name of [...SPEC_FILES, ...ALIAS_FILES]) {
    const leaf = find(name)
    if (leaf !== null) leaves.set(name, leaf)
  }
  const folder = `etc/selinux/${type}/contexts/files`
  const main = leaves.get('file_contexts')
  if (main === undefined) {
    throw new SealscopeError({
      code: 'selinux-missing',
      what: 'SELinux policy is missing mandatory file_contexts file',
      where: { path: `/${folder}/file_contexts` },
    })
  }
  return { leaves, main, folder }
}

/** The value of the first SELINUXTYPE line; null when there is none. */
function policyType(bytes: Uint8Array): ByteString | null {
  for (const line of textLines(bytes, 'etc/selinux/config')) {
    const equals = line.indexOf('=')
    if (equals < 0 || trimSpace(line.slice(0, equals)).toUpperCase() !== 'SELINUXTYPE') continue
    return utf8Bytes(trimSpace(line.slice(equals + 1)))
  }
  return null
}

interface Remembered {
  leaves: Map<string, File>
  engine: Engine
  policy: SelinuxPolicy
}
const known = new WeakMap<File, Remembered[]>()

function remembered(files: PolicyFiles, read: ReadFile, engine: Engine): SelinuxPolicy {
  const { main } = files
  const same = ({ leaves }: Remembered) =>
    leaves.size === files.leaves.size &&
    [...leaves].every(([name, leaf]) => files.leaves.get(name) === leaf)
  const list = known.get(main) ?? []
  const found = list.find((item) => item.engine === engine && same(item))
  if (found !== undefined) return found.policy
  const policy = readPolicy(files, read, engine)
  known.set(main, [...list, { leaves: files.leaves, engine, policy }])
  return policy
}

function readPolicy(files: PolicyFiles, read: ReadFile, engine: Engine): SelinuxPolicy {
  const specs: Spec[] = []
  const aliases = new Map<ByteString, ByteString>()
  for (const [name, leaf] of files.leaves) {
    const path = `${files.folder}/${name}`
    let number = 0
    for (const line of textLines(read(leaf), path)) {
      number++
      const tokens = words(line)
      if (tokens[0] === undefined || tokens[0].startsWith('#')) continue
      if (ALIAS_FILES.includes(name)) addAlias(aliases, tokens, path, number)
      else specs.push(parseSpec(tokens, path, number))
    }
  }
  return { matcher: new SpecMatcher(specs, engine), aliases }
}

/** `REGEX [-TYPE] CONTEXT` (file_contexts(5)). */
function parseSpec(tokens: readonly string[], path: string, line: number): Spec {
  const [expression = '', second, third] = tokens
  if (second === undefined) throw lineError(path, line, 'REGEX [-TYPE] CONTEXT', tokens)
  const typed = second.startsWith('-')
  const context = typed ? third : second
  if ((typed && !TYPES.includes(second)) || context === undefined) {
    throw lineError(path, line, 'a type of -b, -c, -d, -p, -l, -s or --, then a context', tokens)
  }
  if (tokens.length > (typed ? 3 : 2)) throw lineError(path, line, 'nothing more', tokens)
  const type = typed ? second.slice(1) : '.'
  return { expression, type, context: context === '<<none>>' ? null : utf8Bytes(context) }
}

/** `ALIAS ORIGINAL` (file_contexts.subs). */
function addAlias(
  aliases: Map<ByteString, ByteString>,
  tokens: readonly string[],
  path: string,
  line: number,
): void {
  const [alias, original] = tokens
  if (alias === undefined || original === undefined || tokens.length !== 2) {
    throw lineError(path, line, 'ALIAS ORIGINAL', tokens)
  }
  aliases.set(utf8Bytes(alias), utf8Bytes(original))
}
