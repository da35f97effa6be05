import type { Instead } from '../../../contract/plan'
import type { Item } from '../items'
import type { Node } from '../../../formats/blueprint/node'
import { insteadOfGroup, insteadOfKey, insteadOfUser } from './accounts'
import { insteadOfDisk, insteadOfFilesystem } from './disk'
import { insteadOfDirectory, insteadOfFile } from './files'
import { insteadOfArguments, insteadOfConsole, insteadOfIgnition } from './kernel'
import { SYSTEM_WAYS } from './system'
import type { WayContext } from './ways'

const WAYS: Readonly<Record<string, (value: Node, context: WayContext) => Instead[]>> = {
  ...SYSTEM_WAYS,
  'customizations.user': insteadOfUser,
  'customizations.group': insteadOfGroup,
  'customizations.sshkey': insteadOfKey,
  'customizations.files': insteadOfFile,
  'customizations.directories': insteadOfDirectory,
  'customizations.filesystem': insteadOfFilesystem,
  'customizations.disk': insteadOfDisk,
  'customizations.kernel.append': insteadOfArguments,
  'customizations.bootloader': insteadOfConsole,
  'customizations.ignition': insteadOfIgnition,
}

/** What works instead of an item that image-builder loses, with its own values in the snippets. */
export function insteadOf({ key, value }: Item, context: WayContext): Instead[] {
  const way = Object.hasOwn(WAYS, key) ? WAYS[key] : undefined
  return way === undefined ? [] : way(value, context)
}
