import type { DiskLayout, LayoutPartition, LayoutPayload } from '../../../contract/plan'
import { formatBytes } from '../format'
import { typeInWords } from './partition-types'

const WIDTH = 960
const HEIGHT = 84
/** Height of the row of what is inside a partition. */
const VOLUME = 56
/** A partition is never drawn narrower, so that a BIOS boot partition of 1 MiB can be seen. */
const NARROWEST = 74

/** The partitions side by side; widths grow with the logarithm of the size. */
export function DiskPicture({ layout }: { layout: DiskLayout }) {
  const widths = widthsOf(layout.partitions)
  const sentence = layout.partitions.map(
    ({ number, size, payload, type }) =>
      `${number}: ${describe(payload, type)}, ${formatBytes(size)}`,
  )
  const height = layout.partitions.some(({ payload }) => payload.children.length > 0)
    ? HEIGHT + VOLUME
    : HEIGHT
  const whole = widths.reduce((sum, width) => sum + width, 0)
  let x = 0
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Picture of the disk">
      <svg
        className="disk"
        viewBox={`0 0 ${whole} ${height}`}
        width={whole}
        height={height}
        role="img"
        aria-label={`A disk of ${formatBytes(layout.diskSize)}; partitions ${sentence.join('; ')}`}
      >
        {layout.partitions.map((partition, index) => {
          const width = widths[index] ?? NARROWEST
          const left = x
          x += width
          return (
            <Block
              key={partition.number}
              partition={partition}
              x={left}
              width={width}
              height={height}
            />
          )
        })}
      </svg>
    </div>
  )
}

function widthsOf(partitions: readonly LayoutPartition[]): number[] {
  const weights = partitions.map(({ size }) => Math.log2(1 + size / 2 ** 20))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  const free = Math.max(0, WIDTH - NARROWEST * partitions.length)
  return weights.map((weight) => NARROWEST + (total === 0 ? 0 : (free * weight) / total))
}

interface BlockProperties {
  partition: LayoutPartition
  x: number
  width: number
  height: number
}

function Block({ partition, x, width, height }: BlockProperties) {
  const { payload, size, number } = partition
  const middle = x + width / 2
  const fits = (text: string) => fitted(text, width)
  return (
    <g className={`block ${payload.kind}`}>
      <title>{`${number}: ${describe(payload, partition.type)}, ${formatBytes(size)}`}</title>
      <rect x={x + 2} y="2" width={width - 4} height={height - 4} rx="6" />
      <text x={middle} y="28" textAnchor="middle" className="title">
        {fits(titleOf(partition))}
      </text>
      <text x={middle} y="50" textAnchor="middle">
        {fits(kindOf(payload))}
      </text>
      <text x={middle} y="72" textAnchor="middle">
        {formatBytes(size)}
      </text>
      <Volumes payload={payload} x={x} width={width} />
    </g>
  )
}

/** What is inside: logical volumes, subvolumes, the file system in a LUKS container. */
function Volumes({ payload, x, width }: { payload: LayoutPayload; x: number; width: number }) {
  const inside = payload.children.flatMap((child) =>
    child.kind === 'lvm' ? child.children : child,
  )
  const each = (width - 16) / Math.max(1, inside.length)
  return inside.map((child, index) => {
    const left = x + 8 + index * each
    const size = child.size === null ? '' : formatBytes(child.size)
    return (
      <g key={`${index}${child.name}`} className="volume">
        <rect x={left + 2} y={HEIGHT} width={each - 4} height={VOLUME - 8} rx="4" />
        <text x={left + each / 2} y={HEIGHT + 18} textAnchor="middle" className="title">
          {fitted(mountOf(child) ?? child.name ?? child.kind, each)}
        </text>
        <text x={left + each / 2} y={HEIGHT + 36} textAnchor="middle">
          {fitted(size, each)}
        </text>
      </g>
    )
  })
}

function mountOf(payload: LayoutPayload): string | null {
  return payload.mountpoint ?? payload.children[0]?.mountpoint ?? null
}

function titleOf({ payload, type }: LayoutPartition): string {
  return payload.mountpoint ?? payload.name ?? payload.label ?? typeInWords(type)
}

function kindOf({ kind }: LayoutPayload): string {
  return kind === 'none' ? 'no file system' : kind
}

function fitted(text: string, width: number): string {
  const most = Math.max(3, Math.floor((width - 8) / 7.6))
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`
}

function describe(payload: LayoutPayload, type: string | null): string {
  if (payload.kind === 'none' && type !== null) return typeInWords(type)
  const inside = payload.children.map((child) => describe(child, null)).join(', ')
  const name = payload.mountpoint ?? payload.name ?? payload.label
  const own = name === null ? payload.kind : `${payload.kind} ${name}`
  return inside === '' ? own : `${own} with ${inside}`
}
