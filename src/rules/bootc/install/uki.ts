import { display } from '../../../image/tree/reader'
import type { BootResource } from './boot-resources'
import { requireRoom, writableEsp } from './bootloader'
import { parseComposefsKarg } from './composefs-karg'
import { type DiskFilesystem, locate } from './disk'
import { entryName, entryText, requireName, sortKey, type EntryText } from './entries'
import { type OsRelease, parseOsRelease } from './os-release'
import type { PeFile } from './image'
import { NO_FILE, Refusal, within } from './refusal'
import { writtenText } from './written'
import type { InstallRun } from './run'

type Type2 = Extract<BootResource, { type: 'uki' | 'uki-addon' }>

const FOLDER = 'EFI/Linux/bootc'
/** systemd-boot knows the key `uki` since this release (bls_config.rs). */
const UKI_KEY = 258
/** Files of at most this many bytes are kept inline by composefs. */
const INLINE = 64

interface UkiInfo {
  label: string
  os: OsRelease
  bootDigest: string
}

/** boot.rs `setup_composefs_uki_boot`; gives the boot digest. A wrong digest keeps no context of its own. */
export function setUpUki(run: InstallRun, id: string, resources: readonly BootResource[]): string {
  return within('Setting up UKI boot', () => {
    if (run.options.kargs.length > 0) {
      throw new Refusal('Cannot use externally specified kernel arguments with UKI')
    }
    const esp = writableEsp(run)
    let info: UkiInfo | null = null
    for (const entry of resources) {
      if (entry.type !== 'uki' && entry.type !== 'uki-addon') continue
      if (entry.type === 'uki-addon' && !isWanted(run, entry)) continue
      info = within(`Writing ${display(entry.file)} to ESP`, () => writePe(run, esp, id, entry)) ?? info // prettier-ignore
    }
    if (info === null) throw new Refusal('Failed to get version and boot label from UKI')
    writeEntry(run, esp, id, info)
    return info.bootDigest
  })
}

/** Add-ons are installed by name only, which must end as one of an add-on. */
function isWanted({ options }: InstallRun, { file }: Type2): boolean {
  if (options.ukiAddons === null) return false
  const name = file.slice(file.lastIndexOf('/') + 1)
  if (!name.endsWith('.addon.efi')) throw new Refusal("UKI addon doesn't end with .efi.extra.d")
  return options.ukiAddons.includes(name.slice(0, -'.addon.efi'.length))
}

/** boot.rs `write_pe_to_esp`. */
function writePe(run: InstallRun, esp: DiskFilesystem, id: string, entry: Type2): UkiInfo | null {
  const { image } = run
  if (entry.leaf.content.size <= INLINE) throw new Refusal('File too small to be UKI/Addon')
  const pe = image.contents.pe(entry.leaf)
  const info = entry.type === 'uki' ? readUki(run, pe, id) : null
  esp.volume.folder(FOLDER)
  const folder = targetFolder(entry.file, id)
  esp.volume.folder(folder)
  const body = image.contents.body(entry.leaf)
  const name = entry.type === 'uki' ? `bootc_composefs-${id}.efi` : display(entry.file.slice(entry.file.lastIndexOf('/') + 1)) // prettier-ignore
  requireRoom(esp, body.size, 'Writing UKI')
  esp.volume.file(`${folder}/${name}`, body)
  run.result.espBytes += body.size
  if (entry.type === 'uki-addon') run.result.addonCmdlines.push(cmdlineOf(pe))
  return info
}

/** The folder of an add-on takes the deployment's name; others keep theirs. */
function targetFolder(file: string, id: string): string {
  const parts = display(file).split('/').slice(0, -1)
  const last = parts.at(-1)
  if (last === undefined) return FOLDER
  if (last.endsWith('.efi.extra.d')) parts[parts.length - 1] = `bootc_composefs-${id}.efi.extra.d`
  return [FOLDER, ...parts].join('/')
}

function cmdlineOf(pe: PeFile): string {
  try {
    return pe.text('.cmdline')
  } catch (thrown) {
    if (thrown instanceof Refusal) return ''
    throw thrown
  }
}

function readUki(run: InstallRun, pe: PeFile, id: string): UkiInfo {
  const cmdline = within('Getting UKI cmdline', () => pe.text('.cmdline'))
  const karg = within('Parsing composefs=', () =>
    parseComposefsKarg(cmdline, run.image.release.readsLong),
  )
  if (karg === null) throw new Refusal('No composefs image in UKI cmdline')
  if (karg.digest !== id) throw new DigestMismatch(karg.digest, id)
  const os = parseOsRelease(pe.text('.osrel'))
  const bootDigest = within('Computing boot digest', () => {
    const linux = within('.linux not present', () => pe.section('.linux'))
    const initrd = within('.initrd not present', () => pe.section('.initrd'))
    return run.image.contents.hash([linux, initrd])
  })
  if (os.bootLabel === null) {
    throw new Refusal('Getting UKI boot label: No name information found in .osrel section')
  }
  run.result.ukiCmdline = cmdline
  return { label: os.bootLabel, os, bootDigest }
}

/** boot.rs takes this error out of its chain: only the outermost contexts stay in front. */
class DigestMismatch extends Refusal {
  constructor(actual: string, expected: string) {
    super(`The UKI has the wrong composefs= parameter (is '${actual}', should be '${expected}')`)
  }

  override get text(): string {
    const inner = this.chain.filter((each) => !/^(Setting up UKI boot$|Writing .* to ESP$)/s.test(each)) // prettier-ignore
    return `error: ${inner.join(': ')}`
  }
}

function writeEntry(run: InstallRun, esp: DiskFilesystem, id: string, info: UkiInfo): void {
  const loader = run.result.bootloader?.value
  const osId = info.os.id ?? 'bootc'
  const version = info.os.version ?? id
  const key = loader !== 'grub-cc' && run.machine.systemd >= UKI_KEY ? 'uki' : 'efi'
  const entry: EntryText = {
    title: info.label,
    version,
    body: [[key, `/${FOLDER}/bootc_composefs-${id}.efi`]],
    sortKey: sortKey(osId, '0'),
  }
  run.result.entry = { ...entry, osId }
  run.result.bootDigest = info.bootDigest
  if (loader === 'grub') {
    within('Writing Grub menuentry', () => writeGrubEntry(run, esp, id, info.label))
    return
  }
  within('Writing systemd UKI config', () => {
    const text = entryText(entry)
    esp.volume.folder('loader/entries')
    const name = entryName(osId, version, '1')
    requireName(esp, name, 'Writing conf file')
    esp.volume.file(`loader/entries/${name}`, writtenText(run, text))
    if (!esp.volume.has('loader/loader.conf')) {
      esp.volume.file('loader/loader.conf', writtenText(run, 'timeout 5'))
    }
  })
}

/** grub chain-loads the UKI from a menu of its own (boot.rs, parsers/grub_menuconfig.rs). */
function writeGrubEntry(run: InstallRun, esp: DiskFilesystem, id: string, label: string): void {
  const boot = locate(run.disk, 'boot')
  boot.filesystem.volume.folder(boot.path)
  const folder = boot.path === '' ? 'grub2' : `${boot.path}/grub2`
  const { volume } = boot.filesystem
  if (!volume.isDirectory(folder)) throw new Refusal(`opening boot/grub2: ${NO_FILE}`)
  const write = (name: string, text: string) => volume.file(`${folder}/${name}`, writtenText(run, text)) // prettier-ignore
  write('efiuuid.cfg', `set EFI_PART_UUID="${esp.uuid}"`)
  const source = '\nif [ -f ${config_directory}/efiuuid.cfg ]; then\n        source ${config_directory}/efiuuid.cfg\nfi\n' // prettier-ignore
  const lines = [
    `menuentry "${label}: (${id})" {`,
    'insmod fat',
    'insmod chain',
    'search --no-floppy --set=root --fs-uuid "${EFI_PART_UUID}"',
    `chainloader /${FOLDER}/bootc_composefs-${id}.efi`,
    '}',
  ]
  write('user.cfg', `${source}${lines.join('\n')}\n`)
}
