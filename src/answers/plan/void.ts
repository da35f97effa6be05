import type { OutcomeKind } from '../../contract/plan'
import { type Item } from './items'
import { memberText, textOf, valueAt } from './values'

/** Why something that is applied as a rule changes nothing this time. */
export interface Voided {
  kind: Extract<OutcomeKind, 'overridden' | 'no-effect'>
  reason: string
  source: string
}

const USER_KEYS = ['customizations.user', 'customizations.sshkey']
const USERS = 'pkg/osbuild/users_stage.go'
const TABLE = 'pkg/disk/partition_table.go'

/** Tells of an item which other item or value makes it void. */
export function voidReasons(items: readonly Item[]): (item: Item) => Voided {
  const last = lastOfEach(items)
  return (item) => reasonOf(item, last.get(identityOf(item)) ?? item)
}

function reasonOf(item: Item, last: Item): Voided {
  const { key, value } = item
  if (USER_KEYS.includes(key)) return sameUser(item, last)
  if (key === 'customizations.filesystem') {
    if (last !== item) return overridden(`${last.name} asks for the same mount point`, TABLE)
    return overridden(
      'The partition is at least this large anyway: `/` gets twice the size of the image, or the option size',
      TABLE,
    )
  }
  if (key === 'customizations.disk') {
    return nothing('The partition table comes out the same without it', TABLE)
  }
  if (key === 'customizations.kernel.append' && textOf(value) === '') {
    return nothing('The text is empty', 'pkg/distro/generic/bootc_imagetype.go')
  }
  if (key === 'customizations.ignition' && valueAt(value, 'firstboot') === null) {
    return nothing(
      'A defect upstream: only firstboot is looked at, an embedded configuration goes nowhere',
      'pkg/manifest/raw_bootc.go',
    )
  }
  if (key === 'customizations.installer') {
    return nothing(
      'Only modules and the contents of a kickstart have an effect; everything else in it is at most checked',
      'pkg/image/anaconda_container_installer.go',
    )
  }
  return nothing(
    'It sets nothing: the manifest comes out the same without it',
    'pkg/manifest/raw_bootc.go',
  )
}

function sameUser(item: Item, last: Item): Voided {
  if (last === item) return nothing('Another entry for the same user says the same', USERS)
  return overridden(`${last.name} names the same user and replaces this entry as a whole`, USERS)
}

/** The item that counts of all that are about the same thing: upstream takes `sshkey` before `user`. */
function lastOfEach(items: readonly Item[]): Map<string, Item> {
  const last = new Map<string, Item>()
  for (const item of items) {
    const identity = identityOf(item)
    const known = last.get(identity)
    if (known?.key === 'customizations.user' && item.key === 'customizations.sshkey') continue
    last.set(identity, item)
  }
  return last
}

function identityOf({ key, value, name }: Item): string {
  if (key === 'customizations.user') return `user ${memberText(value, 'name') ?? ''}`
  if (key === 'customizations.sshkey') return `user ${memberText(value, 'user') ?? ''}`
  if (key === 'customizations.filesystem') return `at ${memberText(value, 'mountpoint') ?? ''}`
  return name
}

function overridden(reason: string, source: string): Voided {
  return { kind: 'overridden', reason: `${reason}.`, source }
}

function nothing(reason: string, source: string): Voided {
  return { kind: 'no-effect', reason: `${reason}.`, source }
}
