import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete'
import { knownKeys } from '../../../formats/blueprint/known-keys'

/** Tables whose keys the decoder does not list: it reads them on its own (partition of pkg/disk). */
const OWN: Readonly<Record<string, readonly string[]>> = {
  'customizations.disk': ['type', 'minsize', 'partitions', 'start_offset'],
  'customizations.disk.partitions': ['type', 'minsize', 'mountpoint', 'fs_type', 'label', 'part_type', 'part_label', 'part_uuid', 'name', 'logical_volumes', 'subvolumes'],
} // prettier-ignore

/** What a key is for, where a word helps. */
export const KEY_WORDS: Readonly<Record<string, string>> = {
  hostname: 'name of the host',
  append: 'kernel arguments to add',
  user: 'a user account, a table of tables',
  groups: 'names of supplementary groups',
  key: 'an SSH public key',
  password: 'a password, plain or as crypt(3) writes it',
  files: 'a file to write, a table of tables',
  directories: 'a folder to make, a table of tables',
  disk: 'the partition table',
  partitions: 'one partition, a table of tables',
  minsize: 'least size, with a unit',
  mountpoint: 'where it is mounted',
  fs_type: 'ext4, xfs or btrfs',
  timezone: 'time zone and NTP servers',
  locale: 'languages and keyboard',
  services: 'units to enable, disable or mask',
  firewall: 'ports and services',
  filesystem: 'least sizes of mount points',
  kernel: 'kernel and its arguments',
  installer: 'options of the installation medium',
}

/** The table that a line of TOML stands in. */
export function tableAt(text: string, offset: number): string[] {
  const before = text.slice(0, offset).split('\n')
  for (let line = before.length - 1; line >= 0; line--) {
    const [, name] = /^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}/.exec(before[line] ?? '') ?? []
    if (name !== undefined) return name.split('.').map((part) => part.trim().replace(/^"|"$/g, ''))
  }
  return []
}

export function keysIn(table: readonly string[]): readonly string[] {
  const found = knownKeys(table)
  return found.length > 0 ? found : (OWN[table.join('.')] ?? [])
}

/** Keys of the table at the cursor; names of tables inside of brackets. */
export function completeBlueprint(context: CompletionContext): CompletionResult | null {
  const line = context.state.doc.lineAt(context.pos)
  const typed = line.text.slice(0, context.pos - line.from)
  const header = /^\s*\[{1,2}([\w.]*)$/.exec(typed)
  if (header !== null) return completeHeader(header[1] ?? '', context.pos)
  const word = /^\s*([\w-]*)$/.exec(typed)
  if (word === null || (word[1] === '' && !context.explicit)) return null
  const table = tableAt(context.state.doc.toString(), line.from)
  const options = keysIn(table).map((key) => option(key, `${key} = `))
  return options.length === 0
    ? null
    : { from: context.pos - (word[1]?.length ?? 0), options, validFor: /^[\w-]*$/ }
}

function completeHeader(typed: string, at: number): CompletionResult | null {
  const parts = typed.split('.')
  const last = parts.pop() ?? ''
  const options = keysIn(parts).map((key) => option(key, key))
  return options.length === 0 ? null : { from: at - last.length, options, validFor: /^\w*$/ }
}

function option(label: string, apply: string) {
  const info = KEY_WORDS[label]
  return { label, apply, type: 'property', ...(info === undefined ? {} : { detail: info }) }
}
