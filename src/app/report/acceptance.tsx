import type { AcceptRow } from '../../contract/facts'
import { Table } from '../parts/table'

const REPOSITORY: Record<AcceptRow['repository'], string> = {
  new: 'fresh install',
  v1: 'upgrade of a host with a V1 repository',
  v2: 'upgrade of a host with a V2 repository',
}

/** Which bootc release accepts the seal, and why another does not. */
export function Acceptance({ rows }: { rows: readonly AcceptRow[] }) {
  if (rows.length === 0) return null
  return (
    <>
      <h3>Who accepts it</h3>
      <Table
        label="bootc releases"
        head={['bootc', 'When', 'Answer', 'Reason']}
        rows={rows.map((row) => ({
          key: row.bootc + row.repository,
          cells: [
            row.bootc,
            REPOSITORY[row.repository],
            <span key="answer" className={row.accepts ? 'chip good' : 'chip bad'}>
              {row.accepts ? 'accepts' : 'refuses'}
            </span>,
            <small key="why">{row.why}</small>,
          ],
        }))}
      />
    </>
  )
}
