import { type ReactNode, useDeferredValue } from 'react'
import { formatBytes } from '../../../answers/words/sizes'
import type { LayoutPartition, LayoutPayload } from '../../../contract/plan'
import { usePlanState } from '../page/context'
import { Table } from '../parts/table'
import { To } from '../parts/to'
import { DiskAnswers } from './disk-answers'
import { DiskBar } from './disk-bar'
import { sliceOf } from './partitions'
import { typeInWords } from './partition-types'
import './disk.css'

/** Which disk comes out: to true scale, and every value in a table. */
export default function DiskView() {
  const plan = useDeferredValue(usePlanState((state) => state.answer?.plan ?? null))
  if (plan === null) return <h1>The disk is being planned.</h1>
  const { layout } = plan
  if (layout === null) {
    return (
      <header className="view-head">
        <div>
          <h1>
            {plan.errors.length > 0
              ? 'No disk: image-builder refuses.'
              : 'This type makes no disk.'}
          </h1>
          <p className="soft">
            <To view="plan">To the blueprint and its type</To>
          </p>
        </div>
      </header>
    )
  }
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>
            {layout.table === 'gpt' ? 'A GPT disk' : 'A DOS disk'} of {formatBytes(layout.diskSize)}{' '}
            with {layout.partitions.length} partitions.
          </h1>
          <p className="soft">
            As image-builder makes it for {plan.imageType}, to true scale; sectors of{' '}
            {layout.sectorSize} bytes.
          </p>
        </div>
      </header>
      <section className="card pad" aria-label="Disk">
        <DiskBar layout={layout} />
        <ul className="legend">
          {layout.partitions.map((partition) => {
            const { number, title, size, role } = sliceOf(partition)
            return (
              <li key={number}>
                <span className={`sw ${role}`} />
                <code>{title}</code> {formatBytes(size)}
              </li>
            )
          })}
        </ul>
      </section>
      <DiskAnswers plan={plan} />
      <section className="card pad" aria-label="Partitions">
        <Table
          label="Table of partitions"
          head={[
            'No.',
            'Name',
            'Type',
            'Start',
            'Size',
            'File system',
            'Label',
            'Mounted at',
            'UUID',
          ]}
          rows={layout.partitions.flatMap((partition) => rowsOf(partition))}
        />
      </section>
    </div>
  )
}

interface Row {
  key: string
  cells: ReactNode[]
}

function rowsOf(partition: LayoutPartition): Row[] {
  const { number, payload } = partition
  const own = {
    key: `${number}`,
    cells: [
      number,
      partition.name ?? '',
      <span key="type" title={partition.type}>
        {typeInWords(partition.type)}
        {partition.bootable && ' (bootable)'}
      </span>,
      formatBytes(partition.start),
      formatBytes(partition.size),
      payload.kind,
      payload.label ?? '',
      payload.mountpoint ?? '',
      codeOf(payload.uuid),
    ],
  }
  const below = payload.children.flatMap((child, index) =>
    childRows(child, `${number}.${index}`, 1),
  )
  return [own, ...below]
}

/** A cell that is empty, not one with an empty element in it. */
function codeOf(text: string | null): ReactNode {
  return text === null ? '' : <code>{text}</code>
}

function childRows(payload: LayoutPayload, key: string, depth: number): Row[] {
  const own = {
    key,
    cells: [
      '',
      `${'— '.repeat(depth)}${payload.name ?? ''}`,
      payload.kind === 'lv' ? 'logical volume' : payload.kind,
      '',
      payload.size === null ? '' : formatBytes(payload.size),
      payload.children[0]?.kind ?? payload.kind,
      payload.label ?? payload.children[0]?.label ?? '',
      payload.mountpoint ?? payload.children[0]?.mountpoint ?? '',
      codeOf(payload.uuid ?? payload.children[0]?.uuid ?? null),
    ],
  }
  const deeper = payload.kind === 'lv' ? [] : payload.children
  return [own, ...deeper.flatMap((child, index) => childRows(child, `${key}.${index}`, depth + 1))]
}
