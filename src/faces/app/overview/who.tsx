import { MACHINES, rangesOf, releaseWords } from '../../../answers/review/releases'
import type { AcceptRow } from '../../../contract/facts'
import { useFacts } from '../page/context'
import { Chip } from '../parts/mark'
import { Rich } from '../parts/rich'
import { To } from '../parts/to'

const REPOSITORIES = ['new', 'v1', 'v2'] as const

/** Which release takes the seal on which machine. */
export function WhoTakesIt({ reasons = false }: { reasons?: boolean }) {
  const { seal } = useFacts()
  const rows = seal.proof?.accepts ?? []
  if (rows.length === 0 || seal.verdict !== 'UKI_SEALED') return null
  const releases = rangesOf(rows)
  return (
    <section className="card" aria-label="Who takes it">
      <header>
        <h2>Who takes it</h2>
        {!reasons && (
          <To view="seal" rest="who" className="more">
            Reasons
          </To>
        )}
      </header>
      <div className="scroll" tabIndex={0} role="group" aria-label="Releases and machines">
        <table className="who">
          <thead>
            <tr>
              <th>Machine</th>
              {releases.map((release) => (
                <th key={release}>bootc {releaseWords(release)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {REPOSITORIES.map((repository) => (
              <tr key={repository}>
                <th scope="row">
                  {MACHINES[repository].words}{' '}
                  {MACHINES[repository].store !== null && (
                    <span className="dim">
                      (<Rich text={MACHINES[repository].store} terms />)
                    </span>
                  )}
                </th>
                {releases.map((release) => (
                  <td key={release} data-head={`bootc ${releaseWords(release)}`}>
                    <Answer
                      row={rows.find(
                        (row) => row.bootc === release && row.repository === repository,
                      )}
                      reasons={reasons}
                    />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function Answer({ row, reasons }: { row: AcceptRow | undefined; reasons: boolean }) {
  if (row === undefined) return <span className="dim">there is no such host</span>
  return (
    <>
      <Chip tone={row.accepts ? 'ok' : 'bad'}>{row.accepts ? 'accepts' : 'refuses'}</Chip>
      {reasons && <span className="why">{shortened(row.why)}</span>}
    </>
  )
}

/** Digests in a reason are cut: the full ones stand in the list of forms. */
function shortened(text: string): string {
  return text.replace(/[0-9a-f]{64,128}/g, (digest) => `${digest.slice(0, 12)}…`)
}
