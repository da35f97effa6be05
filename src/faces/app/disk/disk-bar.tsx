import { formatBytes } from '../../../answers/words/sizes'
import type { DiskLayout } from '../../../contract/plan'
import { type Slice, sliceOf } from './partitions'
import './disk-bar.css'

/** The disk to scale: widths are shares of its size, what is too narrow for a label has it in the list. */
export function DiskBar({ layout }: { layout: DiskLayout }) {
  const slices = layout.partitions.map(sliceOf)
  const parts = withGaps(slices, layout.diskSize)
  const words = slices.map(({ title, size }) => `${title} ${formatBytes(size)}`)
  return (
    <div className="disk-bar">
      <div
        className="bar"
        role="img"
        aria-label={`Disk of ${formatBytes(layout.diskSize)}: ${words.join(', ')}`}
      >
        {parts.map((part, index) => {
          const share = part.size / layout.diskSize
          return (
            <i
              key={index}
              className={part.role}
              title={`${part.title}, ${formatBytes(part.size)}`}
              ref={(node) => node?.style.setProperty('width', `${(share * 100).toFixed(3)}%`)}
            >
              {share * 60 > part.title.length ? part.title : ''}
            </i>
          )
        })}
      </div>
      <Scale size={layout.diskSize} />
    </div>
  )
}

/** What no partition has, where it is wide enough to be seen. */
function withGaps(slices: readonly Slice[], size: number): Slice[] {
  const out: Slice[] = []
  let at = 0
  for (const slice of [...slices].sort((a, b) => a.start - b.start)) {
    if (slice.start - at > size / 200) out.push(gap(at, slice.start - at))
    out.push(slice)
    at = slice.start + slice.size
  }
  if (size - at > size / 200) out.push(gap(at, size - at))
  return out
}

function gap(start: number, size: number): Slice {
  return { number: 0, title: 'free', holds: '', role: 'free', start, size }
}

function Scale({ size }: { size: number }) {
  return (
    <div className="scale" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((quarter) => (
        <span key={quarter}>{quarter === 0 ? '0' : formatBytes((size * quarter) / 4)}</span>
      ))}
    </div>
  )
}
