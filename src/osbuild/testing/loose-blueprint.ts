import { parse as parseToml } from 'smol-toml'
import type { NodeCustomization, User } from '../customizations'
import type { DiskWish, PartitionWish } from '../disk/custom-layout'
import { parseSize } from '../sizes'
import { NO_WISHES, type Wishes } from '../wishes'

/**
 * For tests of this room only: takes a valid blueprint apart without any check, so that manifests
 * can be compared without the blueprint reader. What a reader refuses is not refused here.
 */
interface Members {
  [key: string]: unknown
}

/** Declaration order upstream (blueprint.go, customizations.go). */
const TOP =
  'name description version packages modules enabled_modules groups containers customizations distro architecture'
const CUSTOMIZATIONS =
  'hostname kernel sshkey user group timezone locale firewall services filesystem disk installation_device partitioning_mode fdo openscap ignition directories files repositories fips installer rpm rhsm cacerts containers-storage firstboot dnf iso sshd bootloader'
/** Neither pointers nor objects upstream: empty means not set. */
const PLAIN =
  'name description version packages modules enabled_modules groups containers distro architecture sshkey user group filesystem installation_device partitioning_mode directories files repositories'.split(
    ' ',
  )

export function looseToml(text: string): Wishes {
  return looseBlueprint(parseToml(text))
}

export function looseBlueprint(document: unknown): Wishes {
  const top = members(lowerKeys(document))
  const customizations = members(top['customizations'])
  return { ...looseCustomizations(customizations), setOptions: setOptions(top, customizations) }
}

export function looseCustomizations(document: unknown): Wishes {
  const from = members(lowerKeys(document))
  const firstboot = members(from['ignition'])['firstboot']
  const grub2 = members(from['bootloader'])['grub2']
  return {
    ...NO_WISHES,
    users: usersOf(from),
    groups: list(from['group']).map((group) => ({
      name: text(group['name']),
      gid: integer(group['gid']),
    })),
    directories: list(from['directories']).map((node) => ({
      ...nodeOf(node),
      ensureParents: node['ensure_parents'] === true,
    })),
    files: list(from['files']).map((node) => ({
      ...nodeOf(node),
      data: text(node['data']),
      uri: text(node['uri']),
    })),
    kernelAppend: text(members(from['kernel'])['append']),
    filesystems:
      from['filesystem'] === undefined
        ? null
        : list(from['filesystem']).map((fs) => ({
            mountpoint: text(fs['mountpoint']),
            minsize: size(fs['minsize'] ?? fs['size']),
          })),
    disk: from['disk'] === undefined ? null : diskOf(members(from['disk'])),
    ignition:
      firstboot === undefined
        ? null
        : { url: text(members(firstboot)['url']), empty: members(firstboot)['empty'] === true },
    grub2:
      grub2 === undefined
        ? null
        : {
            terminalInput: texts(members(grub2)['terminal_input']),
            terminalOutput: texts(members(grub2)['terminal_output']),
            serial: text(members(grub2)['serial']),
          },
    installer: installerOf(from['installer']),
    fips: from['fips'] === true,
  }
}

function setOptions(top: Members, customizations: Members): string[] {
  return TOP.split(' ').flatMap((key) => {
    if (key !== 'customizations') return isSet(key, top[key]) ? [key] : []
    return CUSTOMIZATIONS.split(' ').flatMap((name) => {
      const path = `customizations.${name}`
      if (name !== 'kernel') return isSet(name, customizations[name]) ? [path] : []
      const kernel = members(customizations[name])
      return ['name', 'append'].filter((k) => text(kernel[k]) !== '').map((k) => `${path}.${k}`)
    })
  })
}

function isSet(key: string, value: unknown): boolean {
  if (value === undefined || value === null) return false
  if (!PLAIN.includes(key)) return true
  return Array.isArray(value) ? value.length > 0 : value !== ''
}

function usersOf(from: Members): User[] {
  const keys = list(from['sshkey']).map((entry) => ({ name: entry['user'], key: entry['key'] }))
  return [...keys, ...list(from['user'])].map((user: Members) => ({
    name: text(user['name']),
    description: optional(user['description']),
    password: optional(user['password']),
    key: optional(user['key']),
    home: optional(user['home'])?.replace(/\/+$/, '') ?? null,
    shell: optional(user['shell']),
    groups: Array.isArray(user['groups']) ? texts(user['groups']) : null,
    uid: integer(user['uid']),
    gid: integer(user['gid']),
    expireDate: integer(user['expiredate']),
    forcePasswordReset:
      typeof user['force_password_reset'] === 'boolean' ? user['force_password_reset'] : null,
  }))
}

function nodeOf(from: Members): NodeCustomization {
  const owner = (value: unknown) => (typeof value === 'string' ? value : integer(value))
  return {
    path: text(from['path']),
    mode: text(from['mode']) || null,
    user: owner(from['user']),
    group: owner(from['group']),
  }
}

function diskOf(from: Members): DiskWish {
  const type = text(from['type'])
  return {
    type: type === 'gpt' || type === 'dos' ? type : '',
    minsize: size(from['minsize']),
    startOffset: size(from['start_offset']),
    sectorSize: size(from['sector_size']),
    partitions: list(from['partitions']).map(partitionOf),
  }
}

function partitionOf(from: Members): PartitionWish {
  const type = text(from['type'])
  return {
    type: type === 'lvm' || type === 'btrfs' ? type : 'plain',
    minsize: size(from['minsize']),
    partType: text(from['part_type']),
    partLabel: text(from['part_label']),
    partUuid: text(from['part_uuid']),
    mountpoint: text(from['mountpoint']),
    label: text(from['label']),
    fsType: text(from['fs_type']),
    name: text(from['name']),
    logicalVolumes: list(from['logical_volumes']).map((volume) => ({
      name: text(volume['name']),
      minsize: size(volume['minsize']),
      mountpoint: text(volume['mountpoint']),
      label: text(volume['label']),
      fsType: text(volume['fs_type']),
    })),
    subvolumes: list(from['subvolumes']).map((volume) => ({
      name: text(volume['name']),
      mountpoint: text(volume['mountpoint']),
    })),
  }
}

function installerOf(value: unknown): Wishes['installer'] {
  if (value === undefined) return null
  const from = members(value)
  const modules = members(from['modules'])
  const kickstart = from['kickstart']
  return {
    unattended: from['unattended'] === true,
    sudoNopasswd: texts(from['sudo-nopasswd']),
    kickstart: kickstart === undefined ? null : text(members(kickstart)['contents']),
    enabledModules: texts(modules['enable']),
    disabledModules: texts(modules['disable']),
  }
}

function lowerKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerKeys)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key.toLowerCase(), lowerKeys(inner)]),
  )
}

function members(value: unknown): Members {
  return typeof value === 'object' && value !== null ? (value as Members) : {}
}

function list(value: unknown): Members[] {
  return Array.isArray(value) ? value.map(members) : []
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : ''
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function optional(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function integer(value: unknown): number | bigint | null {
  return typeof value === 'number' || typeof value === 'bigint' ? value : null
}

function size(value: unknown): bigint {
  if (typeof value === 'string') return parseSize(value)
  return typeof value === 'bigint' ? value : BigInt(Math.trunc(Number(value ?? 0)))
}
