import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import type { CompareResult, DifferenceCause, TreeDifference } from '../../../contract/answers'
import { Table } from '../parts/table'

const ROW = 64

/** Facts that changed, then path by path, to filter. */
export function Differences({ title, result }: { title: string; result: CompareResult }) {
  const [cause, setCause] = useState<string | null>(null)
  const [query, setQuery] = useState('')
  const shown = useMemo(
    () =>
      result.differences.filter(
        ({ path, causes }) =>
          (cause === null || causes.includes(cause as DifferenceCause)) && path.includes(query),
      ),
    [result, cause, query],
  )
  if (result.equal) return <p role="status">Nothing differs from {title}.</p>
  return (
    <>
      <p role="status" className="summary">
        {result.count} {result.count === 1 ? 'path differs' : 'paths differ'} from {title}.
      </p>
      {result.images !== null && <Facts images={result.images} />}
      <div className="filters" role="group" aria-label="Filter by kind of difference">
        <Pressed
          label={`all ${result.count}`}
          active={cause === null}
          onClick={() => setCause(null)}
        />
        {Object.entries(result.causes).map(([name, count]) => (
          <Pressed
            key={name}
            label={`${name} ${count}`}
            active={cause === name}
            onClick={() => setCause(name)}
          />
        ))}
        <label>
          Path <input value={query} onChange={(event) => setQuery(event.target.value)} />
        </label>
      </div>
      <PathList differences={shown} />
    </>
  )
}

function Pressed(properties: { label: string; active: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="small"
      aria-pressed={properties.active}
      onClick={properties.onClick}
    >
      {properties.label}
    </button>
  )
}

function Facts({ images }: { images: NonNullable<CompareResult['images']> }) {
  const { layers, changed } = images
  return (
    <>
      <p>
        {layers.shared} {layers.shared === 1 ? 'layer is' : 'layers are'} the same; {layers.left}{' '}
        and {layers.right} in all.
      </p>
      {changed.length > 0 && (
        <Table
          label="Facts that differ"
          head={['Fact', 'This image', 'The other']}
          rows={changed.map(({ name, left, right }) => ({
            key: name,
            cells: [
              name,
              <code key="l">{left ?? 'none'}</code>,
              <code key="r">{right ?? 'none'}</code>,
            ],
          }))}
        />
      )}
    </>
  )
}

/** Any number of paths: only those on screen are in the page. */
function PathList({ differences }: { differences: readonly TreeDifference[] }) {
  const box = useRef<HTMLDivElement>(null)
  const list = useVirtualizer({
    count: differences.length,
    getScrollElement: () => box.current,
    estimateSize: () => ROW,
    overscan: 8,
  })
  return (
    <div ref={box} className="path-list" tabIndex={0} role="region" aria-label="Paths that differ">
      <ul
        className="plain"
        ref={(node) => node?.style.setProperty('height', `${list.getTotalSize()}px`)}
      >
        {list.getVirtualItems().map(({ index, start, key }) => {
          const difference = differences[index]
          return difference === undefined ? null : (
            <li
              key={key}
              data-index={index}
              aria-setsize={differences.length}
              aria-posinset={index + 1}
              ref={(node) => {
                node?.style.setProperty('transform', `translateY(${start}px)`)
                list.measureElement(node)
              }}
            >
              <code>{difference.path}</code>{' '}
              {difference.causes.map((cause) => (
                <span key={cause} className="chip">
                  {cause}
                </span>
              ))}
              <small>
                {difference.left ?? 'not there'} → {difference.right ?? 'not there'}
              </small>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
