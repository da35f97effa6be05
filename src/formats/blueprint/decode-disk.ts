import { compareBytes } from '../../base/go/json'
import { goFloat } from '../../base/go/float'
import { looseSize, sizeType } from './decode-sizes'
import type {
  DiskCustomization,
  LogicalVolumeCustomization,
  PartitionCustomization,
  SubvolumeCustomization,
} from './model'
import { goValue } from './go-print'
import { foldedMemberOf, integerOf, type Node } from './node'
import { anything, Decoding, list, type Members, object, text, type Type, uint64 } from './schema'

const NO_PARTITION: PartitionCustomization = {
  type: 'plain',
  minsize: 0n,
  partType: '',
  partLabel: '',
  partUuid: '',
  mountpoint: '',
  label: '',
  fsType: '',
  name: '',
  logicalVolumes: null,
  subvolumes: null,
}

/** Keys of every kind of partition. */
interface Common {
  type: string
  minsize: unknown
  partType: string
  partLabel: string
  partUuid: string
}

const COMMON: Members<Common> = {
  type: ['type', text],
  minsize: ['minsize', anything],
  partType: ['part_type', text],
  partLabel: ['part_label', text],
  partUuid: ['part_uuid', text],
}

const FILE_SYSTEM: Members<Pick<PartitionCustomization, 'mountpoint' | 'label' | 'fsType'>> = {
  mountpoint: ['mountpoint', text],
  label: ['label', text],
  fsType: ['fs_type', text],
}

const subvolumeType: Type<SubvolumeCustomization> = object({
  name: ['name', text],
  mountpoint: ['mountpoint', text],
})

const volumeMembers = object(
  { name: ['name', text], minsize: ['minsize', anything], ...FILE_SYSTEM },
  'ignore',
)

const volumeType: Type<LogicalVolumeCustomization> = {
  zero: { name: '', minsize: 0n, mountpoint: '', label: '', fsType: '' },
  decodesNull: true,
  decode: (node, path, into) =>
    into.within((inner) => {
      const value =
        node.kind === 'null' ? volumeMembers.zero : volumeMembers.decode(node, path, inner)
      const minsize = requiredSize(node, path, inner, '')
      return { ...value, minsize }
    }),
}

/** What each kind takes beside the common keys; a key of another kind is unknown. */
const KINDS: Record<PartitionCustomization['type'], Type<Partial<PartitionCustomization>>> = {
  plain: strict(FILE_SYSTEM),
  lvm: strict({ name: ['name', text], logicalVolumes: ['logical_volumes', list(volumeType)] }),
  btrfs: strict({ subvolumes: ['subvolumes', list(subvolumeType)] }),
}

/** The common keys and those of one kind; only the latter are in the result. */
function strict(members: Members<Record<string, unknown>>): Type<Partial<PartitionCustomization>> {
  const type = object<Record<string, unknown>>({ ...COMMON, ...members })
  const pick = (value: Record<string, unknown>): Partial<PartitionCustomization> =>
    Object.fromEntries(Object.keys(members).map((name) => [name, value[name]]))
  return {
    zero: pick(type.zero),
    decode: (node, path, into) => pick(type.decode(node, path, into)),
  }
}

const sniffType = object(COMMON, 'ignore')

const partitionType: Type<PartitionCustomization> = {
  zero: NO_PARTITION,
  decodesNull: true,
  decode: (node, path, into) => into.within((inner) => decodePartition(node, path, inner)),
}

function decodePartition(node: Node, path: string, into: Decoding): PartitionCustomization {
  const common = into.within(
    (inner) => (node.kind === 'null' ? sniffType.zero : sniffType.decode(node, path, inner)),
    'JSON unmarshal: ',
  )
  if (into.problems.length > 0) return NO_PARTITION
  const kind = common.type === '' ? 'plain' : common.type
  if (!isKind(kind)) {
    into.report(`JSON unmarshal: unknown partition type: ${kind}`, `${path}.type`, node.at)
    return NO_PARTITION
  }
  const own = into.within(
    (inner) => (node.kind === 'null' ? {} : KINDS[kind].decode(node, path, inner)),
    `JSON unmarshal: error decoding partition with type "${kind}": `,
  )
  const prefix = 'JSON unmarshal: error decoding minsize for partition: '
  const minsize = requiredSize(node, path, into, prefix)
  const { partType, partLabel, partUuid } = common
  return { ...NO_PARTITION, ...own, type: kind, minsize, partType, partLabel, partUuid }
}

function isKind(text: string): text is PartitionCustomization['type'] {
  return Object.hasOwn(KINDS, text)
}

function requiredSize(node: Node, path: string, into: Decoding, prefix: string): bigint {
  if (into.problems.length > 0) return 0n
  const minsize = foldedMemberOf(node, 'minsize')
  if (minsize === null) {
    into.report('minsize is required', path, node.at)
    return 0n
  }
  const size = looseSize(minsize)
  if (size.ok) return size.value
  into.report(prefix + size.problem, `${path}.minsize`, minsize.at)
  return 0n
}

const jsonDiskType: Type<DiskCustomization> = object(
  {
    type: ['type', text],
    minsize: ['minsize', sizeType],
    startOffset: ['start_offset', sizeType],
    sectorSize: ['sector_size', uint64],
    partitions: ['partitions', list(partitionType)],
  },
  'ignore',
)

/** `customizations.disk`. TOML is turned into JSON first (toml_json_bridge.go). */
export const diskType: Type<DiskCustomization> = {
  zero: jsonDiskType.zero,
  decode(node, path, into) {
    if (into.format === 'json')
      return into.within((inner) => jsonDiskType.decode(node, path, inner))
    into.takeAll(node)
    const endless = endlessIn(node)
    if (endless !== null) {
      const text = `error unmarshaling TOML data ${goValue(node, 'toml')}: json: unsupported value: ${goFloat(endless)}`
      into.report(text, path, node.at)
      return jsonDiskType.zero
    }
    const asJson = new Decoding('json')
    const value = asJson.within((inner) => jsonDiskType.decode(jsonOfToml(node), path, inner))
    const prefix = `error decoding TOML ${goValue(node, 'toml')}: `
    into.problems.push(...asJson.problems.map((each) => ({ ...each, text: prefix + each.text })))
    return value
  },
}

/** The first `inf` or `nan`, which JSON has no words for. */
function endlessIn(node: Node): number | null {
  if (node.kind === 'number') {
    const value = Number(node.text)
    return Number.isFinite(value) ? null : value
  }
  const below = node.kind === 'list' ? node.items : node.kind === 'object' ? node.entries.map(({ value }) => value) : [] // prettier-ignore
  for (const each of below) {
    const found = endlessIn(each)
    if (found !== null) return found
  }
  return null
}

/** As Go's `json.Marshal` writes a TOML value: keys sorted, dates as texts, `2.0` as `2`. */
function jsonOfToml(node: Node): Node {
  switch (node.kind) {
    case 'date':
      return { kind: 'string', at: node.at, value: node.text }
    case 'number':
      return { ...node, text: integerOf(node) === null ? goFloat(Number(node.text)) : node.text }
    case 'list':
      return { ...node, items: node.items.map(jsonOfToml) }
    case 'object': {
      const entries = node.entries.map((entry) => ({ ...entry, value: jsonOfToml(entry.value) }))
      return { ...node, entries: entries.sort((a, b) => compareBytes(a.key, b.key)) }
    }
    default:
      return node
  }
}
