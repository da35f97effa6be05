import { refuse } from '../../../base/go/failure'
import { isoLabel, runnerFor, usesRhelTemplates } from '../iso-names'
import { genericIsoPipelines } from '../pipelines/generic-iso'
import { installerIsoPipelines } from '../pipelines/installer-iso'
import { type Maker, resolve } from './context'
import { requireKernel } from './disk'

/** Ignores the blueprint. Source: manifestForGenericISO in bootc_imagetype.go. */
export const makeGenericIso: Maker = (input) => {
  const { distro, request, target } = input
  const { osRelease, uefiVendor, kernelVersion } = distro.osInfo
  const version = requireKernel(kernelVersion)
  const runner = runnerFor(osRelease, target)
  const { installerPayloadRef } = request.options
  return () => {
    const container = resolve(input, distro.imgref)
    const payload = installerPayloadRef === '' ? null : resolve(input, installerPayloadRef)
    return genericIsoPipelines({
      container,
      payload,
      arch: distro.arch,
      uefiVendor,
      kernelVersion: version,
      runner,
      product: osRelease.name,
      version: osRelease.versionId,
      label: distro.iso.label || isoLabel(osRelease, distro.arch),
      iso: distro.iso,
      volumeId: input.random.fatVolumeId(),
    })
  }
}

/** Source: manifestForISO in bootc_imagetype.go. */
export const makeInstallerIso: Maker = (input, progress) => {
  const { distro, request, target, wishes } = input
  const { osRelease, uefiVendor, kernelVersion } = distro.osInfo
  const { installerPayloadRef } = request.options
  if (installerPayloadRef === '') {
    throw refuse(
      'no installer payload bootc ref set',
      'Name the container that the ISO installs: --installer-payload REF (image-builder: --bootc-installer-payload-ref).',
    )
  }
  if (distro.build !== null && distro.build.imgref !== distro.imgref) {
    throw refuse('cannot use build-containers with anaconda installer images')
  }
  wishes.checkGroups()
  wishes.checkInstaller()
  const version = requireKernel(kernelVersion)
  const runner = runnerFor(osRelease, target)
  const { kernelAppend, users, groups, installer } = wishes
  if (kernelAppend !== '') {
    progress.kernelOptions = [{ value: kernelAppend, from: 'blueprint', effective: true }]
  }
  return () =>
    installerIsoPipelines({
      container: resolve(input, distro.imgref),
      payload: resolve(input, installerPayloadRef),
      arch: distro.arch,
      uefiVendor,
      kernelVersion: version,
      runner,
      product: osRelease.name,
      version: osRelease.versionId,
      label: isoLabel(osRelease, distro.arch),
      rhelTemplates: usesRhelTemplates(osRelease),
      fips: wishes.fips,
      enabledModules: installer?.enabledModules ?? [],
      disabledModules: installer?.disabledModules ?? [],
      kickstart: {
        payload: installerPayloadRef,
        users,
        groups,
        kernelAppend,
        rootType: distro.defaultFs,
        contents: installer?.kickstart ?? null,
        salt: String(request.seed),
      },
      volumeId: input.random.fatVolumeId(),
    })
}
