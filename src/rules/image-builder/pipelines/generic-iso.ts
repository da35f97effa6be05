import { containerInput, type ContainerSpec } from '../containers'
import type { Arch } from '../disk/partition-types'
import type { IsoDefinition } from '../iso-yaml'
import type { JsonObject } from '../../../base/go/json'
import {
  biosBootStages,
  discinfoStage,
  efiBootStage,
  efiImageStages,
  type IsoMenu,
  isoStages,
  kernelCopyStage,
  rootfsStage,
} from '../stages/iso'
import { mkdirStage, stage, type Stage } from '../stages/stage'
import { BUILD, deployStage, isoBuildPipeline } from './build'
import { type Pipeline, pipeline } from './pipeline'

export interface GenericIsoInput {
  container: ContainerSpec
  /** Embedded in the storage of the live system; null: none. */
  payload: ContainerSpec | null
  arch: Arch
  uefiVendor: string
  kernelVersion: string
  runner: string
  product: string
  version: string
  label: string
  iso: IsoDefinition
  volumeId: string
}

/** A live system that is the container itself. Source: pkg/image/container_based_iso.go. */
export function genericIsoPipelines(input: GenericIsoInput): Pipeline[] {
  const { container, arch, payload } = input
  const menu = menuOf(input)
  const modules = `lib/modules/${input.kernelVersion}`
  return [
    isoBuildPipeline(container, input.runner),
    pipeline('os-tree', () => ({
      build: BUILD,
      stages: [deployStage(container), ...(payload === null ? [] : [storageStage(payload)])],
      containers: payload === null ? [container] : [container, payload],
    })),
    pipeline('efiboot-tree', () => ({
      build: BUILD,
      stages: [efiBootStage(menu, arch, input.uefiVendor)],
    })),
    pipeline('bootiso-tree', () => ({
      build: BUILD,
      stages: [
        mkdirStage(['/images', '/images/pxeboot', '/LiveOS']),
        kernelCopyStage('os-tree', `${modules}/vmlinuz`, `${modules}/initramfs.img`),
        rootfsStage('os-tree', 'LiveOS/squashfs.img'),
        ...biosBootStages(menu),
        ...efiImageStages(input.volumeId),
        discinfoStage(arch, input.version),
      ],
    })),
    pipeline('bootiso', () => ({
      build: BUILD,
      stages: isoStages('install.iso', input.label, true),
    })),
  ]
}

function menuOf({ iso, label, product, version }: GenericIsoInput): IsoMenu {
  const live = [`root=live:CDLABEL=${label}`, 'rd.live.image', 'quiet', 'rhgb', 'enforcing=0']
  return {
    product: product || 'OS',
    version,
    kernelArguments: iso.kernelArguments.length > 0 ? iso.kernelArguments : live,
    label,
    troubleshooting: false,
    test: false,
    custom: iso.entries,
    menuDefault: iso.menuDefault,
    menuTimeout: iso.menuTimeout,
  }
}

/** The payload in the container storage of the tree. Source: GenContainerStorageStages. */
function storageStage(payload: ContainerSpec): Stage {
  const inputs: JsonObject = containerInput(payload)
  if (!payload.local && payload.listDigest !== '') {
    inputs['manifest-lists'] = {
      type: 'org.osbuild.files',
      origin: 'org.osbuild.source',
      references: [payload.listDigest],
    }
  }
  return stage('skopeo', { inputs, options: { destination: { type: 'containers-storage' } } })
}
