import { useEffect, useState } from 'react'
import { useFacts, usePlanState } from '../page/context'
import { isPlannable } from '../shell/rail'
import { Hero } from './hero'
import { BlueprintCard } from './blueprint-card'
import { DiskCard } from './disk-card'
import { ProofLine } from './proof-line'
import { WhoTakesIt } from './who'
import { To } from '../parts/to'
import './overview.css'

/** The first screen of a report: answer, consequence, cause, repair; then what each rests on. */
export function Overview() {
  const facts = useFacts()
  const ready = useReady(isPlannable(facts))
  return (
    <div className="stack overview">
      <Hero />
      {ready && <Below />}
    </div>
  )
}

/** Milliseconds that the rest waits for the first plan: what comes later would push what is read. */
const PATIENCE = 1500

/** The first plan is there, or there will be none. */
function useReady(plannable: boolean): boolean {
  const planned = usePlanState((state) => state.answer !== null || state.error !== null)
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => setLate(true), PATIENCE)
    return () => clearTimeout(timer)
  }, [])
  return planned || late || !plannable
}

function Below() {
  const facts = useFacts()
  const forms = facts.seal.proof?.candidates.length ?? 0
  return (
    <>
      <section className="card" aria-label="What ties the running system to this image">
        <header>
          <h2>What ties the running system to this image</h2>
          <To view="seal" className="more">
            {forms > 0 ? `All ${forms} digests and sources` : 'More'}
          </To>
        </header>
        <ProofLine facts={facts} />
      </section>
      {isPlannable(facts) && (
        <div className="grid2">
          <BlueprintCard />
          <DiskCard />
        </div>
      )}
      <WhoTakesIt />
    </>
  )
}
