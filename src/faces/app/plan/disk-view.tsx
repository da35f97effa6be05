import { type ReactNode, useDeferredValue } from 'react'
import { useStore } from 'zustand'
import type { DiskLayout, LayoutPartition, LayoutPayload } from '../../../contract/plan'
import { formatBytes } from '../format'
import { Table } from '../parts/table'
import { planStore } from '../store/plan-store'
import { DiskPicture } from './disk-picture'
import { typeInWords } from './partition-types'

/** Which disk comes out: a picture, and the same as a table. */
export function DiskView() {
  const plan = useDeferredValue(useStore(planStore, (state) => state.answer?.plan ?? null))
  if (plan === null || plan.layout === null) return null
  const { layout } = plan
  return (
    <section id="disk" aria-label="Disk">
      <h2>
        Disk{' '}
        <small>
          {layout.table.toUpperCase()}, {formatBytes(layout.diskSize)}, sectors of{' '}
          {layout.sectorSize} bytes
        </small>
      </h2>
      <DiskPicture layout={layout} />
      <PartitionTable layout={layout} />
    </section>
  )
}

function PartitionTable({ layout }: { layout: DiskLayout }) {
  return (
    <Table
      label="Partitions"
      head={['No.', 'Name', 'Type', 'Start', 'Size', 'File system', 'Label', 'Mounted at', 'UUID']}
      rows={layout.partitions.flatMap((partition) => rowsOf(partition))}
    />
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
  return [
    own,
    ...payload.children.flatMap((child, index) => childRows(child, `${number}.${index}`, 1)),
  ]
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
