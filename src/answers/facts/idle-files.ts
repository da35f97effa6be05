import { SealscopeError } from '../../base/error'
import type { IdleFile } from '../../contract/installation'
import type { Directory } from '../../image/tree/node'
import { display, type ContentReader } from '../../image/tree/reader'
import { sortedEntries } from '../../image/tree/walk'
import { splitKargs } from '../../rules/bootc/kargs'
import { isStrings, parseToml, type TomlTable } from '../../rules/bootc/toml-file'
import { nodeAt, textOf } from './look-up'

const KARGS = 'usr/lib/bootc/kargs.d'
const INSTALL = ['usr/lib', 'usr/local/lib', 'etc'].map((base) => `${base}/bootc/install`)
/** Rust's names (std::env::consts::ARCH) of what bootc runs on. */
const ARCHITECTURES = ['x86_64', 'aarch64', 'powerpc64', 's390x', 'riscv64']
/** What others call them. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  amd64: 'x86_64',
  'x86-64': 'x86_64',
  x64: 'x86_64',
  arm64: 'aarch64',
  ppc64le: 'powerpc64',
  ppc64: 'powerpc64',
  riscv: 'riscv64',
}
const MOST = 50

/** Files in folders that bootc reads which change nothing, or not what they seem to (bootc_kargs.rs, config.rs). */
export function idleFiles(
  root: Directory,
  reader: ContentReader,
  arch: string,
  unified: boolean,
): IdleFile[] {
  const found = [...kargsFolder(root, reader, arch, unified), ...INSTALL.flatMap((path) => configFolder(root, path))] // prettier-ignore
  return found.slice(0, MOST)
}

function kargsFolder(
  root: Directory,
  reader: ContentReader,
  arch: string,
  unified: boolean,
): IdleFile[] {
  const folder = nodeAt(root, KARGS)
  if (folder?.kind !== 'dir') return []
  return sortedEntries(folder).flatMap(([name, node]): IdleFile[] => {
    const path = `${KARGS}/${display(name)}`
    if (!name.endsWith('.toml') || name.length <= '.toml'.length) {
      const message = `${path} has no effect: bootc reads *.toml in kargs.d only`
      const stem = display(name).replace(/\.[^.]*$/, '')
      return [{ id: 'kargs-not-toml', path, message, fix: `write it as ${KARGS}/${stem}.toml: kargs = ["…"]` }] // prettier-ignore
    }
    const file = nodeAt(root, `${KARGS}/${name}`)
    if (node.kind === 'dir' || file?.kind !== 'file') return []
    const table = tableOf(textOf(file, reader), path)
    return table === null ? [] : [...architectures(table, path, arch, unified), ...severalInOne(table, path)] // prettier-ignore
  })
}

/** What cannot be read is told where bootc stops. */
function tableOf(text: string, path: string): TomlTable | null {
  try {
    return parseToml(text, path, '')
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return null
    throw thrown
  }
}

function architectures(table: TomlTable, path: string, arch: string, unified: boolean): IdleFile[] {
  const named = table['match-architectures']
  if (!isStrings(named) || named.includes(arch)) return []
  const unknown = named.filter((name) => !ARCHITECTURES.includes(name))
  if (named.length > 0 && unknown.length === 0) return []
  const meant = unknown.map((name) => (Object.hasOwn(OTHER_NAMES, name) ? OTHER_NAMES[name] : undefined)) // prettier-ignore
  const shown = named.length === 0 ? 'is empty' : `names ${unknown.join(', ')}`
  const where = unified ? ', when a UKI is built' : ''
  const message = `${path} has no effect on any machine${where}: match-architectures ${shown}, bootc compares with ${ARCHITECTURES.join(', ')}`
  const fix = meant.some((name) => name !== undefined) ? `write ${meant.filter((name) => name !== undefined).join(', ')}` : 'leave match-architectures out, or write one of these names' // prettier-ignore
  return [{ id: 'kargs-architecture', path, message, fix }]
}

function severalInOne(table: TomlTable, path: string): IdleFile[] {
  const { kargs } = table
  if (!isStrings(kargs)) return []
  return kargs
    .filter((item) => splitKargs(item).length > 1)
    .slice(0, 3)
    .map((item) => {
      const count = splitKargs(item).length
      const message = `${path}: the string ${JSON.stringify(item.slice(0, 100))} is ${count} arguments for bootc, which splits at blanks` // prettier-ignore
      const fix =
        'write one string for each argument; a value with a blank needs double quotes inside'
      return { id: 'kargs-one-string', path, message, fix }
    })
}

function configFolder(root: Directory, path: string): IdleFile[] {
  const folder = nodeAt(root, path)
  if (folder?.kind !== 'dir') return []
  return sortedEntries(folder).flatMap(([name, node]): IdleFile[] => {
    if (node.kind !== 'file' || (name.endsWith('.toml') && !name.startsWith('.'))) return []
    const file = `${path}/${display(name)}`
    const message = `${file} has no effect: bootc reads *.toml in ${path} only, and none that begins with a dot`
    return [{ id: 'config-not-toml', path: file, message, fix: `rename it to end in .toml` }]
  })
}
