import type { BootResource } from '../install/boot-resources'
import { sortKey } from '../install/entries'
import { imageText } from '../install/image'
import { parseOsRelease } from '../install/os-release'
import { requireRoom, writableEsp } from '../install/bootloader'
import { locate } from '../install/disk'
import { Refusal } from '../install/refusal'
import { requirePrepared, type InstallRun } from '../install/run'
import { splitKargs } from '../kargs'
import { exchangeComposefs, type Host } from './run'

/**
 * boot.rs `setup_composefs_bls_boot` for an upgrade: the booted options with the new digest and what changed in
 * kargs.d; a kernel that is there already is shared.
 */
export function setUpBlsUpgrade(
  host: Host,
  run: InstallRun,
  id: string,
  first: BootResource,
): void {
  const options = host.entry.body.find(([key]) => key === 'options')?.[1]
  // The words are the wrong way round in bootc, too.
  if (options === undefined) throw new Refusal('Found NonEFI config')
  const cmdline = upgradedOptions(host, run, exchangeComposefs(options, id, requirePrepared(run).allowMissingVerity)) // prettier-ignore
  if (first.type === 'type1') throw new Refusal('Found Type1 entries in /boot')
  if (first.type !== 'vmlinuz') throw new Refusal('Found UKI')
  const { contents } = run.image
  const { vmlinuz, initramfs } = first
  if (initramfs === null) {
    throw new Refusal('Computing boot digest: Computing boot digest: initramfs not found')
  }
  const digest = contents.hash([vmlinuz, initramfs].map((leaf) => ({ leaf, start: 0, size: leaf.content.size }))) // prettier-ignore
  const shared = digest === host.bootDigest
  const folder = `bootc_composefs-${shared ? host.id : id}`
  const grub = run.result.bootloader?.value === 'grub'
  const base = grub ? (run.disk.mounts.has('/boot') ? '' : '/boot') : '/EFI/Linux'
  if (!shared) {
    const place = grub ? locate(run.disk, `boot/${folder}`) : { filesystem: writableEsp(run), path: `EFI/Linux/${folder}` } // prettier-ignore
    place.filesystem.volume.folder(place.path)
    for (const [name, leaf] of [
      ['vmlinuz', vmlinuz],
      ['initrd', initramfs],
    ] as const) {
      // prettier-ignore
      const body = contents.body(leaf)
      requireRoom(place.filesystem, body.size, `Writing ${name} to path`)
      place.filesystem.volume.file(`${place.path}/${name}`, body)
      run.result.espBytes += body.size
    }
  }
  const text = imageText(run.image, 'usr/lib/os-release')
  const os = text === null ? null : parseOsRelease(text)
  const osId = os?.id ?? 'bootc'
  run.result.bootDigest = digest
  run.result.entry = {
    osId,
    title: os?.prettyName ?? id,
    version: os?.version ?? id,
    body: [
      ['linux', `${base}/${folder}/vmlinuz`],
      ['initrd', `${base}/${folder}/initrd`],
      ['options', cmdline],
    ],
    sortKey: sortKey(osId, '0'),
  }
}

/** bootc_kargs.rs `compute_apply_kargs_diff`: what kargs.d lost goes, what it gained is appended. */
function upgradedOptions(host: Host, run: InstallRun, options: string): string {
  const before = host.run.image.kargs()
  const after = run.image.kargs()
  const lost = new Set(before.filter((karg) => !after.includes(karg)))
  const kept = splitKargs(options).filter((item) => !lost.has(item))
  const gained = after.filter((karg) => !before.includes(karg) && !kept.includes(karg))
  return [...kept, ...gained].join(' ')
}
