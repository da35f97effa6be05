import { findVmlinuz } from '../kernel'
import { SealscopeError } from '../../../base/error'
import { chooseBootloader } from './boot'
import { installByBootupd } from './bootloader'
import { kargsWords } from './kargs-words'
import { Refusal, tomlStop, within } from './refusal'
import { requirePrepared, type InstallRun } from './run'
import { loadPolicy } from './selinux'

/**
 * bootc install.rs `ostree_install`: exit, text and kernel arguments; what ostree writes is not modelled.
 */
export function ostreeInstall(run: InstallRun): void {
  const { bootSpec } = run
  const prepared = requirePrepared(run)
  if (bootSpec !== null && !/^uuid=/i.test(bootSpec.source)) {
    throw new Refusal('/boot is not specified via UUID= (this is currently required)')
  }
  within('Creating ostree deployment', () => {
    if (prepared.selinux === 'on') loadPolicy(run)
    run.stages.push('repository')
    within('Performing deployment: Deploying tree: Initializing deployment', () => {
      if (!hasKernel(run)) {
        throw new Refusal(
          'Failed to find kernel in /usr/lib/modules, /usr/lib/ostree-boot or /boot',
        )
      }
    })
  })
  run.stages.push('kernel')
  run.result.bootType = 'bls'
  addKargs(run)
  chooseBootloader(run)
  const loader = run.result.bootloader?.value
  if (loader === 'systemd' || loader === 'grub-cc') {
    throw new Refusal('bootupd is required for ostree-based installs')
  }
  // ostree makes /boot itself.
  if (loader === 'grub') within('Installing bootloader', () => probe(run))
  run.stages.push('boot-loader')
}

function probe(run: InstallRun): void {
  const { volume } = run.disk.filesystems.find(({ n }) => n === run.disk.mounts.get('/')) ?? {}
  volume?.folder('boot')
  installByBootupd(run)
}

function hasKernel({ image }: InstallRun): boolean {
  try {
    return findVmlinuz(image.root) !== null
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return true
    throw thrown
  }
}

/** `install_container`: the configuration's arguments, kargs.d, --karg; --karg-delete works here. */
function addKargs(run: InstallRun): void {
  const { options, image, kargs } = run
  const config = requirePrepared(run).config?.['kargs']
  if (Array.isArray(config)) {
    for (const karg of config) if (typeof karg === 'string') kargs.extend(karg, 'install-config')
  }
  try {
    for (const karg of image.kargs()) kargs.extend(karg, 'kargs.d')
  } catch (thrown) {
    if (!(thrown instanceof SealscopeError)) throw thrown
    const words = kargsWords(image)
    if (words !== null) throw tomlStop(words.file, words.lastLine)
    throw new Refusal(thrown.what)
  }
  for (const karg of options.kargs) kargs.extend(karg, 'bootc')
}
