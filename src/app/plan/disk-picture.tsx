import type { DiskLayout, LayoutPartition, LayoutPayload } from '../../contract/plan'
import { formatBytes } from '../format'

const WIDTH = 960
const HEIGHT = 92
/** A partition is never drawn narrower, so that a BIOS boot partition of 1 MiB can be seen. */
const NARROWEST = 74

/** The partitions side by side; widths grow with the logarithm of the size. */
export function DiskPicture({ layout }: { layout: DiskLayout }) {
  const widths = widthsOf(layout.partitions)
  const sentence = layout.partitions.map(
    ({ number, size, payload }) => `${number}: ${describe(payload)}, ${formatBytes(size)}`,
  )
  let x = 0
  return (
    <div className="scroll" tabIndex={0} role="group" aria-label="Picture of the disk">
      <svg
        className="disk"
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={`A disk of ${formatBytes(layout.diskSize)}; partitions ${sentence.join('; ')}`}
      >
        {layout.partitions.map((partition, index) => {
          const width = widths[index] ?? NARROWEST
          const left = x
          x += width
          return <Block key={partition.number} partition={partition} x={left} width={width} />
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

function Block({ partition, x, width }: { partition: LayoutPartition; x: number; width: number }) {
  const { payload, size, number } = partition
  const middle = x + width / 2
  const fits = (text: string) => {
    const most = Math.max(3, Math.floor((width - 12) / 8))
    return text.length <= most ? text : `${text.slice(0, most - 1)}…`
  }
  return (
    <g className={`block ${payload.kind}`}>
      <title>{`${number}: ${describe(payload)}, ${formatBytes(size)}`}</title>
      <rect x={x + 2} y="2" width={width - 4} height={HEIGHT - 4} rx="6" />
      <text x={middle} y="28" textAnchor="middle" className="title">
        {fits(payload.mountpoint ?? payload.name ?? payload.label ?? payload.kind)}
      </text>
      <text x={middle} y="50" textAnchor="middle">
        {fits(payload.kind)}
      </text>
      <text x={middle} y="72" textAnchor="middle">
        {formatBytes(size)}
      </text>
    </g>
  )
}

function describe(payload: LayoutPayload): string {
  const inside = payload.children.map(describe).join(', ')
  const name = payload.mountpoint ?? payload.name ?? payload.label
  const own = name === null ? payload.kind : `${payload.kind} ${name}`
  return inside === '' ? own : `${own} with ${inside}`
}
