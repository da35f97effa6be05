import { containerInput } from '../containers'
import type { JsonObject } from '../../../base/go/json'
import { mountedDisk } from '../stages/bootupd'
import { finishStages, prepareStages } from '../stages/prepare'
import { stage, type Stage } from '../stages/stage'
import { BUILD } from './build'
import { customizationStages } from './image-customizations'
import type { ImageInput } from './image-input'
import { type Pipeline, pipeline } from './pipeline'

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
