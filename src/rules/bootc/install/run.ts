import { type InstallOptions, parseInstallArguments, type InstallCommand } from './arguments'
import type { CommandLine } from './cmdline'
import { type Disk, type DiskFilesystem, locate } from './disk'
import type { EntryText } from './entries'
import type { InstallImage, Machine } from './image'
import { prepare, type Prepared } from './prepare'
import { Refusal, type Stage, within } from './refusal'
import { setUpBoot } from './boot'
import { pullIntoRepository } from './repository'
import { createRootfs } from './to-disk'
import { finalize, relabel } from './finish'
import { ostreeInstall } from './ostree'
import { openTarget } from './to-filesystem'

/** What the steps of an installation share and leave behind. */
export interface InstallRun {
  readonly image: InstallImage
  readonly machine: Machine
  readonly disk: Disk
  /** How podman calls the image where bootc runs in it. */
  readonly containerName: string
  options: InstallOptions
  prepared: Prepared | null
  /** Kernel arguments that bootc puts together; of a UKI they never reach the kernel. */
  kargs: CommandLine
  /** Mount specification of /boot; null: none. */
  bootSpec: { source: string; fstype: string; options: string } | null
  rootUuid: string
  skipFinalize: boolean
  stages: Stage[]
  result: InstallFacts
}

/** What the run tells beside the disk. */
export interface InstallFacts {
  bootType: 'uki' | 'bls' | null
  bootloader: { value: 'systemd' | 'grub' | 'grub-cc' | 'none'; why: string } | null
  deploymentId: string | null
  /** Objects of the composefs repository by now; null: there is none. */
  objects: number | null
  /** Command line of the UKI that stays, and those of the add-ons that are installed. */
  ukiCmdline: string | null
  addonCmdlines: string[]
  /** Bytes of one deployment's files on the ESP. */
  espBytes: number
  /** SHA-256 of kernel and initramfs. */
  bootDigest: string | null
  /** What the boot loader entry says; null while there is none. */
  entry: (EntryText & { osId: string }) | null
}

export interface InstallOutcome {
  exit: number
  refusal: { text: string; after: Stage[] } | null
  run: InstallRun | null
}

export interface InstallInput {
  command: InstallCommand
  args: readonly string[]
  image: InstallImage
  machine: Machine
  disk: Disk
  containerName: string
}

/** `bootc install` from its arguments to the end, on a disk that is changed as bootc changes it. */
export function runInstall(input: InstallInput, newKargs: () => CommandLine): InstallOutcome {
  let run: InstallRun | null = null
  try {
    const options = parseInstallArguments(input.command, input.args)
    run = begin(input, options, newKargs())
    const started = run
    const context = input.command === 'to-disk' ? 'Installing to disk' : 'Installing to filesystem'
    within(context, () => install(started))
    return { exit: 0, refusal: null, run }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    const refusal = { text: thrown.text, after: run?.stages ?? [] }
    return { exit: thrown.exit, refusal, run }
  }
}

/** A run before its first step. */
export function begin(
  input: InstallInput,
  options: InstallOptions,
  kargs: CommandLine,
): InstallRun {
  const { image, machine, disk, containerName } = input
  return {
    image,
    machine,
    disk,
    containerName,
    options,
    prepared: null,
    kargs,
    bootSpec: null,
    rootUuid: '',
    skipFinalize: false,
    stages: [],
    result: {
      bootType: null,
      bootloader: null,
      deploymentId: null,
      objects: null,
      ukiCmdline: null,
      addonCmdlines: [],
      espBytes: 0,
      bootDigest: null,
      entry: null,
    },
  }
}

function install(run: InstallRun): void {
  if (run.options.command === 'to-disk') createRootfs(run)
  else openTarget(run)
  const prepared = requirePrepared(run)
  if (prepared.selinux === 'forced-off') run.kargs.extend('selinux=0', 'bootc')
  if (!prepared.composefs) {
    ostreeInstall(run)
    return
  }
  pullIntoRepository(run)
  within('Setting up composefs boot', () => setUpBoot(run))
  relabel(run)
  finalize(run)
}

/** The file system that is mounted as the root. */
export function rootOf(run: InstallRun): DiskFilesystem {
  return locate(run.disk, '').filesystem
}

export function requirePrepared(run: InstallRun): Prepared {
  run.prepared ??= prepare(run, null)
  return run.prepared
}
