import type { AcceptRow } from '../../../contract/facts'
import { Table } from '../parts/table'

const REPOSITORY: Record<AcceptRow['repository'], string> = {
  new: 'Fresh install',
  v1: 'Upgrade of a host with a V1 repository',
  v2: 'Upgrade of a host with a V2 repository',
}

/** Which bootc release accepts the seal on which host, and why another does not: a matrix. */
export function Acceptance({ rows }: { rows: readonly AcceptRow[] }) {
  if (rows.length === 0) return null
  const releases = [...new Set(rows.map(({ bootc }) => bootc))]
  const repositories = (['new', 'v1', 'v2'] as const).filter((repository) =>
    rows.some((row) => row.repository === repository),
  )
  const cell = (bootc: string, repository: AcceptRow['repository']) =>
    rows.find((row) => row.bootc === bootc && row.repository === repository)
  return (
    <>
      <h3>Who accepts it</h3>
      <Table
        label="bootc releases"
        head={['bootc', ...repositories.map((repository) => REPOSITORY[repository])]}
        rows={releases.map((bootc) => ({
          key: bootc,
          cells: [
            <strong key="bootc">{bootc}</strong>,
            ...repositories.map((repository) => (
              <Answer key={repository} row={cell(bootc, repository)} />
            )),
          ],
        }))}
      />
    </>
  )
}

function Answer({ row }: { row: AcceptRow | undefined }) {
  if (row === undefined) return <small>no such host</small>
  return (
    <>
      <span className={row.accepts ? 'chip good' : 'chip bad'}>
        {row.accepts ? 'accepts' : 'refuses'}
      </span>{' '}
      <small>{shortened(row.why)}</small>
    </>
  )
}

/** Digests in a reason are cut: the full ones stand above the matrix, and in its list of forms. */
function shortened(text: string): string {
  return text.replace(/[0-9a-f]{64,128}/g, (digest) => `${digest.slice(0, 12)}…`)
}
