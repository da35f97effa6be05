import { bootResources, type BootResource } from './boot-resources'
import { setUpBls } from './bls'
import { installBootloader } from './bootloader'
import { requireEspPartition } from './esp'
import { hasProgram } from './image'
import { resolve } from '../../../image/tree/lookup'
import { addBootImage } from './repository'
import { NO_FILE, Refusal, within } from './refusal'
import { requirePrepared, type InstallRun } from './run'
import { writeState } from './state'
import { setUpUki } from './uki'

const BOOTUPD = 'usr/lib/bootupd/updates'

/** bootc bootc_composefs/boot.rs `setup_composefs_boot`, in its order. */
export function setUpBoot(run: InstallRun): void {
  const { image, disk } = run
  let resources: BootResource[] = []
  const id = within('Generating bootable EROFS image', () => {
    resources = bootResources(image.root, image.contents)
    return addBootImage(run)
  })
  within('Preparing image root for bootloader installation', () => {
    requireEspPartition(disk)
    if (image.root.entries.get('tmp')?.kind !== 'dir') {
      throw new Refusal(
        `Mounting tmpfs into composefs root: Mounting tmpfs at $TMP/tmp: ${NO_FILE}`,
      )
    }
  })
  chooseBootloader(run)
  if (run.bootSpec !== null && !/^uuid=/i.test(run.bootSpec.source)) {
    throw new Refusal('/boot is not specified via UUID= (this is currently required)')
  }
  installBootloader(run)
  run.stages.push('boot-loader')
  const [first] = resources
  if (first === undefined) throw new Refusal('No boot entries!')
  const isUki = first.type === 'uki' || first.type === 'uki-addon'
  run.result.bootType = isUki ? 'uki' : 'bls'
  const digest = isUki
    ? setUpUki(run, id, resources)
    : within('Setting up BLS boot', () => setUpBls(run, id, first))
  run.stages.push('kernel')
  within('Writing composefs state', () => writeState(run, id, digest))
}

/** bootc install.rs `PostFetchState::new`: named > bootupd in the image > systemd-boot. */
export function chooseBootloader(run: InstallRun): void {
  const { machine } = run
  const { bootloader, bootloaderFrom } = requirePrepared(run)
  if (bootloader !== null) {
    run.result.bootloader = { value: bootloader, why: bootloaderFrom ?? '' }
    return
  }
  const runs = machine.image !== null && hasProgram(machine.image, 'bootupctl')
  const program = runs || machine.has.some((path) => /(^|\/)s?bin\/bootupctl$/.test(path))
  const updates = hasUpdates(run)
  if (program && updates) {
    run.result.bootloader = {
      value: 'grub',
      why: `bootupctl is there, and the image has ${BOOTUPD}`,
    }
  } else {
    const why = updates
      ? `the image has ${BOOTUPD}, but there is no bootupctl where bootc runs`
      : `the image has no ${BOOTUPD}`
    run.result.bootloader = { value: 'systemd', why }
  }
}

function hasUpdates({ image }: InstallRun): boolean {
  return resolve(image.root, BOOTUPD, 'chroot') !== undefined
}
