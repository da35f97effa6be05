import { containerInput, type ContainerSpec } from '../containers'
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
import { type AnacondaInput, anacondaStages } from '../stages/anaconda'
import { type KickstartInput, kickstartStages } from '../stages/kickstart'
import { mkdirStage, stage, type Stage } from '../stages/stage'
import { BUILD, deployStage, isoBuildPipeline } from './build'
import { type Pipeline, pipeline } from './pipeline'

export interface InstallerIsoInput extends AnacondaInput {
  container: ContainerSpec
  /** What is installed. */
  payload: ContainerSpec
  uefiVendor: string
  runner: string
  label: string
  fips: boolean
  kickstart: KickstartInput
  volumeId: string
}

const PAYLOAD_PATH = '/container'

/** An Anaconda ISO that installs a container. Source: pkg/image/anaconda_container_installer.go. */
export function installerIsoPipelines(input: InstallerIsoInput): Pipeline[] {
  const { container, arch, label } = input
  const { kernelAppend } = input.kickstart
  const menu = installerMenu({ ...input, console: ['console=tty0', 'inst.text'], kernelAppend })
  const bios = arch === 'x86_64'
  return [
    isoBuildPipeline(container, input.runner),
    pipeline('anaconda-tree', () => ({
      build: BUILD,
      stages: [deployStage(container), ...anacondaStages(input)],
      containers: [container],
    })),
    pipeline('efiboot-tree', () => ({
      build: BUILD,
      stages: [efiBootStage(menu, arch, input.uefiVendor)],
    })),
    treePipeline(input, menu, bios),
    pipeline('bootiso', () => ({ build: BUILD, stages: isoStages('install.iso', label, bios) })),
  ]
}

export interface InstallerMenuInput {
  product: string
  version: string
  label: string
  fips: boolean
  /** Arguments between those of the installer and those of the user. */
  console: readonly string[]
  kernelAppend: string
}

/** Menu and kernel command line of an installer ISO. */
export function installerMenu(input: InstallerMenuInput): IsoMenu {
  const { product, version, label } = input
  return {
    product,
    version,
    label,
    kernelArguments: [
      `inst.stage2=hd:LABEL=${label}`,
      `inst.ks=hd:LABEL=${label}:/osbuild.ks`,
      ...input.console,
      ...(input.fips ? ['fips=1'] : []),
      ...(input.kernelAppend === '' ? [] : [input.kernelAppend]),
    ],
    troubleshooting: true,
    test: true,
    custom: [],
    menuDefault: null,
    menuTimeout: null,
  }
}

function treePipeline(input: InstallerIsoInput, menu: IsoMenu, bios: boolean): Pipeline {
  const modules = `lib/modules/${input.kernelVersion}`
  return pipeline('bootiso-tree', () => {
    const before = [
      mkdirStage(['/images', '/images/pxeboot']),
      kernelCopyStage('anaconda-tree', `${modules}/vmlinuz`, `${modules}/initramfs.img`),
      rootfsStage('anaconda-tree', 'images/install.img'),
      ...(bios ? biosBootStages(menu) : []),
      ...efiImageStages(input.volumeId),
      ...payloadStages(input.payload),
    ]
    const kickstart = kickstartStages(input.kickstart)
    return {
      build: BUILD,
      stages: [...before, ...kickstart.stages, discinfoStage(input.arch, '')],
      containers: [input.payload],
      contents: kickstart.contents,
    }
  })
}

function payloadStages(payload: ContainerSpec): Stage[] {
  return [
    mkdirStage([PAYLOAD_PATH]),
    stage('skopeo', {
      inputs: containerInput(payload),
      options: { destination: { type: 'oci', path: PAYLOAD_PATH }, 'remove-signatures': true },
    }),
  ]
}
