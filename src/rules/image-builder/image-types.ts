import { refuse } from '../../base/go/failure'
import type { Target } from './target'

/** Which builder makes the manifest (`image_func` upstream). */
export type ImageFunction = 'disk' | 'pxe' | 'bootc-iso' | 'generic-iso' | 'legacy-iso'

export interface ImageType {
  name: string
  aliases: readonly string[]
  filename: string
  mimeType: string
  /** Pipelines whose results are the image. */
  exports: readonly string[]
  make: ImageFunction
  /** Blueprint options that give no warning. They neither enable nor disable anything. */
  supportedOptions: readonly string[]
}

/** Always on the kernel command line of disks and network boot images. */
export const DEFAULT_KERNEL_ARGUMENTS = ['rw', 'console=tty0', 'console=ttyS0']
/** Size of a disk when nothing else is said: 10 GiB. */
export const DEFAULT_DISK_SIZE = 10n * 1024n ** 3n

/** Appended to every list at run time (bootc_imagetype.go, SupportedBlueprintOptions). */
const ALWAYS = ['name', 'version', 'description']

const DISK_OPTIONS = [
  'customizations.bootloader',
  'customizations.directories',
  'customizations.disk',
  'customizations.files',
  'customizations.group',
  'customizations.ignition',
  'customizations.kernel.append',
  'customizations.user',
  'customizations.sshd',
  ...ALWAYS,
]

const ISO_OPTIONS = [
  'customizations.fips',
  'customizations.group',
  'customizations.installer',
  'customizations.kernel.append',
  'customizations.user',
  ...ALWAYS,
]

const PXE_OPTIONS = [
  'customizations.directories',
  'customizations.files',
  'customizations.user',
  'customizations.group',
  'customizations.kernel.append',
  ...ALWAYS,
]

function disk(
  name: string,
  filename: string,
  mimeType: string,
  exported: string,
  aliases: readonly string[] = [],
): ImageType {
  const exports = [exported]
  return {
    name,
    aliases,
    filename,
    mimeType,
    exports,
    make: 'disk',
    supportedOptions: DISK_OPTIONS,
  }
}

function iso(name: string, make: ImageFunction): ImageType {
  return {
    name,
    aliases: [],
    filename: 'install.iso',
    mimeType: 'application/x-iso9660-image',
    exports: ['bootiso'],
    make,
    supportedOptions: ISO_OPTIONS,
  }
}

/** data/distrodefs/bootc-generic/imagetypes.yaml */
const IMAGE_TYPES: readonly ImageType[] = [
  disk('raw', 'disk.raw', 'application/octet-stream', 'image'),
  disk('ami', 'disk.raw', 'application/octet-stream', 'image'),
  disk('qcow2', 'disk.qcow2', 'application/x-qemu-disk', 'qcow2'),
  disk('vmdk', 'disk.vmdk', 'application/x-vmdk', 'vmdk'),
  disk('vhd', 'disk.vhd', 'application/x-vhd', 'vpc'),
  disk('gce', 'image.tar.gz', 'application/gzip', 'gce'),
  disk('oci', 'disk.qcow2', 'application/x-qemu-disk', 'qcow2'),
  disk('ova', 'image.ova', 'application/ovf', 'archive', ['vsphere-ova']),
  iso('bootc-installer', 'bootc-iso'),
  iso('bootc-generic-iso', 'generic-iso'),
  iso('anaconda-iso', 'legacy-iso'),
  iso('iso', 'legacy-iso'),
  {
    name: 'pxe-tar-xz',
    aliases: [],
    filename: 'pxe.tar.xz',
    mimeType: 'application/x-tar',
    exports: ['xz'],
    make: 'pxe',
    supportedOptions: PXE_OPTIONS,
  },
]

/** The types a release knows. */
export function imageTypesOf(target: Target): ImageType[] {
  return IMAGE_TYPES.filter(({ name }) => !target.missingImageTypes.includes(name))
}

/** The type of that name or alias. */
export function findImageType(name: string, target: Target): ImageType {
  const known = imageTypesOf(target)
  const found =
    known.find((type) => type.name === name) ?? known.find((type) => type.aliases.includes(name))
  if (found !== undefined) return found
  const names = known.map((type) => type.name).sort()
  throw refuse(`invalid image type: ${name}`, `${target.name} knows ${names.join(', ')}.`)
}
