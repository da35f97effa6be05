import type { JsonObject } from '../../../base/go/json'
import { compact } from '../../../base/go/json'
import { copyStage, fileInput, stage, treeInput } from '../stages/stage'
import { BUILD } from './build'
import { type Pipeline, pipeline } from './pipeline'

interface Conversion {
  pipeline: string
  extension: string
  format: JsonObject
}

/** One qemu stage each, run with the host's tools (pkg/image/bootc_disk.go). */
const CONVERSIONS: readonly Conversion[] = [
  { pipeline: 'qcow2', extension: 'qcow2', format: { type: 'qcow2', compat: '1.1' } },
  { pipeline: 'vmdk', extension: 'vmdk', format: { type: 'vmdk', subformat: 'streamOptimized' } },
  { pipeline: 'vpc', extension: 'vhd', format: { type: 'vpc' } },
]

/** Every disk manifest has them all, whatever the type. @param base `disk` or `image` */
export function conversionPipelines(base: string): Pipeline[] {
  const raw = `${base}.raw`
  const converted = CONVERSIONS.map(({ pipeline: name, extension, format }) =>
    pipeline(name, () => ({
      stages: [
        stage('qemu', {
          inputs: fileInput('image', 'image', raw),
          options: { filename: `${base}.${extension}`, format },
        }),
      ],
    })),
  )
  return [...converted, ovf(base), archive(base), gce(raw)]
}

function ovf(base: string): Pipeline {
  const vmdk = `${base}.vmdk`
  return pipeline('ovf', () => ({
    stages: [
      copyStage([[`input://vmdk-tree/${vmdk}`, 'tree:///']], {
        inputs: treeInput('vmdk-tree', 'vmdk'),
      }),
      stage('ovf', { options: { vmdk } }),
    ],
  }))
}

function archive(base: string): Pipeline {
  return pipeline('archive', () => ({
    stages: [
      stage('tar', {
        inputs: treeInput('tree', 'ovf'),
        options: {
          filename: `${base}.ova`,
          format: 'ustar',
          paths: [`${base}.ovf`, `${base}.mf`, `${base}.vmdk`],
        },
      }),
    ],
  }))
}

/** GCE wants the disk to be called disk.raw. */
function gce(raw: string): Pipeline {
  const transform = raw === 'disk.raw' ? '' : `s/${raw.replaceAll('.', '\\.')}/disk.raw/`
  const options: JsonObject = {
    filename: 'image.tar.gz',
    format: 'oldgnu',
    acls: false,
    selinux: false,
    xattrs: false,
    'root-node': 'omit',
    ...compact({ transform }),
  }
  return pipeline('gce', () => ({
    build: BUILD,
    stages: [stage('tar', { inputs: treeInput('tree', 'image'), options })],
  }))
}
