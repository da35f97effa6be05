import type { DiskFilesystem } from './disk'
import { INVALID, NO_FILE, Refusal } from './refusal'

/** What a boot loader entry says (bootc parsers/bls_config.rs). */
export interface EntryText {
  title: string
  version: string
  body: readonly [key: string, value: string][]
  sortKey: string
}

/** The entry as bootc writes it. */
export function entryText({ title, version, body, sortKey }: EntryText): string {
  const lines = [['title', title], ['version', version], ...body, ['sort-key', sortKey]]
  return lines.map(([key, value]) => `${key ?? ''} ${value ?? ''}\n`).join('')
}

/** boot.rs `type1_entry_conf_file_name`: dashes in the id would confuse grub. */
export function entryName(osId: string, version: string, priority: '0' | '1'): string {
  return `bootc_${osId.replaceAll('-', '_')}-${version}-${priority}.conf`
}

export function sortKey(osId: string, priority: '0' | '1'): string {
  return `bootc-${osId}-${priority}`
}

/** What the kernel says of a file name; null when it can be made. */
export function nameProblem(filesystem: DiskFilesystem, name: string): string | null {
  if (name.includes('/')) return NO_FILE
  if (filesystem.type === 'vfat' && /[\x00-\x1f"*:<>?\\|]/.test(name)) return INVALID
  const long = filesystem.type === 'vfat' ? name.length > 255 : new TextEncoder().encode(name).length > 255 // prettier-ignore
  return long ? 'File name too long (os error 36)' : null
}

export function requireName(
  filesystem: DiskFilesystem,
  name: string,
  context: string | null,
): void {
  const problem = nameProblem(filesystem, name)
  if (problem !== null) throw new Refusal(context === null ? problem : `${context}: ${problem}`)
}
