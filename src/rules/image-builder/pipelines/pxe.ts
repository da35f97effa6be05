import type { Arch } from '../disk/partition-types'
import type { JsonObject } from '../../../base/go/json'
import { mount, mountedDisk } from '../stages/bootupd'
import { loopback } from '../stages/devices'
import { chmodStage, fileStages } from '../stages/files'
import { copyStage, fileInput, stage, treeInput } from '../stages/stage'
import { BUILD } from './build'
import { DEPLOYMENT } from './image-customizations'
import type { ImageInput } from './image-input'
import { type Pipeline, pipeline } from './pipeline'
import { PXE_README, pxeMenu } from './pxe-files'

/** Branch filter of xz for each architecture (BCJOption in pkg/osbuild/squashfs_stage.go). */
const BRANCH_FILTERS: Partial<Record<Arch, string>> = {
  x86_64: 'x86',
  aarch64: 'arm',
  ppc64le: 'powerpc',
}

const BOOT_FILES = ['vmlinuz', 'initrd.img', 'rootfs.img']
const MODES: readonly (readonly [string, JsonObject])[] = [
  ['/vmlinuz', { mode: '0755' }],
  ['/initrd.img', { mode: '0644' }],
  ['/rootfs.img', { mode: '0644' }],
]
const TREE_MODES: readonly (readonly [string, JsonObject])[] = [
  ...MODES,
  ['/EFI', { mode: 'ugo+Xr', recursive: true }],
  ['/grub.cfg', { mode: '0644' }],
  ['/README', { mode: '0644' }],
]

/** From the installed disk to the archive. Source: pkg/image/bootc_pxetar.go. */
export function pxePipelines(image: ImageInput, arch: Arch, kernelVersion: string): Pipeline[] {
  return [
    rootfsPipeline(image, arch, kernelVersion),
    treePipeline(image.kernelArguments),
    pipeline('tar', () => ({
      build: BUILD,
      stages: [
        stage('tar', {
          inputs: treeInput('tree', 'bootc-pxe-tree'),
          options: { filename: 'image.tar', paths: tarPaths() },
        }),
      ],
    })),
    pipeline('xz', () => ({
      build: BUILD,
      stages: [
        stage('xz', {
          inputs: fileInput('file', 'tar', 'image.tar'),
          options: { filename: 'pxe.tar.xz' },
        }),
      ],
    })),
  ]
}

function tarPaths(): string[] {
  return TREE_MODES.map(([path]) => path.slice(1)).sort()
}

/** The file system as squashfs, beside kernel and initial RAM disk. */
function rootfsPipeline(image: ImageInput, arch: Arch, kernelVersion: string): Pipeline {
  return pipeline('bootc-rootfs', () => {
    const { filename } = image
    const { devices, mounts } = mountedDisk(image.table, filename, image.uefiVendor)
    const filter = BRANCH_FILTERS[arch]
    const modules = `mount://-/usr/lib/modules/${kernelVersion}`
    return {
      build: BUILD,
      stages: [
        copyStage([[`input://tree/${filename}`, 'tree:///']], {
          inputs: treeInput('tree', 'image'),
        }),
        stage('squashfs', {
          options: {
            filename: 'rootfs.img',
            source: 'mount://-/',
            compression: { method: 'xz', options: filter === undefined ? {} : { bcj: filter } },
          },
          devices,
          mounts,
        }),
        copyStage(
          [
            [`${modules}/vmlinuz`, 'tree:///vmlinuz'],
            [`${modules}/initramfs.img`, 'tree:///initrd.img'],
          ],
          { devices, mounts: [...mounts, DEPLOYMENT] },
        ),
        chmodStage(MODES),
      ],
    }
  })
}

function treePipeline(kernelArguments: readonly string[]): Pipeline {
  return pipeline('bootc-pxe-tree', () => {
    const mounted = {
      devices: { disk: loopback({ filename: 'rootfs.img' }) },
      mounts: [mount('-', 'org.osbuild.squashfs', 'disk', '/')],
    }
    const menu = pxeMenu(kernelArguments)
    return {
      build: BUILD,
      stages: [
        copyStage(
          BOOT_FILES.map((file) => [`input://tree/${file}`, `tree:///${file}`] as const),
          { inputs: treeInput('tree', 'bootc-rootfs') },
        ),
        copyStage([['mount://-/boot/efi/EFI', 'tree:///EFI']], mounted),
        ...fileStages([{ path: '/grub.cfg', data: menu }]),
        stage('ostree.grub2', {
          options: { filename: 'grub.cfg', source: 'mount://-/' },
          ...mounted,
        }),
        ...fileStages([{ path: '/README', data: PXE_README }]),
        chmodStage(TREE_MODES),
      ],
      contents: [menu, PXE_README],
    }
  })
}
