import type { ImageFacts } from '../../contract/facts'
import type { DiskLayout, KernelArgument } from '../../contract/plan'
import { isStrings } from '../../rules/bootc/toml-file'
import type { KernelOption } from '../../rules/image-builder/make/context'
import { argumentOf, sameArgument, wordsOf } from './command-line'
import type { TypeFamily } from './image-list'
import { fileSystemOf, mountAt, uuidOf } from './layout'

export interface ArgumentsInput {
  facts: ImageFacts | null
  /** What image-builder hands to bootc. */
  options: readonly KernelOption[]
  sealed: boolean
  family: TypeFamily
  layout: DiskLayout | null
}

export interface KernelArguments {
  arguments: KernelArgument[]
  /** Null: where the image is not known, or nothing is installed. */
  commandLine: string | null
}

const IN_UKI =
  'the command line is inside the UKI, and bootc refuses others; it counts only as far as it was baked in'
const ASKED_FOR = 'bootc installs an add-on only when asked (bootc install … --uki-addon)'

/**
 * Every kernel argument that something asks for, in the order in which bootc puts them together (bootc install.rs:
 * its own root, the install configuration, kargs.d, then what is deleted, then the caller's), and whether the
 * booted system gets it. A sealed image boots with the command line inside its UKI and nothing else.
 */
export function kernelArguments(input: ArgumentsInput): KernelArguments {
  const { facts, sealed } = input
  return sealed ? sealedArguments(input) : ordinaryArguments(input, facts)
}

function sealedArguments({ facts, options }: ArgumentsInput): KernelArguments {
  const uki = wordsOf(facts?.ukis[0]?.cmdline ?? '')
  const baked = (value: string) => wordsOf(value).every((word) => uki.some((each) => sameArgument(word, each))) // prettier-ignore
  const lost = (value: string, from: KernelArgument['from']): KernelArgument => {
    const effective = baked(value)
    return { value, from, effective, deletedBy: null, why: effective ? null : IN_UKI }
  }
  const addons = facts?.ukis[0]?.addons ?? []
  const all = [
    ...uki.map((value) => arrives(value, 'uki')),
    ...addons.flatMap(({ cmdline }) =>
      wordsOf(cmdline ?? '').map((value): KernelArgument => ({
        value,
        from: 'addon',
        effective: false,
        deletedBy: null,
        why: ASKED_FOR,
      })),
    ),
    ...stringsOf(facts?.installConfig?.raw['kargs']).map((value) => lost(value, 'install-config')),
    ...(facts?.kargs ?? []).map((value) => lost(value, 'kargs.d')),
    ...options.map(({ value, from }) => lost(value, from)),
  ]
  return { arguments: all, commandLine: facts === null ? null : uki.join(' ') }
}

function ordinaryArguments(
  { options, family, layout }: ArgumentsInput,
  facts: ImageFacts | null,
): KernelArguments {
  const raw = facts?.installConfig?.raw ?? {}
  const before = [
    ...(family === 'disk' ? rootArguments(layout) : []),
    ...stringsOf(raw['kargs']).map((value) => arrives(value, 'install-config')),
    ...(facts?.kargs ?? []).map((value) => arrives(value, 'kargs.d')),
  ]
  const deletes = stringsOf(raw['karg-deletes'])
  const left = before.map((argument): KernelArgument => {
    if (!deletes.some((each) => deletesIt(each, argument.value))) return argument
    const why = 'karg-deletes of the install configuration takes it away'
    return { ...argument, effective: false, deletedBy: 'install-config', why }
  })
  const handed = options.map(({ value, from }) => arrives(value, from))
  const all = [...left, ...handed]
  const known = facts !== null && family !== 'live-iso' && family !== 'package-iso'
  return { arguments: all, commandLine: known ? lineOf(all) : null }
}

function arrives(value: string, from: KernelArgument['from']): KernelArgument {
  return { value, from, effective: true, deletedBy: null, why: null }
}

/** What bootc itself writes for the root that is mounted (bootc install.rs, install_to_filesystem). */
function rootArguments(layout: DiskLayout | null): KernelArgument[] {
  const root = mountAt(layout, '/')
  const uuid = root === null ? null : uuidOf(root)
  if (root === null || uuid === null) return []
  const boot = mountAt(layout, '/boot')
  const bootUuid = boot === null ? null : uuidOf(boot)
  const subvolume = fileSystemOf(root) === 'btrfs' && root.payload.name !== null
  return [
    arrives(`root=UUID=${uuid.toLowerCase()}`, 'bootc'),
    ...(subvolume ? [arrives(`rootflags=subvol=${root.payload.name}`, 'bootc')] : []),
    ...(bootUuid === null ? [] : [arrives(`boot=UUID=${bootUuid.toLowerCase()}`, 'bootc')]),
  ]
}

/** With a value only the same argument goes, without one every argument of the key. */
function deletesIt(text: string, value: string): boolean {
  const [wanted, given] = [argumentOf(text), argumentOf(value)]
  return wanted.key === given.key && (wanted.value === null || wanted.value === given.value)
}

/** Equal arguments come once. */
function lineOf(all: readonly KernelArgument[]): string {
  const line: string[] = []
  for (const { value, effective } of all) {
    if (effective && !line.some((known) => known === value)) line.push(value)
  }
  return line.join(' ')
}

function stringsOf(value: unknown): string[] {
  return isStrings(value) ? value : []
}
