import type { Node } from '../../../formats/blueprint/node'
import type { Caveat } from '../../../contract/plan'
import type { ImageTree } from '../image-tree'
import { memberText, memberTexts, textOf, valueAt } from '../values'
import { caveat, type CaveatContext } from './caveat'

const UNIT = /\.(service|socket|target|timer|mount|automount|path|swap|slice)$/

/** Units that are set but that the image does not have (systemd.unit(5)). */
export function serviceCaveats(services: Node, { tree }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  return (['enabled', 'disabled', 'masked'] as const).flatMap((verb) =>
    memberTexts(services, verb).flatMap((name) => unitCaveat(name, verb, tree)),
  )
}

function unitCaveat(
  name: string,
  verb: 'enabled' | 'disabled' | 'masked',
  tree: ImageTree,
): Caveat[] {
  // a unit that is not there can be masked all the same
  if (verb === 'masked' || name === '') return []
  const found = findUnit(name, tree)
  if (found === 'unknown') return []
  if (found === null) {
    const fix = `install the package that brings ${unitFile(name)} in the image`
    return [caveat('no-such-unit', `the image has no unit ${unitFile(name)}: it cannot be ${verb}`, fix)] // prettier-ignore
  }
  if (found.masked) {
    return [caveat('masked-unit', `${unitFile(name)} is masked in the image (${found.path}): it cannot be ${verb}`, `RUN systemctl unmask ${unitFile(name)}`)] // prettier-ignore
  }
  if (verb === 'enabled' && unitFile(name).includes('@.')) {
    return [caveat('template-unit', `${unitFile(name)} is a template: systemd enables an instance of it`, unitFile(name).replace('@.', '@NAME.'))] // prettier-ignore
  }
  return []
}

/** Whether a unit can be enabled or disabled; also where nobody knows. */
export function hasUnit(name: string, tree: ImageTree): boolean {
  return !tree.known || unitCaveat(name, 'enabled', tree).length === 0
}

function unitFile(name: string): string {
  return UNIT.test(name) ? name : `${name}.service`
}

/** A unit by name or alias, an instance by its template. */
function findUnit(
  name: string,
  tree: ImageTree,
): { path: string; masked: boolean } | 'unknown' | null {
  const file = unitFile(name)
  const names = [file, file.replace(/@[^.]+(?=\.[a-z]+$)/, '@')]
  let isKnown = tree.record?.complete === true
  for (const folder of ['etc/systemd/system', 'usr/lib/systemd/system']) {
    for (const each of names) {
      const path = `${folder}/${each}`
      const found = tree.lookUp(`/${path}`)
      if (found.kind === 'file') return { path, masked: false }
      // a link to /dev/null masks; the device itself is not in the image
      if (found.canonical === '/dev/null') return { path, masked: true }
      if (found.link?.path === `/${path}`) return { path, masked: false }
      if (found.kind === 'unknown') isKnown = false
    }
  }
  // units that generators make at boot are not in the image
  return isKnown ? null : 'unknown'
}

export function firewallCaveats(firewall: Node, { tree }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  const daemon = tree.has('usr/lib/systemd/system/firewalld.service')
  if (!daemon) {
    return [caveat('no-firewalld', 'the image has no firewalld: there is nothing to configure', 'install firewalld in the image')] // prettier-ignore
  }
  const services = valueAt(firewall, 'services')
  const names = services === null ? [] : [...memberTexts(services, 'enabled'), ...memberTexts(services, 'disabled')] // prettier-ignore
  const bad = names.filter(
    (name) =>
      !['usr/lib/firewalld/services', 'etc/firewalld/services'].some((folder) =>
        tree.has(`${folder}/${name}.xml`),
      ),
  )
  const ports = memberTexts(firewall, 'ports').filter(
    (port) => !/^(\d+(-\d+)?|[a-z][\w-]*)[:/](tcp|udp|sctp|dccp)$/.test(port),
  )
  return [
    ...bad.map((name) => caveat('no-such-firewall-service', `firewalld of the image knows no service ${name} (usr/lib/firewalld/services)`, 'name a port instead, or add the service to the image')), // prettier-ignore
    ...ports.map((port) => caveat('firewall-port', `${JSON.stringify(port)} is no port`, 'PORT:tcp or PORT:udp')), // prettier-ignore
  ]
}

export function timezoneCaveats(timezone: Node, { tree }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  const zone = memberText(timezone, 'timezone') ?? ''
  const servers = memberTexts(timezone, 'ntpservers')
  const hasZones = tree.has('usr/share/zoneinfo')
  const noZone = zone !== '' && hasZones && !tree.has(`usr/share/zoneinfo/${zone}`)
  return [
    ...(zone !== '' && !hasZones ? [caveat('no-zones', 'the image has no time zones (usr/share/zoneinfo)', 'install tzdata in the image')] : []), // prettier-ignore
    ...(noZone ? [caveat('no-such-timezone', `the image has no time zone ${zone} (usr/share/zoneinfo)`, near(zone, tree))] : []), // prettier-ignore
    ...(servers.length > 0 && tree.program('chronyd') === false ? [caveat('no-chrony', 'the image has no chronyd for these time servers', 'install chrony in the image')] : []), // prettier-ignore
  ]
}

function near(zone: string, tree: ImageTree): string | null {
  const wanted = zone.split('/').at(-1)?.toLowerCase()
  const folders = ['usr/share/zoneinfo', ...tree.namesBelow('usr/share/zoneinfo').map((name) => `usr/share/zoneinfo/${name}`)] // prettier-ignore
  for (const folder of folders) {
    const found = tree.namesBelow(folder).find((name) => name.toLowerCase() === wanted)
    if (found !== undefined) return `${folder}/${found}`.slice('usr/share/zoneinfo/'.length)
  }
  return null
}

/** Locales that need no files (glibc). */
const BUILT_IN = /^(C|POSIX)(\.|$)/i

export function localeCaveats(locale: Node, { tree }: CaveatContext): Caveat[] {
  if (!tree.known) return []
  const [language = '', ...more] = memberTexts(locale, 'languages')
  const keyboard = memberText(locale, 'keyboard') ?? ''
  const names = tree.namesBelow('usr/lib/locale')
  // an archive holds locales that the tree does not show
  const isTold = !names.includes('locale-archive') && tree.record?.complete === true
  const missing = language !== '' && !BUILT_IN.test(language) && isTold && !names.some((name) => sameLocale(name, language)) // prettier-ignore
  return [
    ...(missing ? [caveat('no-such-locale', `the image has no locale ${language} (usr/lib/locale)`, `install glibc-langpack-${language.split('_')[0] ?? ''} in the image`)] : []), // prettier-ignore
    ...(more.length > 0 ? [caveat('one-language', `only the first language, ${language}, can be set; ${more.join(', ')} cannot`)] : []), // prettier-ignore
    ...keyboardCaveats(keyboard, tree),
  ]
}

/** `de_DE.UTF-8` and `de_DE.utf8` are one. */
function sameLocale(one: string, other: string): boolean {
  const plain = (name: string) => name.toLowerCase().replace(/[-.]/g, '')
  return plain(one) === plain(other) || plain(one) === plain(`${other}.utf8`)
}

function keyboardCaveats(keyboard: string, tree: ImageTree): Caveat[] {
  if (keyboard === '' || tree.record?.complete !== true) return []
  const maps = tree.record.paths.filter((path) => /^usr\/(lib|share)\/(kbd\/)?keymaps\/.*\.map(\.gz|\.xz)?$/.test(path)) // prettier-ignore
  if (maps.some((path) => path.split('/').at(-1)?.replace(/\.map(\.gz|\.xz)?$/, '') === keyboard)) return [] // prettier-ignore
  const message = maps.length === 0 ? 'the image has no keyboard tables (usr/lib/kbd/keymaps)' : `the image has no keyboard table ${keyboard} (usr/lib/kbd/keymaps)` // prettier-ignore
  return [
    caveat('no-such-keyboard', message, maps.length === 0 ? 'install kbd in the image' : null),
  ]
}

/** Sizes of a host name: one label has at most 63 characters (hostname(5)). */
export function hostnameCaveats(hostname: Node): Caveat[] {
  const name = textOf(hostname) ?? ''
  if (name === '' || (name.length <= 64 && name.split('.').every((label) => /^[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/.test(label)))) return [] // prettier-ignore
  return [caveat('host-name', `${JSON.stringify(name.slice(0, 80))} is no host name`, 'letters, digits and - in labels of at most 63')] // prettier-ignore
}
