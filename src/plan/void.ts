import type { OutcomeKind } from '../contract/plan'
import { type Item } from './items'
import { memberText, textOf, valueAt } from './values'

/** Why something that is applied as a rule changes nothing this time. */
export interface Voided {
  kind: Extract<OutcomeKind, 'overridden' | 'no-effect'>
  reason: string
  source: string
}

const USERS = 'pkg/osbuild/users_stage.go'
const TABLE = 'pkg/disk/partition_table.go'

/** Which other item or value makes this one void. */
export function voidReason(item: Item, items: readonly Item[]): Voided {
  const { key, value } = item
  if (key === 'customizations.user' || key === 'customizations.sshkey') return sameUser(item, items)
  if (key === 'customizations.filesystem') {
    const later = laterWith(item, items, 'mountpoint')
    if (later !== null) return overridden(`${later.name} asks for the same mount point`, TABLE)
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

function sameUser(item: Item, items: readonly Item[]): Voided {
  const name = userName(item)
  const users = items.filter(({ key }) => key === 'customizations.user')
  const keys = items.filter(({ key }) => key === 'customizations.sshkey')
  // upstream's order: keys first, and a later entry replaces an earlier one
  const same = [...keys, ...users].filter((other) => userName(other) === name)
  const last = same.at(-1)
  if (last !== undefined && last !== item) {
    return overridden(`${last.name} names the same user and replaces this entry as a whole`, USERS)
  }
  return nothing('Another entry for the same user says the same', USERS)
}

function userName({ key, value }: Item): string {
  return memberText(value, key === 'customizations.user' ? 'name' : 'user') ?? ''
}

function laterWith(item: Item, items: readonly Item[], member: string): Item | null {
  const text = memberText(item.value, member)
  const same = items.filter(
    (other) => other.key === item.key && memberText(other.value, member) === text,
  )
  const last = same.at(-1)
  return last === undefined || last === item ? null : last
}

function overridden(reason: string, source: string): Voided {
  return { kind: 'overridden', reason: `${reason}.`, source }
}

function nothing(reason: string, source: string): Voided {
  return { kind: 'no-effect', reason: `${reason}.`, source }
}
