import type { Node } from '../../../formats/blueprint/node'
import type { DiskLayout, Instead, LayoutPayload } from '../../../contract/plan'
import { hasControl, plainLine, shellWord, systemdField } from '../../../base/escape'
import { DISCOVERED, MOUNTED_ANYWAY } from '../caveats/mounts'
import { unitName } from '../unit-name'
import { memberText, objectsOf, valueAt } from '../values'
import { baked, outside, type WayContext, writeFile } from './ways'

/** Discoverable Partitions Specification: types that systemd mounts by themselves, by mount point. */
const DISCOVERABLE: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(DISCOVERED).map(([type, mountpoint]) => [mountpoint, type]),
)
const SWAP = '0657fd6d-a4ab-43c4-84e5-0933c84b4f4f'

export function insteadOfFilesystem(filesystem: Node, context: WayContext): Instead[] {
  const mountpoint = memberText(filesystem, 'mountpoint') ?? ''
  return MOUNTED_ANYWAY.includes(mountpoint) ? [] : mountWays(mountpoint, context)
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
  const wanted = [...new Set(mountpoints)].filter(
    (path) => path !== '' && !MOUNTED_ANYWAY.includes(path),
  )
  return [
    ...wanted.slice(0, 20).flatMap((path) => mountWays(path, context)),
    ...(swap ? [swapWay()] : []),
  ]
}

function mountWays(mountpoint: string, context: WayContext): Instead[] {
  if (!mountpoint.startsWith('/') || hasControl(mountpoint)) return []
  const place = context.tree.lookUp(mountpoint)
  if (place.kind === 'file') return []
  // systemd mounts at real directories only: what a link leads to
  const where = context.tree.known ? place.canonical : mountpoint
  const found = payloadAt(context.layout, mountpoint)
  const what = found?.uuid ? `/dev/disk/by-uuid/${found.uuid}` : '/dev/disk/by-label/LABEL'
  const unit = `${unitName(where)}.mount`
  const text = [
    '[Unit]',
    `Description=Mount ${plainLine(where).replaceAll('%', '%%')}`,
    '',
    '[Mount]',
    `What=${what}`,
    `Where=${where.replaceAll('%', '%%')}`,
    ...(found?.kind === 'subvolume' && found.name
      ? [`Options=subvol=${systemdField(found.name)}`]
      : []),
    '',
    '[Install]',
    'WantedBy=local-fs.target',
    '',
  ].join('\n')
  // /home and /srv are links as a rule: systemd cannot mount there, and the machine ends in emergency mode
  const isPlain = context.tree.known && place.kind === 'dir' && place.link === null
  const type = Object.hasOwn(DISCOVERABLE, mountpoint) ? DISCOVERABLE[mountpoint] : undefined
  const inVar = /^\/(var|etc|run|tmp)(\/|$)/.test(where)
  const made = inVar || place.kind === 'dir' ? [] : [`RUN mkdir -p ${shellWord(where)}`]
  return [
    baked(
      `A mount unit for ${plainLine(where)} in the image`,
      [
        ...made,
        ...writeFile(`/usr/lib/systemd/system/${unit}`, text),
        `RUN systemctl enable '${unit}'`,
        '# the UUID comes from the seed: keep it, or give the partition a label',
      ],
      context,
    ),
    ...(type === undefined || !isPlain ? [] : [discoverable(mountpoint, type)]),
  ]
}

function discoverable(mountpoint: string, type: string): Instead {
  return outside(
    'blueprint',
    `A discoverable partition for ${mountpoint}: systemd mounts it by its type`,
    [
      '# in the blueprint, for this partition of customizations.disk (GPT, on the disk of the ESP)',
      `part_type = "${type}"`,
    ],
  )
}

function swapWay(): Instead {
  return outside('blueprint', 'A discoverable swap partition: systemd uses it by its type', [
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
