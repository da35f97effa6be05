import { formatBytes } from '../../../answers/words/sizes'
import { DiskBar } from '../disk/disk-bar'
import { sliceOf } from '../disk/partitions'
import { usePlanState } from '../page/context'
import { To } from '../parts/to'

const MOST = 5

/** Which disk comes out, to scale. */
export function DiskCard() {
  const plan = usePlanState((state) => state.answer?.plan ?? null)
  if (plan === null) return <section className="card empty-card" aria-hidden="true" />
  if (plan.layout === null) return <NoDisk type={plan.imageType} refused={plan.errors.length > 0} />
  const { layout } = plan
  return (
    <section className="card" aria-label="The disk that comes out">
      <header>
        <h2>The disk that comes out</h2>
        <span className="tiny dim">
          {layout.table.toUpperCase()} · {formatBytes(layout.diskSize)}
        </span>
        <To view="disk" className="more">
          Details
        </To>
      </header>
      <div className="pad">
        <DiskBar layout={layout} />
        <table className="slim">
          <thead>
            <tr>
              <th>Mounted at</th>
              <th>Holds</th>
              <th className="num">Size</th>
            </tr>
          </thead>
          <tbody>
            {layout.partitions.slice(0, MOST).map((partition) => {
              const { number, title, holds, size, role } = sliceOf(partition)
              return (
                <tr key={number}>
                  <td>
                    <span className={`sw ${role}`} />
                    <code>{title}</code>
                  </td>
                  <td className="soft">{holds}</td>
                  <td className="num">{formatBytes(size)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </section>
  )
}

function NoDisk({ type, refused }: { type: string; refused: boolean }) {
  return (
    <section className="card" aria-label="The disk that comes out">
      <header>
        <h2>The disk that comes out</h2>
      </header>
      <p className="pad soft">
        {refused ? 'None: image-builder refuses.' : `The type ${type} makes no disk of its own.`}
      </p>
    </section>
  )
}
