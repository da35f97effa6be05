import { SealscopeError } from '../../../base/error'
import type { BootResource } from './boot-resources'
import { requireRoom, writableEsp } from './bootloader'
import { locate } from './disk'
import { entryName, entryText, requireName, sortKey, type EntryText } from './entries'
import type { FileLeaf } from '../../../image/tree/reader'
import { imageText, type InstallImage } from './image'
import { kargsWords } from './kargs-words'
import { parseOsRelease } from './os-release'
import { Refusal, tomlStop, within } from './refusal'
import { writtenText } from './written'
import { requirePrepared, type InstallRun } from './run'

/** boot.rs `setup_composefs_bls_boot`; gives the boot digest. */
export function setUpBls(run: InstallRun, id: string, first: BootResource): string {
  addKargs(run, id)
  if (first.type === 'type1') throw new Refusal('Found Type1 entries in /boot')
  if (first.type !== 'vmlinuz') throw new Refusal('Found UKI')
  const { image } = run
  const digest = bootDigest(image, first)
  const place = placeOf(run)
  const kernelFolder = `${place.kernels}/bootc_composefs-${id}`.replace(/^\//, '')
  const absolute = `${place.absolute}/bootc_composefs-${id}`.replace('//', '/')
  writeKernel(run, kernelFolder, first)
  const release = imageText(image, 'usr/lib/os-release')
  const os = release === null ? null : parseOsRelease(release)
  const osId = os?.id ?? 'bootc'
  const version = os?.version ?? id
  const entry: EntryText = {
    title: os?.prettyName ?? id,
    version,
    body: [
      ['linux', `${absolute}/vmlinuz`],
      ['initrd', `${absolute}/initrd`],
      ['options', run.kargs.text],
    ],
    sortKey: sortKey(osId, '0'),
  }
  run.result.entry = { ...entry, osId }
  run.result.bootDigest = digest
  const text = entryText(entry)
  const folder = locateOn(run, place.onEsp, `${place.config}/loader/entries`.replace(/^\//, ''))
  folder.filesystem.volume.folder(folder.path)
  const name = entryName(osId, version, '1')
  requireName(folder.filesystem, name, null)
  folder.filesystem.volume.file(`${folder.path}/${name}`, writtenText(run, text))
  return digest
}

/** In bootc's order: what it computed, --karg, composefs=, the mount of /boot, kargs.d. */
function addKargs(run: InstallRun, id: string): void {
  const { kargs, options, image } = run
  const { allowMissingVerity } = requirePrepared(run)
  for (const karg of options.kargs) kargs.extend(karg, 'bootc')
  kargs.extend(`composefs=${allowMissingVerity ? '?' : ''}${id}`, 'bootc')
  const { bootSpec } = run
  if (bootSpec !== null) {
    const { source, fstype, options: mount } = bootSpec
    kargs.extend(`systemd.mount-extra=${source}:/boot:${fstype}:${mount}`, 'bootc')
  }
  for (const karg of readKargsD(image)) kargs.extend(karg, 'kargs.d')
}

function readKargsD(image: InstallImage): string[] {
  try {
    return image.kargs()
  } catch (thrown) {
    if (!(thrown instanceof SealscopeError)) throw thrown
    const words = kargsWords(image)
    if (words !== null) throw tomlStop(words.file, words.lastLine)
    throw new Refusal(thrown.what)
  }
}

function bootDigest(
  image: InstallImage,
  entry: Extract<BootResource, { type: 'vmlinuz' }>,
): string {
  const { vmlinuz, initramfs } = entry
  if (initramfs === null) {
    throw new Refusal('Computing boot digest: Computing boot digest: initramfs not found')
  }
  const whole = (leaf: FileLeaf) => ({ leaf, start: 0, size: leaf.content.size })
  return image.contents.hash([whole(vmlinuz), whole(initramfs)])
}

interface Place {
  onEsp: boolean
  kernels: string
  config: string
  /** How the entry names the folder of the kernels. */
  absolute: string
}

/** Classic grub reads /boot, relative to the file system that holds it; others read the ESP. */
function placeOf(run: InstallRun): Place {
  if (run.result.bootloader?.value === 'grub') {
    const absolute = run.disk.mounts.has('/boot') ? '/' : '/boot'
    return { onEsp: false, kernels: 'boot', config: 'boot', absolute }
  }
  writableEsp(run)
  return { onEsp: true, kernels: 'EFI/Linux', config: '', absolute: '/EFI/Linux' }
}

function locateOn(run: InstallRun, onEsp: boolean, path: string): ReturnType<typeof locate> {
  return onEsp ? { filesystem: writableEsp(run), path } : locate(run.disk, path)
}

function writeKernel(
  run: InstallRun,
  folder: string,
  { vmlinuz, initramfs }: Extract<BootResource, { type: 'vmlinuz' }>,
): void {
  const { image } = run
  const { filesystem, path } = locateOn(run, run.result.bootloader?.value !== 'grub', folder)
  within('Writing BLS entries to disk', () => {
    filesystem.volume.folder(path)
    const files = [
      ['vmlinuz', vmlinuz],
      ['initrd', initramfs],
    ] as const
    for (const [name, leaf] of files) {
      if (leaf === null) continue
      const body = image.contents.body(leaf)
      requireRoom(filesystem, body.size, `Writing ${name} to path`)
      filesystem.volume.file(`${path}/${name}`, body)
      run.result.espBytes += body.size
    }
  })
}
