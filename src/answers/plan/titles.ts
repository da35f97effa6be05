import { type Node, plainOf } from '../../formats/blueprint/node'
import { plainLine } from '../../base/escape'
import type { Item } from './items'
import { memberText } from './values'

const NAMES: Readonly<Record<string, [noun: string, member: string | null]>> = {
  packages: ['package', 'name'],
  modules: ['package', 'name'],
  enabled_modules: ['module stream', 'name'],
  groups: ['package group', 'name'],
  containers: ['container', 'source'],
  'customizations.hostname': ['host name', null],
  'customizations.kernel.name': ['kernel', null],
  'customizations.kernel.append': ['kernel arguments', null],
  'customizations.sshkey': ['SSH key of', 'user'],
  'customizations.user': ['user', 'name'],
  'customizations.group': ['group', 'name'],
  'customizations.filesystem': ['file system', 'mountpoint'],
  'customizations.directories': ['directory', 'path'],
  'customizations.files': ['file', 'path'],
  'customizations.repositories': ['repository', 'id'],
  'customizations.ignition': ['Ignition', 'none'],
  'customizations.bootloader': ['boot loader console', 'none'],
  'customizations.disk': ['partition table', 'none'],
  'customizations.fips': ['FIPS mode', 'none'],
  'customizations.iso': ['ISO', 'none'],
  'customizations.sshd': ['SSH server', 'none'],
  'customizations.cacerts': ['CA certificates', 'none'],
  'customizations.openscap': ['OpenSCAP', 'none'],
}

/** A short name for a person: `user core`, `file /etc/motd`. */
export function titleOf({ key, value, name }: Item): string {
  const [noun, member] = Object.hasOwn(NAMES, key) ? (NAMES[key] ?? []) : []
  if (noun === undefined) {
    return plainLine(name.replace(/^customizations\./, '').replaceAll('_', ' '))
  }
  const text = member === null ? scalarText(value) : memberText(value, member ?? '')
  return text === undefined || text === null || text === '' ? noun : `${noun} ${plainLine(text)}`
}

function scalarText(node: Node): string | null {
  const value = plainOf(node)
  return typeof value === 'string' ? value : null
}
