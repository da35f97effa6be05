import { SealscopeError, toSealscopeError } from '../../base/error'
import type { InstallationInputs, SelinuxInputs } from '../../contract/installation'
import { childAt, resolve } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import { display, type ContentReader } from '../../image/tree/reader'
import { sortedEntries } from '../../image/tree/walk'
import { parseKeyFile } from '../../rules/bootc/key-file'
import { bootEntries } from '../../rules/composefs/boot-entries'
import { parseOsRelease } from '../boot/os-release'
import { nodeAt, textAt } from './look-up'
import { idleFiles } from './idle-files'

const FOLDERS = ['usr', 'etc', 'var', 'tmp', 'boot', 'sysroot', 'run', 'dev', 'proc', 'sys']
/** ostree-ext ostree_prepareroot.rs: the first that is there. */
const PREPARE_ROOT = ['etc/ostree/prepare-root.conf', 'usr/lib/ostree/prepare-root.conf']
const SETUP_ROOT = 'usr/lib/composefs/setup-root-conf.toml'
const KEYS = 'usr/lib/bootc/install/secureboot-keys'
const SYSTEMD_BOOT = 'usr/lib/systemd/boot/efi'
/** Folders of a shell's PATH. */
const PATH = ['usr/local/sbin', 'usr/local/bin', 'usr/sbin', 'usr/bin', 'sbin', 'bin']
/** What bootc calls to install, to boot and to update. */
export const PROGRAMS = [
  'bootc', 'podman', 'skopeo', 'bootctl', 'bootupctl', 'sfdisk', 'mkfs.fat', 'mkfs.ext4', 'mkfs.btrfs', 'mkfs.xfs', 'wipefs', 'udevadm', 'lsblk', 'findmnt', 'fstrim', 'cp', 'losetup',
] as const // prettier-ignore
const MOST = 200

/** Collects what installation and boot depend on; nothing is thrown for what is odd in the image. */
export function readInstallation(
  root: Directory,
  reader: ContentReader,
  arch: string,
  unified: boolean,
): InstallationInputs {
  const entries = entriesOf(root, reader)
  const release = parseOsRelease(textAt(root, reader, 'etc/os-release') ?? textAt(root, reader, 'usr/lib/os-release') ?? '') // prettier-ignore
  return {
    folders: FOLDERS.filter((name) => childAt(root, name)?.kind === 'dir'),
    prepareRoot: prepareRoot(root, reader),
    setupRootConf: nodeAt(root, SETUP_ROOT)?.kind === 'file',
    ...entries,
    initramfs: hasInitramfs(root),
    secureBootKeys: secureBootKeys(root),
    systemdBoot: systemdBoot(root),
    bootupd: childAt(root, 'usr/lib/bootupd/updates') !== undefined,
    bootupctl: programAt(root, 'bootupctl'),
    grubCc: nodeAt(root, 'usr/lib/grub-cc/grub-cc.efi') === undefined ? null : 'usr/lib/grub-cc/grub-cc.efi', // prettier-ignore
    entryToken: hasToken(root, reader, release),
    osVersion: release.get('VERSION_ID') ?? release.get('VERSION') ?? null,
    selinux: selinux(root, reader),
    programs: PROGRAMS.map((name) => ({ name, path: programAt(root, name) })),
    idle: idleFiles(root, reader, arch, unified),
  }
}

function entriesOf(
  root: Directory,
  reader: ContentReader,
): Pick<InstallationInputs, 'bootEntries' | 'bootEntriesError'> {
  try {
    const found = bootEntries(root, (leaf) => reader.bytes(leaf), false)
    const shown = found.slice(0, MOST).map(({ type, path }) => ({ type, path: display(path) }))
    return { bootEntries: shown, bootEntriesError: null }
  } catch (thrown) {
    return { bootEntries: null, bootEntriesError: toSealscopeError(thrown).message }
  }
}

function prepareRoot(root: Directory, reader: ContentReader): InstallationInputs['prepareRoot'] {
  const path = PREPARE_ROOT.find((each) => nodeAt(root, each) !== undefined)
  if (path === undefined) return null
  const text = textAt(root, reader, path)
  if (text === null || parseKeyFile(text) !== null) return { path, problem: null }
  const line = text.split('\n').find((each) => !/^\s*(#|\[.*\]\s*$|[^=[\]]+=|$)/.test(each)) ?? ''
  const problem = `Key file contains line “${line}” which is not a key-value pair, group, or comment`
  return { path, problem }
}

function hasInitramfs(root: Directory): boolean {
  const modules = childAt(root, 'usr/lib/modules')
  if (modules?.kind !== 'dir') return false
  return sortedEntries(modules).some(([, node]) => node.kind === 'dir' && node.entries.has('vmlinuz') && node.entries.has('initramfs.img')) // prettier-ignore
}

/** bootc boot.rs `get_secureboot_keys`: every child must be a folder; of those, files `*.auth`. */
function secureBootKeys(root: Directory): InstallationInputs['secureBootKeys'] {
  const folder = nodeAt(root, KEYS)
  const keys: InstallationInputs['secureBootKeys'] = { folders: [], files: [], stray: [] }
  if (folder?.kind !== 'dir') return keys
  for (const [name, node] of sortedEntries(folder).slice(0, MOST)) {
    const path = `${KEYS}/${display(name)}`
    if (node.kind !== 'dir') {
      keys.stray.push(path)
      continue
    }
    keys.folders.push(path)
    const files = sortedEntries(node).filter(([each, { kind }]) => kind === 'file' && each.endsWith('.auth')) // prettier-ignore
    keys.files.push(...files.slice(0, MOST).map(([each]) => `${path}/${display(each)}`))
  }
  return keys
}

function systemdBoot(root: Directory): string[] {
  const folder = nodeAt(root, SYSTEMD_BOOT)
  if (folder?.kind !== 'dir') return []
  const names = sortedEntries(folder).filter(
    ([name, node]) => node.kind !== 'dir' && /^systemd-boot.*\.efi(\.signed)?$/.test(name),
  )
  return names.slice(0, MOST).map(([name]) => `${SYSTEMD_BOOT}/${display(name)}`)
}

function programAt(root: Directory, name: string): string | null {
  return PATH.map((folder) => `${folder}/${name}`).find((path) => isThere(root, path)) ?? null
}

/** A program may be a link to one. */
function isThere(root: Directory, path: string): boolean {
  try {
    return resolve(root, path, 'chroot')?.kind === 'file'
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return false
    throw thrown
  }
}

/** systemd find-esp.c `boot_entry_token_ensure`: ID, IMAGE_ID or a machine id names the entries. */
function hasToken(root: Directory, reader: ContentReader, release: Map<string, string>): boolean {
  if (release.get('ID') || release.get('IMAGE_ID')) return true
  return /^[0-9a-f]{32}\s*$/.test(textAt(root, reader, 'etc/machine-id') ?? '')
}

/** libselinux selinux_config.c: keys at the beginning of a line, the last counts. */
function selinux(root: Directory, reader: ContentReader): SelinuxInputs | null {
  const text = textAt(root, reader, 'etc/selinux/config')
  if (text === null) return null
  const value = (key: string) => text.split('\n').findLast((line) => line.startsWith(`${key}=`))?.slice(key.length + 1).trim() ?? null // prettier-ignore
  const type = value('SELINUXTYPE')
  const folder = type === null || type === '' ? undefined : nodeAt(root, `etc/selinux/${type}/policy`) // prettier-ignore
  const policy = folder?.kind === 'dir' && [...folder.entries.keys()].some((name) => /^policy\.\d+$/.test(name)) // prettier-ignore
  return { mode: value('SELINUX'), type, policy }
}
