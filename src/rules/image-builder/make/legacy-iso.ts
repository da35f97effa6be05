import { ManifestFailure, refuse } from '../../../base/go/failure'
import { isoLabel } from '../iso-names'
import { installerMenu } from '../pipelines/installer-iso'
import { BUILD } from '../pipelines/build'
import { pipeline, pipelineJson } from '../pipelines/pipeline'
import { efiBootStage, isoStages } from '../stages/iso'
import type { MakeInput, Maker, PartialPlan } from './context'

const HINT =
  'Its installer is made of RPM packages, which only a host with the repositories of the distribution can resolve. bootc-installer makes an ISO with the same effect.'

/** Pipelines that contain packages, or name the kernel package. */
const NEED_PACKAGES = [BUILD, 'anaconda-tree', 'bootiso-tree']

/**
 * Refused, as by image-builder's command line; what does not depend on packages is kept as partial
 * plan. Source: manifestForLegacyISO, pkg/image/anaconda_container_installer_legacy.go.
 */
export const makeLegacyIso: Maker = (input, progress) => {
  progress.partial = partialPlan(input)
  const { name } = input.type
  if (name === 'anaconda-iso') {
    throw refuse(
      'image type bootc "anaconda-iso" is not supported with image-builder, please consider switching to "bootc-installer" or use bootc-image-builder',
      HINT,
    )
  }
  throw new ManifestFailure(
    'limit',
    `image type "${name}" needs RPM packages resolved on a host, so its manifest cannot be written here; consider "bootc-installer"`,
    HINT,
  )
}

function partialPlan({ distro, wishes }: MakeInput): PartialPlan | null {
  const { osRelease, uefiVendor } = distro.osInfo
  const label = isoLabel(osRelease, distro.arch)
  const menu = installerMenu({
    product: osRelease.name,
    version: osRelease.versionId,
    label,
    fips: wishes.fips,
    console: [],
    kernelAppend: wishes.kernelAppend,
  })
  const bios = distro.arch === 'x86_64'
  try {
    const efi = pipeline('efiboot-tree', () => ({
      build: BUILD,
      stages: [efiBootStage(menu, distro.arch, uefiVendor)],
    }))
    const iso = pipeline('bootiso', () => ({
      build: BUILD,
      stages: isoStages('install.iso', label, bios),
    }))
    return { pipelines: [efi, iso].map(pipelineJson), missing: NEED_PACKAGES }
  } catch (thrown) {
    if (thrown instanceof ManifestFailure) return null
    throw thrown
  }
}
