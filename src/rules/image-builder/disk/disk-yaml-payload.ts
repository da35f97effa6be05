import { refuse } from '../../../base/go/failure'
import type { Target } from '../target'
import {
  decodeBool,
  decodeInt,
  decodeList,
  decodeObject,
  decodeString,
  decodeUint,
  jsonOf,
  type Place,
} from '../../../formats/yaml/decode'
import { decodeSize, without } from './disk-yaml-fields'
import { filesystem, type LogicalVolume, type MkfsOptions, type Payload, subvolume } from './model'

type Decoder = (place: Place, target: Target) => Payload

/** `payloadEntityMap` of pkg/disk */
const DECODERS: Record<string, Decoder> = {
  filesystem: decodeFilesystem,
  btrfs: decodeBtrfs,
  lvm: decodeVolumeGroup,
  luks: decodeLuks,
  swap: decodeSwap,
  raw: decodeRaw,
}

/** The payload of a partition, logical volume or LUKS container. Source: unmarshalJSONPayload. */
export function decodePayload(
  owner: Place,
  type: string,
  place: Place | null,
  target: Target,
): Payload | null {
  const line = owner.value.line
  if (type === '') {
    if (place === null) return null
    throw refuse(
      `line ${line}, ${owner.key}: empty payload type but payload is: ${jsonOf(place.value)}`,
    )
  }
  const decode = Object.hasOwn(DECODERS, type) ? DECODERS[type] : undefined
  if (decode === undefined)
    throw refuse(`line ${line}, ${owner.key}: unknown payload type "${type}"`)
  if (place === null) throw refuse(`line ${line}, ${owner.key}: payload_type without payload`)
  return decode(place, target)
}

function decodeFilesystem(place: Place, target: Target): Payload {
  const found = filesystem({})
  decodeObject(place, {
    type: (p) => (found.type = decodeString(p)),
    uuid: (p) => (found.uuid = decodeString(p)),
    label: (p) => (found.label = decodeString(p)),
    mountpoint: (p) => (found.mountpoint = decodeString(p)),
    fstab_options: (p) => (found.fstabOptions = decodeString(p)),
    fstab_freq: (p) => (found.fstabFreq = decodeUint(p)),
    fstab_passno: (p) => (found.fstabPassno = decodeUint(p)),
    mkfs_options: (p) => (found.mkfs = decodeMkfs(p, target)),
  })
  return found
}

function decodeMkfs(place: Place, target: Target): MkfsOptions {
  const found: MkfsOptions = { verity: false, geometry: null, agcount: 0n }
  const fields = {
    verity: (p: Place) => (found.verity = decodeBool(p)),
    geometry: (p: Place) => (found.geometry = decodeGeometry(p)),
    agcount: (p: Place) => (found.agcount = decodeInt(p)),
  }
  decodeObject(place, without(fields, target.unknownDiskYamlKeys.mkfs))
  return found
}

function decodeGeometry(place: Place): MkfsOptions['geometry'] {
  if (place.value.kind === 'null') return null
  const found = { heads: 0n, sectorsPerTrack: 0n }
  decodeObject(place, {
    heads: (p) => (found.heads = decodeInt(p)),
    sectors_per_track: (p) => (found.sectorsPerTrack = decodeInt(p)),
  })
  return found
}

function decodeBtrfs(place: Place): Payload {
  const found: Payload = { kind: 'btrfs', uuid: '', label: '', subvolumes: [] }
  decodeObject(place, {
    uuid: (p) => (found.uuid = decodeString(p)),
    label: (p) => (found.label = decodeString(p)),
    mountpoint: (p) => void decodeString(p),
    subvolumes: (p) => (found.subvolumes = decodeList(p, decodeSubvolume)),
  })
  return found
}

function decodeSubvolume(place: Place) {
  const found = subvolume({})
  decodeObject(place, {
    name: (p) => (found.name = decodeString(p)),
    size: (p) => (found.size = decodeSize(p)),
    mountpoint: (p) => (found.mountpoint = decodeString(p)),
    group_id: (p) => (found.groupId = decodeUint(p)),
    compress: (p) => (found.compress = decodeString(p)),
    read_only: (p) => (found.readOnly = decodeBool(p)),
    uuid: (p) => (found.uuid = decodeString(p)),
  })
  return found
}

/** Unknown keys of a volume group are ignored, those of its volumes are not (pkg/disk/lvm.go). */
function decodeVolumeGroup(place: Place, target: Target): Payload {
  const found: Payload = { kind: 'lvm', name: '', logicalVolumes: [] }
  decodeObject(
    place,
    {
      name: (p) => (found.name = decodeString(p)),
      description: (p) => void decodeString(p),
      logical_volumes: (p) =>
        (found.logicalVolumes = decodeList(p, (item) => decodeLogicalVolume(item, target))),
    },
    false,
  )
  return found
}

function decodeLogicalVolume(place: Place, target: Target): LogicalVolume {
  const found: LogicalVolume = { kind: 'lv', name: '', size: 0n, payload: null }
  let payloadType = ''
  let payload: Place | null = null
  decodeObject(place, {
    name: (p) => (found.name = decodeString(p)),
    size: (p) => (found.size = decodeSize(p)),
    payload: (p) => (payload = p),
    payload_type: (p) => (payloadType = decodeString(p)),
  })
  found.payload = decodePayload(place, payloadType, payload, target)
  return found
}

function decodeLuks(place: Place, target: Target): Payload {
  const pbkdf = { iterations: 0n, memory: 0n, parallelism: 0n }
  const found: Payload = { kind: 'luks', uuid: '', label: '', pbkdf, payload: null }
  let payloadType = ''
  let payload: Place | null = null
  decodeObject(place, {
    passphrase: (p) => void decodeString(p),
    uuid: (p) => (found.uuid = decodeString(p)),
    cipher: (p) => void decodeString(p),
    label: (p) => (found.label = decodeString(p)),
    subsystem: (p) => void decodeString(p),
    sector_size: (p) => void decodeUint(p),
    pbkdf: (p) =>
      decodeObject(p, {
        iterations: (q) => (pbkdf.iterations = decodeUint(q)),
        memory: (q) => (pbkdf.memory = decodeUint(q)),
        parallelism: (q) => (pbkdf.parallelism = decodeUint(q)),
      }),
    clevis: (p) =>
      decodeObject(p, {
        pin: (q) => void decodeString(q),
        policy: (q) => void decodeString(q),
        remove_passphrase: (q) => void decodeBool(q),
      }),
    payload: (p) => (payload = p),
    payload_type: (p) => (payloadType = decodeString(p)),
  })
  found.payload = decodePayload(place, payloadType, payload, target)
  return found
}

/** Keys are Go's field names: upstream's type has no JSON names (pkg/disk/swap.go). */
function decodeSwap(place: Place): Payload {
  const found: Payload = { kind: 'swap', uuid: '', label: '', fstabOptions: '' }
  decodeObject(place, {
    UUID: (p) => (found.uuid = decodeString(p)),
    Label: (p) => (found.label = decodeString(p)),
    FSTabOptions: (p) => (found.fstabOptions = decodeString(p)),
  })
  return found
}

function decodeRaw(place: Place): Payload {
  const found: Payload = { kind: 'raw', sourcePath: '' }
  decodeObject(place, { source_path: (p) => (found.sourcePath = decodeString(p)) })
  return found
}
