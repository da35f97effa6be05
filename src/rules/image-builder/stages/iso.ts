import type { IsoDefinition } from '../iso-yaml'
import { filesystem } from '../disk/model'
import type { Arch } from '../disk/partition-types'
import { MIB } from '../disk/size'
import { crash, refuse } from '../../../base/go/failure'
import { compact, integer, type JsonObject } from '../../../base/go/json'
import { goQuote } from '../../../base/go/quote'
import { mount } from './bootupd'
import { loopback } from './devices'
import { mkfsStage, truncateStage } from './prepare'
import { copyStage, stage, type Stage, treeInput } from './stage'

/** What the ISO's boot menus show. */
export interface IsoMenu {
  product: string
  version: string
  kernelArguments: readonly string[]
  label: string
  /** Which of GRUB's own entries there are; custom entries replace them all. */
  troubleshooting: boolean
  test: boolean
  custom: IsoDefinition['entries']
  menuDefault: bigint | null
  menuTimeout: bigint | null
}

/** Names of the EFI architectures (pkg/manifest/efi_boot_tree.go). */
const EFI_ARCHITECTURES: Partial<Record<Arch, string>> = { x86_64: 'X64', aarch64: 'AA64' }

/** Kept out of the compressed root: most of /boot, package data (bootc_imagetype.go). */
const ROOTFS_EXCLUDES = [
  'boot/efi/.*',
  'boot/grub2/.*',
  'boot/config-.*',
  'boot/initramfs-.*',
  'boot/loader/.*',
  'boot/symvers-.*',
  'boot/System.map-.*',
  'usr/lib/sysimage/rpm/.*',
  'var/lib/rpm/.*',
  'var/lib/yum/.*',
  'var/lib/dnf/.*',
]

/** EFIBootPartitionTable */
const EFI_IMAGE = 'images/efiboot.img'
const EFI_IMAGE_SIZE = 20n * MIB

/** The EFI boot loader with its menu. */
export function efiBootStage(menu: IsoMenu, arch: Arch, uefiVendor: string): Stage {
  const efiArch = EFI_ARCHITECTURES[arch]
  if (efiArch === undefined) {
    throw refuse(`EFIBootTree: unsupported architecture ${goQuote(arch)}`)
  }
  if (menu.product === '') {
    throw crash(
      'NAME in the os-release of the container is empty',
      'org.osbuild.grub2.iso: product.name option is required',
    )
  }
  const own = { architectures: [efiArch], ...compact({ vendor: uefiVendor }) }
  return stage('grub2.iso', { options: menuOptions(menu, own) })
}

/** The BIOS boot loader with its menu, and its El Torito image. */
export function biosBootStages(menu: IsoMenu): Stage[] {
  return [
    stage('grub2.iso.legacy', { options: menuOptions(menu, {}) }),
    stage('grub2.inst', {
      options: {
        filename: 'images/eltorito.img',
        platform: 'i386-pc',
        core: { type: 'mkimage', partlabel: 'gpt', filesystem: 'iso9660' },
        prefix: { path: '/boot/grub2' },
      },
    }),
  ]
}

function menuOptions(menu: IsoMenu, between: JsonObject): JsonObject {
  const own = menu.custom.length === 0
  const options: JsonObject = {
    product: { name: menu.product, version: menu.version },
    kernel: { dir: '/images/pxeboot', ...compact({ opts: [...menu.kernelArguments] }) },
    isolabel: menu.label,
    ...between,
    troubleshooting: own && menu.troubleshooting,
    test: own && menu.test,
    install: own,
  }
  if (!own) {
    options['custom'] = menu.custom.map(({ name, linux, initrd }) => ({ name, linux, initrd }))
  }
  const { menuDefault, menuTimeout } = menu
  if ((menuDefault !== null && menuDefault > 0n) || menuTimeout !== null) {
    options['config'] = compact({
      timeout: integer(menuTimeout ?? 0n),
      default: integer(menuDefault !== null && menuDefault > 0n ? menuDefault : 0n),
    })
  }
  return options
}

/** The FAT image the firmware boots from, filled from `efiboot-tree`. */
export function efiImageStages(volumeId: string): Stage[] {
  const sectors = EFI_IMAGE_SIZE / 512n
  const device = (lock: boolean) => loopback({ filename: EFI_IMAGE, size: sectors, lock })
  const inputs = treeInput('root-tree', 'efiboot-tree')
  const fat = filesystem({ type: 'vfat', uuid: volumeId, mountpoint: '/' })
  return [
    truncateStage(EFI_IMAGE, EFI_IMAGE_SIZE),
    mkfsStage(fat, { device: device(true) }),
    copyStage([['input://root-tree/', 'mount://-/']], {
      inputs,
      devices: { '-': device(false) },
      mounts: [mount('-', 'org.osbuild.fat', '-', '/')],
    }),
    copyStage([['input://root-tree/EFI', 'tree:///']], { inputs }),
  ]
}

export function kernelCopyStage(pipeline: string, kernel: string, initrd: string): Stage {
  return copyStage(
    [
      [`input://tree/${kernel}`, 'tree:///images/pxeboot/vmlinuz'],
      [`input://tree/${initrd}`, 'tree:///images/pxeboot/initrd.img'],
    ],
    { inputs: treeInput('tree', pipeline) },
  )
}

export function rootfsStage(pipeline: string, filename: string): Stage {
  return stage('squashfs', {
    inputs: treeInput('tree', pipeline),
    options: { filename, exclude_paths: ROOTFS_EXCLUDES, compression: { method: 'zstd' } },
  })
}

/** The ISO file itself. @param bios bootable by BIOS, too */
export function isoStages(filename: string, label: string, bios: boolean): Stage[] {
  const options: JsonObject = {
    filename,
    volid: label,
    sysid: 'LINUX',
    ...(bios ? { boot: { image: 'images/eltorito.img', catalog: 'boot.cat' } } : {}),
    efi: EFI_IMAGE,
    isolevel: 3,
    ...(bios ? { grub2mbr: '/usr/lib/grub/i386-pc/boot_hybrid.img' } : {}),
  }
  return [
    stage('xorrisofs', { inputs: treeInput('tree', 'bootiso-tree'), options }),
    stage('implantisomd5', { options: { filename } }),
  ]
}

export function discinfoStage(basearch: string, release: string): Stage {
  return stage('discinfo', { options: { basearch, release } })
}
