import { refuse } from '../../../base/go/failure'
import { DEFAULT_KERNEL_ARGUMENTS } from '../image-types'
import { layoutFor } from '../layout'
import { BUILD, buildPipelines, TARGET } from '../pipelines/build'
import { conversionPipelines } from '../pipelines/conversions'
import { imagePipeline } from '../pipelines/image'
import type { ImageInput } from '../pipelines/image-input'
import type { Pipeline } from '../pipelines/pipeline'
import { pxePipelines } from '../pipelines/pxe'
import type { MountConfiguration } from '../disk/disk-yaml'
import type { PartitionTable } from '../disk/model'
import { type Maker, type MakeInput, type MakeProgress, resolve } from './context'

/** Source: manifestForDisk in pkg/distro/generic/bootc_imagetype.go. */
export const makeDisk: Maker = (input, progress) => {
  const { request, wishes, distro, type } = input
  const table = checkedTable(input, progress, {
    omitDefaults: request.options.omitDefaultKernelArguments,
    sealed: distro.sealed,
  })
  wishes.checkIgnition()
  const base = type.filename.split('.')[0] ?? ''
  const settings = {
    filename: `${base}.raw`,
    sealed: distro.sealed,
    bootloader: distro.bootloader,
    mounts: 'units' as const,
    live: false,
  }
  return () => [
    ...installed(input, progress, table, settings).pipelines,
    ...conversionPipelines(base),
  ]
}

const PXE_MODULES = ['ostree', 'dmsquash-live', 'livenet']

/** Seal and boot loader are not passed on here. Source: manifestForPXETar. */
export const makePxe: Maker = (input, progress) => {
  const { distro, wishes } = input
  checkInitrd(distro.osInfo.initrdModules)
  const table = checkedTable(input, progress, { omitDefaults: false, sealed: false })
  const kernelVersion = requireKernel(distro.osInfo.kernelVersion)
  wishes.checkIso()
  const settings = {
    filename: 'disk.img',
    sealed: false,
    bootloader: '',
    mounts: 'none' as const,
    live: true,
  }
  return () => {
    const { pipelines, image } = installed(input, progress, table, settings)
    return [...pipelines, ...pxePipelines(image, distro.arch, kernelVersion)]
  }
}

function checkInitrd(modules: readonly string[]): void {
  if (modules.length === 0) {
    throw refuse(
      'internal error: The initrd module list is empty',
      'image-builder reads usr/lib/modules/*/initramfs.img, and there is none: a sealed image keeps its initramfs inside the UKI, and network boot of sealed images is not supported upstream.',
    )
  }
  if (PXE_MODULES.every((module) => modules.includes(module))) return
  throw refuse(
    'bootc container initramfs requires ostree, dmsquash-live and livenet modules',
    'Rebuild the initramfs of the image with these dracut modules.',
  )
}

/** The version of the container's kernel: image-builder finds one only beside a vmlinuz. */
export function requireKernel(version: string | null): string {
  if (version !== null) return version
  throw refuse(
    'could not read kernel info from container',
    'image-builder looks for usr/lib/modules/*/vmlinuz, which a sealed image does not have: installer ISOs and network boot of sealed images are out of scope upstream (image-builder#2455).',
  )
}

/** Everything up to the layout and the checks of files and directories. */
function checkedTable(
  input: MakeInput,
  progress: MakeProgress,
  { omitDefaults, sealed }: { omitDefaults: boolean; sealed: boolean },
): PartitionTable {
  const { wishes, request, distro, target, random, embedded } = input
  wishes.checkGroups()
  const effective = !sealed
  const defaults = omitDefaults ? [] : DEFAULT_KERNEL_ARGUMENTS
  progress.kernelOptions = defaults.map((value) => ({ value, from: 'default', effective }))
  if (wishes.kernelAppend !== '') {
    progress.kernelOptions.push({ value: wishes.kernelAppend, from: 'blueprint', effective })
  }
  const { size } = request.options
  const table = layoutFor({ distro, wishes, embedded, size, target, random })
  progress.table = table
  wishes.checkNodes()
  return table
}

type Settings = Pick<ImageInput, 'filename' | 'sealed' | 'bootloader' | 'live'> & {
  /** When disk.yaml does not say. */
  mounts: MountConfiguration
}

/** Build roots and the installed disk. */
function installed(
  input: MakeInput,
  progress: MakeProgress,
  table: PartitionTable,
  settings: Settings,
): { pipelines: Pipeline[]; image: ImageInput } {
  const { distro, wishes, request, target } = input
  const { osInfo, build } = distro
  const separate = build !== null && build.imgref !== distro.imgref
  const container = resolve(input, distro.imgref)
  const buildPolicy = build?.selinuxPolicy || osInfo.selinuxPolicy
  const roots = buildPipelines({
    container,
    buildContainer: separate ? resolve(input, build.imgref) : null,
    targetPolicy: settings.live ? buildPolicy : osInfo.selinuxPolicy,
    buildPolicy,
  })
  const image: ImageInput = {
    target,
    table,
    container,
    source: separate ? TARGET : BUILD,
    kernelArguments: progress.kernelOptions.map(({ value }) => value),
    uefiVendor: osInfo.uefiVendor,
    selinuxPolicy: osInfo.selinuxPolicy,
    ...settings,
    mounts: distro.disk.mountConfiguration ?? settings.mounts,
    users: wishes.users,
    groups: wishes.groups,
    directories: wishes.directories,
    files: wishes.files,
    ignition: wishes.ignition,
    grub2: wishes.grub2,
    subscription: target.subscription ? request.options.subscription : null,
    hostFile: request.hostFile ?? (() => null),
    salt: String(request.seed),
  }
  return { pipelines: [...roots, imagePipeline(image)], image }
}
