import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef, useState } from 'react'
import { counted } from '../../../answers/words/sizes'
import { shortened } from '../../../answers/words/text'
import type { CompareResult, DifferenceCause, TreeDifference } from '../../../contract/answers'
import { Chip } from '../parts/mark'
import { Table } from '../parts/table'

const ROW = 64

const WORDS: Record<DifferenceCause, string> = {
  missing: 'only in the other',
  extra: 'only here',
  type: 'another kind',
  mtime: 'time',
  nsec: 'nanoseconds',
  mode: 'permissions',
  owner: 'owner',
  xattr: 'attributes',
  label: 'SELinux label',
  content: 'content',
  target: 'link target',
  device: 'device number',
  hardlink: 'hard links',
}

/** Facts that changed, then path by path; those of which only the time changed are folded away. */
export function Differences({ title, result }: { title: string; result: CompareResult }) {
  const [cause, setCause] = useState<string | null>(null)
  const [query, setQuery] = useState('')
  const onlyTimes = useMemo(() => result.differences.filter(isOnlyTime).length, [result])
  const shown = useMemo(
    () =>
      result.differences.filter(
        (difference) =>
          difference.path.includes(query) &&
          (cause === null
            ? query !== '' || onlyTimes === result.differences.length || !isOnlyTime(difference)
            : difference.causes.some((each) => each === cause)),
      ),
    [result, cause, query, onlyTimes],
  )
  if (result.equal) return <p role="status">Nothing differs from {title}.</p>
  const times = onlyTimes === result.differences.length ? 0 : onlyTimes
  return (
    <>
      {result.images !== null && <Facts images={result.images} />}
      <section className="card pad stack" aria-label="Paths that differ">
        <p role="status">
          {counted(result.count, 'path')} {result.count === 1 ? 'differs' : 'differ'} from {title}.
          {times > 0 && ` Of ${times} only the time changed.`}
        </p>
        <div className="row" role="group" aria-label="Filter by kind of difference">
          <Pressed
            label={`all ${result.count}`}
            active={cause === null}
            onClick={() => setCause(null)}
          />
          {Object.entries(result.causes).map(([name, count]) => (
            <Pressed
              key={name}
              label={`${wordOf(name)} ${count}`}
              active={cause === name}
              onClick={() => setCause(name)}
            />
          ))}
          <label className="small">
            Path{' '}
            <input
              className="other"
              value={query}
              onChange={(event) => setQuery(event.target.value)}
            />
          </label>
        </div>
        <PathList differences={shown} />
      </section>
    </>
  )
}

function isOnlyTime({ causes }: TreeDifference): boolean {
  return causes.every((cause) => cause === 'mtime' || cause === 'nsec')
}

function wordOf(cause: string): string {
  return Object.hasOwn(WORDS, cause) ? WORDS[cause as DifferenceCause] : cause
}

function Pressed(properties: { label: string; active: boolean; onClick: () => void }) {
  return (
    <button
      type="button"
      className="btn s"
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
    <section className="card pad" aria-label="Facts that differ">
      <p>
        {counted(layers.shared, 'layer')} {layers.shared === 1 ? 'is' : 'are'} the same;{' '}
        {layers.left} and {layers.right} in all.
      </p>
      {changed.length > 0 && (
        <Table
          label="Table of facts that differ"
          head={['Fact', 'This image', 'The other']}
          rows={changed.map(({ name, left, right }) => ({
            key: name,
            cells: [
              name,
              <code key="l">{shortened(left ?? 'none')}</code>,
              <code key="r">{shortened(right ?? 'none')}</code>,
            ],
          }))}
        />
      )}
    </section>
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
    <div ref={box} className="path-list" tabIndex={0} role="region" aria-label="Paths">
      <ul ref={(node) => node?.style.setProperty('height', `${list.getTotalSize()}px`)}>
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
                <Chip key={cause} tone="void">
                  {wordOf(cause)}
                </Chip>
              ))}
              <small className="soft">
                {shortened(difference.left ?? 'not there')} →{' '}
                {shortened(difference.right ?? 'not there')}
              </small>
            </li>
          )
        })}
      </ul>
    </div>
  )
}
