import { Refusal } from './refusal'

export type InstallCommand = 'to-disk' | 'to-filesystem'
export type Bootloader = 'grub' | 'grub-cc' | 'systemd' | 'none'

const BOOTLOADERS: readonly Bootloader[] = ['grub', 'grub-cc', 'systemd', 'none']
const FILESYSTEMS = ['xfs', 'ext4', 'btrfs'] as const
export type RootFilesystem = (typeof FILESYSTEMS)[number]

/** The options of `bootc install to-disk` and `to-filesystem` (bootc install.rs, install/baseline.rs). */
export interface InstallOptions {
  command: InstallCommand
  /** The mounted root, or the disk. */
  target: string
  sourceImgref: string | null
  targetTransport: string
  targetImgref: string | null
  runFetchCheck: boolean
  unifiedStorage: boolean
  disableSelinux: boolean
  kargs: string[]
  kargDeletes: string[]
  sshKeys: string | null
  genericImage: boolean
  boundImages: 'stored' | 'skip' | 'pull'
  stateroot: string | null
  bootupdSkipBootUuid: boolean
  bootloader: Bootloader | null
  composefsBackend: boolean
  allowMissingVerity: boolean
  ukiAddons: string[] | null
  /** Of `to-filesystem`. */
  rootMountSpec: string | null
  bootMountSpec: string | null
  replace: 'wipe' | 'alongside' | null
  skipFinalize: boolean
  /** Of `to-disk`. */
  wipe: boolean
  blockSetup: 'direct' | 'tpm2-luks' | null
  filesystem: RootFilesystem | null
  rootSize: string | null
  viaLoopback: boolean
}

const COMMON_FLAGS = [
  'target-no-signature-verification',
  'enforce-container-sigpolicy',
  'run-fetch-check',
  'skip-fetch-check',
  'experimental-unified-storage',
  'disable-selinux',
  'generic-image',
  'bootupd-skip-boot-uuid',
  'composefs-backend',
  'allow-missing-verity',
]
const COMMON_VALUES = [
  'source-imgref',
  'target-transport',
  'target-imgref',
  'karg',
  'karg-delete',
  'root-ssh-authorized-keys',
  'bound-images',
  'stateroot',
  'bootloader',
  'uki-addon',
]
const FLAGS: Readonly<Record<InstallCommand, readonly string[]>> = {
  'to-disk': [...COMMON_FLAGS, 'wipe', 'via-loopback'],
  'to-filesystem': [...COMMON_FLAGS, 'acknowledge-destructive', 'skip-finalize'],
}
const VALUES: Readonly<Record<InstallCommand, readonly string[]>> = {
  'to-disk': [...COMMON_VALUES, 'block-setup', 'filesystem', 'root-size'],
  'to-filesystem': [...COMMON_VALUES, 'root-mount-spec', 'boot-mount-spec', 'replace'],
}
const REPEATED = ['karg', 'karg-delete', 'uki-addon']

/** clap's last line whatever is wrong with the arguments; its exit status is 2. */
const USAGE = "For more information, try '--help'."

/** Reads the arguments behind the command as clap does; a Refusal with status 2 where it stops. */
export function parseInstallArguments(
  command: InstallCommand,
  args: readonly string[],
): InstallOptions {
  const { flags, values, words } = collect(command, args)
  const one = (name: string) => values.get(name)?.at(-1) ?? null
  const [target] = words
  if (target === undefined || words.length > 1) throw usage()
  const needsBackend = flags.has('allow-missing-verity') || values.has('uki-addon')
  if (needsBackend && !flags.has('composefs-backend')) throw usage()
  return {
    command,
    target,
    sourceImgref: one('source-imgref'),
    targetTransport: one('target-transport') ?? 'registry',
    targetImgref: one('target-imgref'),
    runFetchCheck: flags.has('run-fetch-check'),
    unifiedStorage: flags.has('experimental-unified-storage'),
    disableSelinux: flags.has('disable-selinux'),
    kargs: values.get('karg') ?? [],
    kargDeletes: values.get('karg-delete') ?? [],
    sshKeys: one('root-ssh-authorized-keys'),
    genericImage: flags.has('generic-image'),
    boundImages: choice(one('bound-images'), ['stored', 'skip', 'pull']) ?? 'stored',
    stateroot: one('stateroot'),
    bootupdSkipBootUuid: flags.has('bootupd-skip-boot-uuid'),
    bootloader: choice(one('bootloader'), BOOTLOADERS),
    composefsBackend: flags.has('composefs-backend'),
    allowMissingVerity: flags.has('allow-missing-verity'),
    ukiAddons: values.get('uki-addon') ?? null,
    rootMountSpec: one('root-mount-spec'),
    bootMountSpec: one('boot-mount-spec'),
    replace: choice(one('replace'), ['wipe', 'alongside']),
    skipFinalize: flags.has('skip-finalize'),
    wipe: flags.has('wipe'),
    blockSetup: choice(one('block-setup'), ['direct', 'tpm2-luks']),
    filesystem: choice(one('filesystem'), FILESYSTEMS),
    rootSize: one('root-size'),
    viaLoopback: flags.has('via-loopback'),
  }
}

interface Collected {
  flags: Set<string>
  values: Map<string, string[]>
  words: string[]
}

function collect(command: InstallCommand, args: readonly string[]): Collected {
  const found: Collected = { flags: new Set(), values: new Map(), words: [] }
  for (let at = 0; at < args.length; at++) {
    const arg = args[at] ?? ''
    if (arg === '--') {
      found.words.push(...args.slice(at + 1))
      break
    }
    if (!arg.startsWith('-') || arg === '-') {
      found.words.push(arg)
      continue
    }
    const equals = arg.indexOf('=')
    const name = arg.slice(2, equals < 0 ? undefined : equals)
    if (!arg.startsWith('--')) throw usage()
    if (FLAGS[command].includes(name) && equals < 0) {
      if (found.flags.has(name)) throw usage()
      found.flags.add(name)
    } else if (VALUES[command].includes(name)) {
      const value = equals < 0 ? args[++at] : arg.slice(equals + 1)
      // clap takes no value that looks like an option.
      if (value === undefined || (equals < 0 && /^-./.test(value))) throw usage()
      const list = found.values.get(name) ?? []
      if (list.length > 0 && !REPEATED.includes(name)) throw usage()
      found.values.set(name, [...list, value])
    } else throw usage()
  }
  return found
}

function choice<T extends string>(value: string | null, allowed: readonly T[]): T | null {
  if (value === null) return null
  const found = allowed.find((item) => item === value)
  if (found === undefined) throw usage()
  return found
}

function usage(): Refusal {
  return new Refusal('the arguments are wrong', { exit: 2, lastLine: USAGE })
}
