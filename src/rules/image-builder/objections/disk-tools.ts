import type { JsonObject } from '../../../base/go/json'
import { listOf, number, objectOf, text } from './json-view'

const MIB = 2 ** 20
const GPT_TYPE = /^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/i

/** Least size in bytes and longest label in bytes that each mkfs takes; tried with the programs named. */
const FILE_SYSTEMS: Readonly<Record<string, { program: string; least: number; label: number }>> = {
  'org.osbuild.mkfs.xfs': { program: 'mkfs.xfs (xfsprogs 6.1)', least: 300 * MIB, label: 12 },
  'org.osbuild.mkfs.btrfs': {
    program: 'mkfs.btrfs (btrfs-progs 6.2)',
    least: 114_294_784,
    label: 255,
  },
  'org.osbuild.mkfs.fat': { program: 'mkfs.fat (dosfstools 4.2)', least: 60 * 1024, label: 11 },
  'org.osbuild.mkswap': {
    program: 'mkswap (util-linux 2.38)',
    least: 40 * 1024,
    label: Number.POSITIVE_INFINITY,
  },
}

/** What dosfstools takes in no label: these, control characters and anything beyond ASCII. */
const FAT_FORBIDDEN = /[*?.,;:/\\|+=<>[\]"]|[^ -~]/

/**
 * Why a stage that makes the partition table or a file system would fail: image-builder checks none of
 * this, so the build stops late. Tried with sfdisk, mkfs.xfs, mkfs.btrfs, mkfs.fat and mkswap of Debian 12.
 */
export function diskToolObjections(stage: JsonObject): string[] {
  const type = text(stage['type'])
  const options = objectOf(stage['options'])
  const device = objectOf(objectOf(objectOf(stage['devices'])['device'])['options'])
  const sector = number(device['sector-size']) || 512
  if (type === 'org.osbuild.sfdisk') return tableObjections(options, sector)
  return [
    ...sizeAndLabel(type, options, number(device['size']) * sector),
    ...(type === 'org.osbuild.mkfs.xfs' ? xfsGroups(options) : []),
  ]
}

function tableObjections(table: JsonObject, sector: number): string[] {
  const gpt = table['label'] === 'gpt'
  return listOf(table['partitions']).flatMap((partition, index) => {
    const name = `partition ${index + 1}`
    const start = number(partition['start']) * sector
    const type = text(partition['type'])
    const found: string[] = []
    if (gpt && start > 0 && start < MIB) {
      found.push(`${name} starts at byte ${start}; sfdisk takes none of a GPT before 1 MiB`)
    }
    if (gpt && type !== '' && !GPT_TYPE.test(type)) {
      found.push(`${name} has the type ${type}, which is no type of a GPT: sfdisk refuses it`)
    }
    if (!gpt && GPT_TYPE.test(type)) {
      found.push(`${name} has the GPT type ${type} in a DOS table: sfdisk writes type 0 instead`)
    }
    if (!gpt && start + number(partition['size']) * sector > 2 ** 32 * sector) {
      found.push(`${name} ends beyond 2^32 sectors, the end of what a DOS table can name`)
    }
    return found
  })
}

function sizeAndLabel(type: string, options: JsonObject, size: number): string[] {
  const rules = Object.hasOwn(FILE_SYSTEMS, type) ? FILE_SYSTEMS[type] : undefined
  if (rules === undefined) return []
  const label = text(options['label'])
  const length = new TextEncoder().encode(label).length
  const found: string[] = []
  if (size > 0 && size < rules.least) {
    found.push(`the partition has ${size} bytes, ${rules.program} needs at least ${rules.least}`)
  }
  if (length > rules.label) {
    found.push(
      `the label ${label} has ${length} bytes, ${rules.program} takes at most ${rules.label}`,
    )
  }
  if (type === 'org.osbuild.mkfs.fat' && FAT_FORBIDDEN.test(label)) {
    found.push(`the label ${label} has a character that ${rules.program} refuses`)
  }
  return found
}

/** `mkfs.xfs` wants a second superblock. */
function xfsGroups(options: JsonObject): string[] {
  if (number(options['agcount']) !== 1) return []
  return ['agcount is 1; mkfs.xfs (xfsprogs 6.1) needs at least 2 allocation groups']
}
