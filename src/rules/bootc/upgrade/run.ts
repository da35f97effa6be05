import { resolve } from '../../../image/tree/lookup'
import type { Directory } from '../../../image/tree/node'
import { bootResources, type BootResource } from '../install/boot-resources'
import { CommandLine } from '../install/cmdline'
import type { Disk } from '../install/disk'
import type { InstallImage } from '../install/image'
import { Refusal, within } from '../install/refusal'
import { begin, type InstallInput, type InstallRun } from '../install/run'
import { setUpUki } from '../install/uki'
import { splitKargs } from '../kargs'
import { setUpBlsUpgrade } from './bls'
import type { Entry } from './entries'
import type { EtcConflict } from './etc-merge'

/** A running host: what an installation left. */
export interface Host {
  run: InstallRun
  id: string
  entry: Entry
  bootDigest: string
  cmdline: string
}

export interface UpgradeOutcome {
  /** Verbatim; null: it is staged. */
  refusal: string | null
  /** Digest of the new image's boot image; null where it cannot be computed. */
  id: string | null
  next: { entry: Entry; bootDigest: string; cmdline: string } | null
  run: InstallRun | null
}

/** The host that an installation makes; null where it did not go through, or with another backend. */
export function hostOf(run: InstallRun | null): Host | null {
  const { entry = null, bootDigest = null, deploymentId = null } = run?.result ?? {}
  if (run === null || entry === null || bootDigest === null || deploymentId === null) return null
  return { run, id: deploymentId, entry, bootDigest, cmdline: cmdlineOf(run, entry) }
}

function cmdlineOf(run: InstallRun, entry: Entry): string {
  const options = entry.body.find(([key]) => key === 'options')?.[1]
  return options ?? run.result.ukiCmdline ?? ''
}

/**
 * bootc bootc_composefs/update.rs `do_upgrade` on a host, with the image that comes: pull, collision, /etc, boot
 * entry. The new kernel is written to the host's ESP, which must have room for both.
 */
export function runUpgrade(
  host: Host,
  input: InstallInput,
  conflicts: readonly EtcConflict[],
): UpgradeOutcome {
  const { disk } = host.run
  const run = begin(
    { ...input, disk },
    { ...host.run.options, kargs: [], ukiAddons: null },
    new CommandLine(),
  )
  run.prepared = host.run.prepared
  run.result.bootloader = host.run.result.bootloader
  const outcome: UpgradeOutcome = { refusal: null, id: input.image.boot.digest, next: null, run }
  try {
    within('Upgrading', () => within('Upgrading composefs', () => within('Performing Upgrade Operation', () => stage(host, run, conflicts)))) // prettier-ignore
    const { entry, bootDigest } = run.result
    if (entry !== null && bootDigest !== null) {
      outcome.next = { entry, bootDigest, cmdline: cmdlineOf(run, entry) }
    }
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    outcome.refusal = thrown.text
  }
  return outcome
}

function stage(host: Host, run: InstallRun, conflicts: readonly EtcConflict[]): void {
  const { image } = run
  let resources: BootResource[] = []
  const id = within('Pulling composefs repository', () => {
    if (image.plain.error !== null) throw new Refusal(image.plain.error)
    resources = bootResources(image.root, image.contents)
    if (image.boot.digest === null) throw new Refusal(image.boot.error)
    return image.boot.digest
  })
  if (id === host.id) {
    throw new Refusal('Target image has the same fs-verity digest as the existing Some(Booted) deployment.') // prettier-ignore
  }
  const [first] = resources
  if (first === undefined) throw new Refusal('No boot entries!')
  if (resolve(image.root, 'etc', 'chroot')?.kind !== 'dir') {
    throw new Refusal("Opening deployment's etc: No such file or directory (os error 2)")
  }
  if (conflicts.length > 0) throw new Refusal('Merge conflicts found in etc')
  run.result.deploymentId = id
  const isUki = first.type === 'uki' || first.type === 'uki-addon'
  run.result.bootType = isUki ? 'uki' : 'bls'
  if (isUki) setUpUki(run, id, resources)
  else within('Setting up BLS boot', () => setUpBlsUpgrade(host, run, id, first))
}

/** What a host of this image holds that a garbage collection removes once no entry names it (gc.rs). */
export function collectedPaths(
  host: Host,
  image: InstallImage,
  kept: InstallImage,
  disk: Disk,
): string[] {
  const { id, run } = host
  const uki = run.result.bootType === 'uki'
  const folder = run.result.bootloader?.value === 'grub' ? 'boot' : 'EFI/Linux'
  const files = uki ? [`EFI/Linux/bootc/bootc_composefs-${id}.efi`] : [`${folder}/bootc_composefs-${id}`] // prettier-ignore
  const addons = `EFI/Linux/bootc/bootc_composefs-${id}.efi.extra.d`
  const hasAddons = disk.filesystems.some(({ volume }) => volume.has(addons))
  const layers = image.diffIds.filter((diffId) => !kept.diffIds.includes(diffId))
  return [
    ...files,
    ...(hasAddons ? [addons] : []),
    `state/deploy/${id}`,
    `composefs/images/${id}`,
    `composefs/streams/oci-manifest-${image.manifestDigest}`,
    `composefs/streams/oci-config-${image.configDigest}`,
    ...[...new Set(layers)].map((diffId) => `composefs/streams/oci-layer-${diffId}`),
  ]
}

/** Folder /etc of an image. */
export function etcOf(root: Directory): Directory | null {
  const node = resolve(root, 'etc', 'chroot')
  return node?.kind === 'dir' ? node : null
}

/** An argument of the running system, exchanged. */
export function exchangeComposefs(options: string, id: string, optional: boolean): string {
  const wanted = `composefs=${optional ? '?' : ''}${id}`
  const items = splitKargs(options)
  const at = items.findIndex((item) => item.startsWith('composefs='))
  if (at < 0) items.push(wanted)
  else items[at] = wanted
  return items.join(' ')
}
