import { trimEnd } from '../../base/trim'
import type {
  Blueprint,
  Customizations,
  DiskCustomization,
  FileCustomization,
  InstallerCustomization,
  UserCustomization,
} from '../../formats/blueprint/model'
import { diskProblem, layoutProblem, partitionProblem } from './validation/disk'
import { nodesProblem } from './validation/nodes'
import {
  groupsProblem,
  ignitionProblem,
  installerProblem,
  isoProblem,
  kickstartProblem,
} from './validation/other'
import type { InstallerWish, NodeCustomization, User } from './customizations'
import type { DiskWish } from './disk/disk-wish'
import { refuse } from '../../base/go/failure'
import { NO_WISHES, type Wishes } from './wishes'

/** Keys whose name in the document is not the member's name in snake case. */
const KEYS: Record<string, string> = {
  arch: 'architecture',
  containersStorage: 'containers-storage',
}

/** A decoded blueprint as the manifest needs it. */
export function wishesFrom(blueprint: Blueprint): Wishes {
  const { customizations } = blueprint
  const wishes = customizations === null ? NO_WISHES : wishesOf(customizations)
  return { ...wishes, setOptions: setOptions(blueprint) }
}

/** The same for customizations that a container brings, which give no warnings. */
export function embeddedWishesFrom(from: Customizations): Wishes {
  return wishesOf(from)
}

/** Throws upstream's text where a check finds a problem. */
function refuseIf(problem: string | null): void {
  if (problem !== null) throw refuse(problem)
}

function checksOf(from: Customizations): Pick<Wishes, `check${string}` & keyof Wishes> {
  const { disk } = from
  return {
    checkGroups: () => refuseIf(groupsProblem(from)),
    checkDisk: () => refuseIf(disk === null ? null : diskProblem(disk)),
    checkDiskLayout: () => refuseIf(disk === null ? null : layoutProblem(disk)),
    checkPartition: (index, table) => {
      const part = disk?.partitions?.[index]
      refuseIf(part === undefined ? null : partitionProblem(part, table))
    },
    checkNodes: () => refuseIf(nodesProblem(from)),
    checkIgnition: () => refuseIf(ignitionProblem(from)),
    checkInstaller: () => refuseIf(installerProblem(from) ?? kickstartProblem(from)),
    checkIso: () => refuseIf(isoProblem(from)),
  }
}

function wishesOf(from: Customizations): Wishes {
  const grub2 = from.bootloader?.grub2 ?? null
  return {
    ...NO_WISHES,
    ...checksOf(from),
    users: usersOf(from),
    groups: from.group ?? [],
    directories: (from.directories ?? []).map((node) => ({
      ...nodeOf(node),
      ensureParents: node.ensureParents,
    })),
    files: (from.files ?? []).map((node) => ({
      ...nodeOf(node),
      data: node.data,
      uri: node.uri,
    })),
    kernelAppend: from.kernel?.append ?? '',
    filesystems: from.filesystem,
    disk: from.disk === null ? null : diskOf(from.disk),
    ignition: from.ignition?.firstboot ?? null,
    grub2:
      grub2 === null
        ? null
        : {
            terminalInput: grub2.terminalInput ?? [],
            terminalOutput: grub2.terminalOutput ?? [],
            serial: grub2.serial ?? '',
          },
    installer: from.installer === null ? null : installerOf(from.installer),
    fips: from.fips ?? false,
  }
}

/** `sshkey` first, overridden by `user`; homes without slashes at the end (GetUsers). */
function usersOf({ sshkey, user }: Customizations): User[] {
  const keys = (sshkey ?? []).map(({ user: name, key }): UserCustomization => ({
    name,
    key,
    description: null,
    password: null,
    home: null,
    shell: null,
    groups: null,
    uid: null,
    gid: null,
    expireDate: null,
    forcePasswordReset: null,
  }))
  return [...keys, ...(user ?? [])].map((each) => ({
    ...each,
    home: each.home === null ? null : trimEnd(each.home, '/'),
  }))
}

function nodeOf(
  from: Pick<FileCustomization, 'path' | 'mode' | 'user' | 'group'>,
): NodeCustomization {
  return { path: from.path, mode: from.mode || null, user: from.user, group: from.group }
}

/** The type is one of three once `checkDisk` has passed. */
function diskOf(from: DiskCustomization): DiskWish {
  return {
    type: from.type === 'gpt' || from.type === 'dos' ? from.type : '',
    minsize: from.minsize,
    startOffset: from.startOffset,
    sectorSize: from.sectorSize,
    partitions: (from.partitions ?? []).map((part) => ({
      ...part,
      logicalVolumes: part.logicalVolumes ?? [],
      subvolumes: part.subvolumes ?? [],
    })),
  }
}

function installerOf(from: InstallerCustomization): InstallerWish {
  return {
    unattended: from.unattended,
    sudoNopasswd: from.sudoNopasswd ?? [],
    kickstart: from.kickstart === null ? null : from.kickstart.contents,
    enabledModules: from.modules?.enable ?? [],
    disabledModules: from.modules?.disable ?? [],
  }
}

/** Declaration order upstream (blueprint.go, customizations.go): it decides which warning is given. */
const TOP_ORDER = [
  'name',
  'description',
  'version',
  'packages',
  'modules',
  'enabledModules',
  'groups',
  'containers',
  'customizations',
  'distro',
  'arch',
] as const satisfies readonly (keyof Blueprint)[]

const ORDER = [
  'hostname',
  'kernel',
  'sshkey',
  'user',
  'group',
  'timezone',
  'locale',
  'firewall',
  'services',
  'filesystem',
  'disk',
  'installationDevice',
  'partitioningMode',
  'fdo',
  'openscap',
  'ignition',
  'directories',
  'files',
  'repositories',
  'fips',
  'installer',
  'rpm',
  'rhsm',
  'cacerts',
  'containersStorage',
  'firstboot',
  'dnf',
  'iso',
  'sshd',
  'bootloader',
] as const satisfies readonly (keyof Customizations)[]

/** Dotted names of what is set, in declaration order, `kernel` one level deeper. */
function setOptions(blueprint: Blueprint): string[] {
  return TOP_ORDER.flatMap((member) => {
    if (member === 'customizations') return customizationOptions(blueprint.customizations)
    return isSet(blueprint[member]) ? [keyOf(member)] : []
  })
}

function customizationOptions(from: Customizations | null): string[] {
  if (from === null) return []
  return ORDER.flatMap((member) => {
    const path = `customizations.${keyOf(member)}`
    if (member === 'kernel') {
      const { name = '', append = '' } = from.kernel ?? {}
      return [
        ...(name === '' ? [] : [`${path}.name`]),
        ...(append === '' ? [] : [`${path}.append`]),
      ]
    }
    // the one optional text: empty counts as set
    const set = member === 'hostname' ? from.hostname !== null : isSet(from[member])
    return set ? [path] : []
  })
}

/** Null, empty texts and empty lists are not set; any object or boolean is. */
function isSet(value: unknown): boolean {
  return value !== null && value !== '' && !(Array.isArray(value) && value.length === 0)
}

function keyOf(member: string): string {
  return KEYS[member] ?? member.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
