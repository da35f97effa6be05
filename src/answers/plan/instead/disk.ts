import type { Node } from '../../../formats/blueprint/node'
import type { DiskLayout, Instead, LayoutPayload } from '../../../contract/plan'
import { hasControl, plainLine, systemdField } from '../../../base/escape'
import { unitName } from '../unit-name'
import { memberText, objectsOf, valueAt } from '../values'
import { baked, outside, type WayContext, writeFile } from './ways'

/** Mounted by bootc and systemd without our help. */
const KNOWN = ['/', '/boot', '/boot/efi']
/** Discoverable Partitions Specification: types that systemd mounts by themselves. */
const DISCOVERABLE: Readonly<Record<string, string>> = {
  '/srv': '3b8f8425-20e0-4f3b-907f-1a25a76f98e8',
  '/var/tmp': '7ec6f557-3bc5-4aca-b293-16ef5df639d1',
  '/home': '933ac7e1-2eb4-4f13-b844-0e14e2aef915',
}
const SWAP = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'

export function insteadOfFilesystem(filesystem: Node, context: WayContext): Instead[] {
  const mountpoint = memberText(filesystem, 'mountpoint') ?? ''
  return KNOWN.includes(mountpoint) ? [] : mountWays(mountpoint, context)
}

/** What mounts the partitions of a sealed image: units in the image, or the types of partitions. */
export function insteadOfDisk(disk: Node, context: WayContext): Instead[] {
  const partitions = objectsOf(valueAt(disk, 'partitions'))
  const volumes = partitions.flatMap((part) => [
    part,
    ...objectsOf(valueAt(part, 'logical_volumes')),
    ...objectsOf(valueAt(part, 'subvolumes')),
  ])
  const mountpoints = volumes.map((volume) => memberText(volume, 'mountpoint') ?? '')
  const swap = volumes.some((volume) => memberText(volume, 'fs_type') === 'swap')
  const wanted = [...new Set(mountpoints)].filter((path) => path !== '' && !KNOWN.includes(path))
  return [
    ...wanted.slice(0, 20).flatMap((path) => mountWays(path, context)),
    ...(swap ? [swapWay()] : []),
  ]
}

function mountWays(mountpoint: string, context: WayContext): Instead[] {
  if (!mountpoint.startsWith('/') || hasControl(mountpoint)) return []
  const found = payloadAt(context.layout, mountpoint)
  const what = found?.uuid ? `/dev/disk/by-uuid/${found.uuid}` : '/dev/disk/by-label/LABEL'
  const unit = `${unitName(mountpoint)}.mount`
  const text = [
    '[Unit]',
    `Description=Mount ${plainLine(mountpoint).replaceAll('%', '%%')}`,
    '',
    '[Mount]',
    `What=${what}`,
    `Where=${mountpoint.replaceAll('%', '%%')}`,
    ...(found?.kind === 'subvolume' && found.name
      ? [`Options=subvol=${systemdField(found.name)}`]
      : []),
    '',
    '[Install]',
    'WantedBy=local-fs.target',
    '',
  ].join('\n')
  const type = Object.hasOwn(DISCOVERABLE, mountpoint) ? DISCOVERABLE[mountpoint] : undefined
  return [
    baked(
      `A mount unit for ${plainLine(mountpoint)} in the image`,
      [
        ...writeFile(`/usr/lib/systemd/system/${unit}`, text),
        `RUN systemctl enable '${unit}'`,
        '# the UUID comes from the seed: keep it, or give the partition a label',
      ],
      context,
    ),
    ...(type === undefined ? [] : [discoverable(mountpoint, type)]),
  ]
}

function discoverable(mountpoint: string, type: string): Instead {
  return outside(`A discoverable partition for ${mountpoint}: systemd mounts it by its type`, [
    '# in the blueprint, for this partition of customizations.disk (GPT, on the disk of the ESP)',
    `part_type = "${type}"`,
  ])
}

function swapWay(): Instead {
  return outside('A discoverable swap partition: systemd uses it by its type', [
    '# in the blueprint, for this partition of customizations.disk (GPT, on the disk of the ESP)',
    `part_type = "${SWAP}"`,
  ])
}

function payloadAt(layout: DiskLayout | null, mountpoint: string): LayoutPayload | null {
  const search = (payload: LayoutPayload): LayoutPayload | null => {
    if (payload.mountpoint === mountpoint) return payload
    for (const child of payload.children) {
      const found = search(child)
      if (found !== null) return found.uuid === null ? { ...found, uuid: payload.uuid } : found
    }
    return null
  }
  for (const { payload } of layout?.partitions ?? []) {
    const found = search(payload)
    if (found !== null) return found
  }
  return null
}
