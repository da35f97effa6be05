import { useEffect, useState } from 'react'
import { toSealscopeError } from '../../../base/error'
import type { ImageFacts } from '../../../contract/facts'
import { compareAnswers, type TargetComparison } from '../../../answers/plan/compare-answers'
import { Planner } from '../../../hosts/browser/plan-bridge'
import { Table } from '../parts/table'
import { usePage, usePlanState } from '../page/context'

const HEAD = ['What', 'image-builder 79', 'images 0.274']

/** What the other release of image-builder would make of the same question. */
export function TargetsView({ facts }: { facts: ImageFacts }) {
  const { comparison, error } = useComparison(facts)
  if (error !== null) return <p role="alert">{error}</p>
  if (comparison === null) return <p role="status">Planning with the other release…</p>
  const rows = rowsOf(comparison)
  return (
    <>
      <p role="status">{sentence(comparison)}</p>
      {rows.length > 0 && (
        <Table
          label="Differences between the releases"
          head={HEAD}
          rows={rows.map((cells, index) => ({ key: `${index}`, cells }))}
        />
      )}
    </>
  )
}

function useComparison(facts: ImageFacts): {
  comparison: TargetComparison | null
  error: string | null
} {
  const { stores } = usePage()
  const answer = usePlanState((state) => state.answer)
  const [state, setState] = useState<{ comparison: TargetComparison | null; error: string | null }>(
    { comparison: null, error: null },
  )
  useEffect(() => {
    if (answer === null) return
    const planner = new Planner()
    const { text, format, options } = stores.plan.getState()
    const blueprint = text.trim() === '' ? null : { text, format }
    const target = options.target === '79' ? '0.274' : '79'
    planner.plan({ facts, blueprint, options: { ...options, target } }).then(
      (other) => {
        if (other === null) return
        const [now, then] = target === '79' ? [other, answer] : [answer, other]
        setState({ comparison: compareAnswers(now, then), error: null })
      },
      (thrown: unknown) => setState({ comparison: null, error: toSealscopeError(thrown).message }),
    )
    return () => planner.close()
  }, [answer, facts, stores])
  return state
}

function sentence({ same, manifests }: TargetComparison): string {
  if (manifests === 'equal') return 'Both write the same manifest, byte for byte.'
  if (same && manifests === 'none') return 'Both refuse with the same error.'
  if (same) return 'Only details of the manifest differ.'
  return manifests === 'one' ? 'Only one of the two writes a manifest.' : 'The plans differ:'
}

function rowsOf(comparison: TargetComparison): string[][] {
  const { outcomes, layout, stages, warnings, errors } = comparison
  const list = (texts: readonly string[]) => (texts.length === 0 ? 'none' : texts.join('\n'))
  return [
    ...(errors === null ? [] : [['error', list(errors['79']), list(errors['0.274'])]]),
    ...(warnings === null ? [] : [['warning', list(warnings['79']), list(warnings['0.274'])]]),
    ...outcomes.map((row) => [row.item, row['79'], row['0.274']]),
    ...layout.map((row) => [row.what, row['79'], row['0.274']]),
    ...stages.map((row) => [`${row.pipeline}: ${row.type}`, `${row['79']}`, `${row['0.274']}`]),
  ]
}
