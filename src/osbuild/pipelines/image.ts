import { containerInput, type ContainerSpec } from '../containers'
import type {
  DirectoryNode,
  FileNode,
  Group,
  Grub2Console,
  IgnitionFirstboot,
  Subscription,
  User,
} from '../customizations'
import type { MountConfiguration } from '../disk/disk-yaml'
import type { PartitionTable } from '../disk/model'
import type { JsonObject } from '../../go/json'
import type { HostFile } from '../request'
import { mountedDisk } from '../stages/bootupd'
import { finishStages, prepareStages } from '../stages/prepare'
import { stage, type Stage } from '../stages/stage'
import type { Target } from '../target'
import { BUILD } from './build'
import { customizationStages } from './image-customizations'
import { type Pipeline, pipeline } from './pipeline'

/** The disk with the system installed: what all disk types and pxe-tar-xz have in common. */
export interface ImageInput {
  target: Target
  /** File of the disk. */
  filename: string
  table: PartitionTable
  /** Pipeline whose tree raw payloads come from. */
  source: string
  container: ContainerSpec
  kernelArguments: readonly string[]
  /** Unified kernel: composefs, and no customization. pxe-tar-xz never passes it on. */
  sealed: boolean
  bootloader: string
  uefiVendor: string
  selinuxPolicy: string
  mounts: MountConfiguration
  /** pxe-tar-xz: directories that dmsquash-live looks for; no ignition, no GRUB console. */
  live: boolean
  users: readonly User[]
  groups: readonly Group[]
  directories: readonly DirectoryNode[]
  files: readonly FileNode[]
  ignition: IgnitionFirstboot | null
  grub2: Grub2Console | null
  subscription: Subscription | null
  /** A file on the host, for `files[].uri`; null: not known. */
  hostFile: (path: string) => HostFile | null
  /** Seeds the salts of plain passwords. */
  salt: string
}

const INSTALL_MOUNTS = ['/', '/boot', '/boot/efi']

/** Source: RawBootcImage.serialize in pkg/manifest/raw_bootc.go. */
export function imagePipeline(input: ImageInput): Pipeline {
  return pipeline('image', () => {
    const { table, filename, sealed } = input
    const prepare = prepareStages(table, filename, input.source)
    const install = installStage(input)
    const finish = finishStages(table, filename)
    const custom = sealed ? { stages: [], contents: [] } : customizationStages(input)
    const unused = sealed && input.target.inlineWithoutStages
    return {
      build: BUILD,
      stages: [...prepare, install, ...finish, ...custom.stages],
      containers: [input.container],
      contents: unused ? input.files.map(({ data }) => data) : custom.contents,
    }
  })
}

function installStage(input: ImageInput): Stage {
  const { container, kernelArguments, sealed, bootloader } = input
  const { devices, mounts } = mountedDisk(input.table, input.filename, input.uefiVendor)
  const options: JsonObject = {}
  if (!sealed && kernelArguments.length > 0) options['kernel-args'] = [...kernelArguments]
  options['target-imgref'] = container.localName
  if (bootloader !== '') options['bootloader'] = bootloader
  if (sealed) options['composefs'] = true
  return stage('bootc.install-to-filesystem', {
    inputs: containerInput(container),
    options,
    devices,
    mounts: mounts.filter((mount) => INSTALL_MOUNTS.includes(String(mount['target']))),
  })
}
