import { display, type FileLeaf } from '../../../image/tree/reader'
import { findUtf8Fault } from '../../../base/utf8'
import { SealscopeError } from '../../../base/error'
import { parseKeyFile } from '../key-file'
import { installConfigFiles } from '../install-config'
import { isTable, parseToml } from '../toml-file'
import type { Bootloader, RootFilesystem } from './arguments'
import { isVerityOptional } from './composefs-karg'
import { imageFile, type InstallImage, onMachine } from './image'
import { NO_FILE, Refusal, tomlStop, within } from './refusal'
import type { InstallRun } from './run'
import { INSTALL_FILE, serdeError, syntaxError } from './toml-words'

/** bootc install.rs `State`: what is settled before the disk is touched. */
export interface Prepared {
  /** What `[install]` says; null: no file. */
  config: Record<string, unknown> | null
  /** Named by an option or the configuration; null: bootc looks itself. */
  bootloader: Bootloader | null
  bootloaderFrom: string | null
  skipBootUuid: boolean
  /** `containers-storage:localhost/NAME:latest`, `oci:/path` … */
  source: { transport: string; name: string }
  /** `docker://…`, `oci:…`: where updates come from. */
  targetImgref: string
  composefs: boolean
  composefsWhy: string
  isUki: boolean
  allowMissingVerity: boolean
  selinux: 'off' | 'forced-off' | 'on'
  filesystem: RootFilesystem
}

const VERITY = ['ext4', 'btrfs']
const SETUP_ROOT = 'usr/lib/composefs/setup-root-conf.toml'
/** containers-image-proxy's names and how they print. */
const TRANSPORTS: Readonly<Record<string, string>> = {
  registry: 'docker://',
  docker: 'docker://',
  oci: 'oci:',
  'oci-archive': 'oci-archive:',
  'docker-archive': 'docker-archive:',
  'docker-daemon': 'docker-daemon:',
  'containers-storage': 'containers-storage:',
  dir: 'dir:',
}

/** bootc install.rs `prepare_install`, in its order. `target`: type of a file system that is there. */
export function prepare(run: InstallRun, target: RootFilesystem | null): Prepared {
  const { options, machine, image } = run
  const source = sourceOf(run)
  const config = within('Loading configuration', () => loadConfig(run))
  const explicit = bootloaderOf(run, config)
  const targetImgref = targetOf(run, source)
  const inContainer = options.sourceImgref === null
  if (inContainer && image.kernel.error !== null) {
    throw new Refusal(image.kernel.upstream ?? image.kernel.error)
  }
  const unified = inContainer && image.kernel.kernel?.unified === true
  const composefs = options.composefsBackend || unified
  if (composefs && explicit.value === 'none') {
    throw new Refusal('Bootloader set to none is not supported with the composefs backend')
  }
  const selinux = !onMachine(machine, 'etc/selinux/config') ? 'off' : options.disableSelinux ? 'forced-off' : 'on' // prettier-ignore
  const filesystem = target ?? options.filesystem ?? configuredRoot(config)
  if (filesystem === null) throw new Refusal('No root filesystem specified')
  const verity = VERITY.includes(filesystem)
  let allowMissingVerity = options.allowMissingVerity
  if (unified) {
    allowMissingVerity = isVerityOptional(image.kernel.cmdline ?? '')
    if (!allowMissingVerity && !verity) {
      throw new Refusal(`Specified filesystem ${filesystem} does not support fs-verity`)
    }
  } else if (composefs && !allowMissingVerity) allowMissingVerity = !verity
  requirePrepareRoot(run)
  requireSshKeys(run)
  return {
    config,
    bootloader: explicit.value,
    bootloaderFrom: explicit.from,
    skipBootUuid: options.bootupdSkipBootUuid || bootupdSkips(config),
    source,
    targetImgref,
    composefs,
    composefsWhy: unified
      ? `the image has a UKI (${image.kernel.kernel?.path ?? ''})`
      : options.composefsBackend
        ? '--composefs-backend'
        : inContainer
          ? 'the image has no UKI, and --composefs-backend is not given'
          : '--source-imgref: bootc does not look for a UKI, and --composefs-backend is not given',
    isUki: unified,
    allowMissingVerity,
    selinux,
    filesystem,
  }
}

function sourceOf({ options, containerName }: InstallRun): { transport: string; name: string } {
  const { sourceImgref } = options
  if (sourceImgref === null) return { transport: 'containers-storage', name: containerName }
  const colon = sourceImgref.indexOf(':')
  const transport = colon < 0 ? '' : sourceImgref.slice(0, colon)
  if (!Object.hasOwn(TRANSPORTS, transport)) {
    throw new Refusal(
      colon < 0
        ? `Creating source info from a given imageref: Missing ':' in ${sourceImgref}`
        : `Creating source info from a given imageref: Unknown transport '${transport}'`,
    )
  }
  return { transport, name: sourceImgref.slice(colon + 1).replace(/^\/\/(?=[^/])/, '') }
}

function targetOf({ options }: InstallRun, source: { name: string }): string {
  const prefix = Object.hasOwn(TRANSPORTS, options.targetTransport)
    ? TRANSPORTS[options.targetTransport]
    : undefined
  if (prefix === undefined) throw new Refusal(`Unknown transport '${options.targetTransport}'`)
  return `${prefix}${options.targetImgref ?? source.name}`
}

/** bootc install/config.rs `load_config`; a Refusal with the last line of the toml crate's words. */
function loadConfig({ machine, image }: InstallRun): Record<string, unknown> | null {
  const { image: root } = machine
  if (root === null) return null
  const files = installConfigFiles(root)
  if (files.length === 0) return null
  let found = false
  for (const { path, leaf } of files) {
    const table = parseWithWords(image, path, leaf)
    found ||= table['install'] !== undefined
  }
  return found ? image.installConfig().raw : null
}

function parseWithWords(
  image: InstallImage,
  path: string,
  leaf: FileLeaf,
): Record<string, unknown> {
  const bytes = image.contents.bytes(leaf)
  if (findUtf8Fault(bytes) !== null) throw new Refusal('stream did not contain valid UTF-8')
  let table: Record<string, unknown>
  try {
    table = parseToml(new TextDecoder().decode(bytes), path, '')
  } catch (thrown) {
    const cause = thrown instanceof SealscopeError && thrown.cause instanceof Error ? thrown.cause.message : '' // prettier-ignore
    throw tomlStop(JSON.stringify(display(path)), syntaxError(cause.split('\n')[0] ?? ''))
  }
  const words = serdeError(table, INSTALL_FILE)
  if (words !== null) throw tomlStop(JSON.stringify(display(path)), words)
  return table
}

function bootloaderOf(
  { options }: InstallRun,
  config: Record<string, unknown> | null,
): { value: Bootloader | null; from: string | null } {
  if (options.bootloader !== null) return { value: options.bootloader, from: '--bootloader' }
  const named = config?.['bootloader']
  const all: readonly Bootloader[] = ['grub', 'grub-cc', 'systemd', 'none']
  const value = all.find((each) => each === named) ?? null
  return { value, from: value === null ? null : 'bootloader in the install configuration' }
}

function configuredRoot(config: Record<string, unknown> | null): RootFilesystem | null {
  const type = config?.['root-fs-type']
  return type === 'xfs' || type === 'ext4' || type === 'btrfs' ? type : null
}

function bootupdSkips(config: Record<string, unknown> | null): boolean {
  const bootupd = config?.['bootupd']
  return isTable(bootupd) && bootupd['skip-boot-uuid'] === true
}

/** ostree-ext ostree_prepareroot.rs `require_config_from_root`. */
function requirePrepareRoot({ machine, image }: InstallRun): void {
  const path = ['etc/ostree/prepare-root.conf', 'usr/lib/ostree/prepare-root.conf'].find((each) =>
    onMachine(machine, each),
  )
  if (path === undefined && image.release.setupRootConf && onMachine(machine, SETUP_ROOT)) return
  if (path === undefined) {
    throw new Refusal('Failed to find ostree/prepare-root.conf in /usr/lib or /etc')
  }
  const leaf = machine.image === null || machine.has.includes(path) ? null : imageFile(machine.image, path) // prettier-ignore
  if (leaf === null) return
  const text = new TextDecoder().decode(image.contents.bytes(leaf))
  if (parseKeyFile(text) !== null) return
  throw new Refusal(`Parsing ${path}: ${keyFileWords(text)}`)
}

/** What GLib says of the first line that it does not take (gkeyfile.c). */
function keyFileWords(text: string): string {
  let group = false
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '').replace(/^[ \t\v\f]+/, '')
    if (line === '' || line.startsWith('#')) continue
    if (/^\[.*\][ \t]*$/.test(line)) {
      const name = line.replace(/^\[/, '').replace(/\][ \t]*$/, '')
      if (name === '' || /[[\]\x00-\x1f\x7f]/.test(name)) return `Invalid group name: ${name}`
      group = true
    } else if (!line.includes('=') || line.startsWith('=')) {
      return `Key file contains line “${raw}” which is not a key-value pair, group, or comment`
    } else if (!group) return 'Key file does not start with a group'
  }
  return `Invalid key name: ${
    text
      .split('\n')
      .find((line) => line.includes('='))
      ?.split('=')[0]
      ?.trim() ?? ''
  }`
}

function requireSshKeys({ options, machine }: InstallRun): void {
  const { sshKeys } = options
  if (sshKeys === null || machine.hasFile(sshKeys) !== false) return
  throw new Refusal(`Reading ${sshKeys}: ${NO_FILE}`)
}
