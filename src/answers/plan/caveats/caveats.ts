import type { Caveat } from '../../../contract/plan'
import type { Node } from '../../../formats/blueprint/node'
import type { Item } from '../items'
import { groupItemCaveats, sshKeyCaveats, userCaveats } from './accounts'
import type { CaveatContext } from './caveat'
import { diskCaveats, filesystemCaveats } from './mounts'
import { directoryCaveats, fileCaveats, ignitionCaveats } from './nodes'
import {
  firewallCaveats,
  hostnameCaveats,
  localeCaveats,
  serviceCaveats,
  timezoneCaveats,
} from './system'

type Rule = (value: Node, context: CaveatContext) => Caveat[]

/** Of stages that are written: their inputs against the image's tree. */
const OF_STAGES: Readonly<Record<string, Rule>> = {
  'customizations.user': userCaveats,
  'customizations.sshkey': sshKeyCaveats,
  'customizations.group': groupItemCaveats,
  'customizations.files': fileCaveats,
  'customizations.directories': directoryCaveats,
  'customizations.filesystem': filesystemCaveats,
  'customizations.disk': diskCaveats,
  'customizations.ignition': (_, context) => ignitionCaveats(context),
}

/** Of what image-builder writes for no container: whether it could be at all. */
const OF_SYSTEM: Readonly<Record<string, Rule>> = {
  'customizations.services': serviceCaveats,
  'customizations.firewall': firewallCaveats,
  'customizations.timezone': timezoneCaveats,
  'customizations.locale': localeCaveats,
  'customizations.hostname': hostnameCaveats,
}

const DISK_KEYS = ['customizations.filesystem', 'customizations.disk']
const FAMILIES: Readonly<Record<CaveatContext['family'], readonly ('stages' | 'system')[]>> = {
  disk: ['stages', 'system'],
  network: ['stages', 'system'],
  installer: ['stages'],
  'live-iso': [],
  'package-iso': [],
}

/**
 * What the person does not get of an item although its stage is written, and what would be missing for it in the
 * image anyway. Empty where nothing is known against it, and where the facts hold no tree.
 */
export function caveatsOf(item: Item, applied: boolean, context: CaveatContext): Caveat[] {
  const { key, value } = item
  const rules = applied ? { ...OF_STAGES, ...OF_SYSTEM } : OF_SYSTEM
  const rule = Object.hasOwn(rules, key) ? rules[key] : undefined
  if (rule === undefined || !FAMILIES[context.family].includes(applied ? 'stages' : 'system'))
    return []
  // an archive for network boot packs the tree, not the disk
  if (context.family === 'network' && DISK_KEYS.includes(key)) return []
  const found = rule(value, context)
  return found.filter(
    ({ id, message }, index) =>
      found.findIndex((other) => other.id === id && other.message === message) === index,
  )
}
