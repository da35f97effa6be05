import { useEffect } from 'react'
import { useStore } from 'zustand'
import type { ImageFacts } from '../../../contract/facts'
import { Planner } from '../../../hosts/browser/plan-bridge'
import { planStore } from '../store/plan-store'
import { toSealscopeError } from '../../../base/error'
import { BlueprintEditor } from './blueprint-editor'
import { DiskView } from './disk-view'
import { ManifestView } from './manifest-view'
import { OptionsForm } from './options-form'
import { Outcomes } from './outcomes'
import { PlanExtras } from './plan-extras'
import { TargetsView } from './targets-view'

/** Milliseconds after the last key before the plan is made again. */
const DELAY = 120

/** Blueprint and outcomes, the disk, the manifest: all from one plan. */
export default function PlanView({ facts }: { facts: ImageFacts }) {
  usePlan(facts)
  const error = useStore(planStore, (state) => state.error)
  return (
    <>
      <section id="plan" aria-label="Blueprint">
        <h2>What image-builder makes of your blueprint</h2>
        <OptionsForm facts={facts} />
        {error !== null && (
          <p role="alert" className="alert">
            {error}
          </p>
        )}
        <div className="columns wide">
          <BlueprintEditor />
          <Outcomes />
        </div>
        <PlanExtras />
        <TargetsView facts={facts} />
      </section>
      <DiskView />
      <ManifestView facts={facts} />
    </>
  )
}

/** Makes the plan again whenever the image, the blueprint or an option changes. */
function usePlan(facts: ImageFacts): void {
  useEffect(() => {
    const planner = new Planner()
    let timer: ReturnType<typeof setTimeout> | undefined
    const ask = () => {
      const { text: now, format: as, options: chosen } = planStore.getState()
      const blueprint = now.trim() === '' ? null : { text: now, format: as }
      planStore.setState({ busy: true })
      planner.plan({ facts, blueprint, options: chosen }).then(
        (answer) => {
          if (answer !== null) planStore.setState({ answer, error: null, busy: false })
        },
        (thrown: unknown) =>
          planStore.setState({ error: toSealscopeError(thrown).message, busy: false }),
      )
    }
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(ask, DELAY)
    }
    ask()
    const unsubscribe = planStore.subscribe((state, before) => {
      const same =
        state.text === before.text &&
        state.format === before.format &&
        state.options === before.options
      if (!same) later()
    })
    return () => {
      clearTimeout(timer)
      unsubscribe()
      planner.close()
    }
  }, [facts])
}
