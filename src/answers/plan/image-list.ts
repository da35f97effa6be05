import { type ImageFunction, imageTypesOf } from '../../rules/image-builder/image-types'
import { type TargetId, TARGETS } from '../../rules/image-builder/target'

export type TypeFamily = 'disk' | 'network' | 'installer' | 'live-iso' | 'package-iso'

/** An image type for a list to choose from. */
export interface ImageTypeEntry {
  name: string
  title: string
  family: TypeFamily
  filename: string
  aliases: readonly string[]
  /** Why this type gives no manifest here; null when it does. */
  refused: string | null
}

const FAMILIES: Record<ImageFunction, TypeFamily> = {
  disk: 'disk',
  pxe: 'network',
  'bootc-iso': 'installer',
  'generic-iso': 'live-iso',
  'legacy-iso': 'package-iso',
}

const TITLES: Readonly<Record<string, string>> = {
  qcow2: 'QEMU disk (QCOW2)',
  raw: 'Raw disk',
  ami: 'Amazon Machine Image',
  vhd: 'Azure disk (VHD)',
  vmdk: 'VMware disk (VMDK)',
  ova: 'VMware appliance (OVA)',
  gce: 'Google Compute Engine',
  oci: 'Oracle Cloud disk (QCOW2)',
  'pxe-tar-xz': 'Network boot (PXE) archive',
  'bootc-installer': 'Installer ISO (Anaconda of the container)',
  'bootc-generic-iso': 'ISO that boots the container',
  'anaconda-iso': 'Installer ISO (Anaconda of packages)',
  iso: 'Installer ISO (Anaconda of packages)',
}

const NEEDS_PACKAGES =
  'needs RPM packages that only a host with the repositories of the distribution can resolve; bootc-installer makes an ISO with the same effect'

/** Image types that a release of image-builder offers for bootc containers, disks first. */
export function imageTypes(target: TargetId = '79'): ImageTypeEntry[] {
  return imageTypesOf(TARGETS[target]).map(({ name, filename, aliases, make }) => ({
    name,
    title: TITLES[name] ?? name,
    family: FAMILIES[make],
    filename,
    aliases,
    refused: make === 'legacy-iso' ? NEEDS_PACKAGES : null,
  }))
}

/** The family of a type's name or alias; null: there is no such type. */
export function familyOf(type: string, target: TargetId): TypeFamily | null {
  const found = imageTypes(target).find(
    ({ name, aliases }) => name === type || aliases.includes(type),
  )
  return found?.family ?? null
}
