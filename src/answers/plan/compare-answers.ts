import type { DiskLayout, Outcome } from '../../contract/plan'
import type { PlanAnswer } from './plan'

/** How a plan differs between the two releases of image-builder that are known. */
export interface TargetComparison {
  /** Nothing differs but what random numbers name: sizes, outcomes, warnings, errors are equal. */
  same: boolean
  manifests: 'equal' | 'different' | 'one' | 'none'
  /** Outcomes that are not the same. */
  outcomes: { item: string; '79': Outcome['outcome']; '0.274': Outcome['outcome'] }[]
  /** Rows of the disk that differ, in words with bytes. */
  layout: { what: string; '79': string; '0.274': string }[]
  warnings: { '79': string[]; '0.274': string[] } | null
  errors: { '79': string[]; '0.274': string[] } | null
  /** Types of stages of which one release has more, by pipeline. */
  stages: { pipeline: string; type: string; '79': number; '0.274': number }[]
}

/** What differs between the answers of 79 and 0.274 to the same question. */
export function compareAnswers(now: PlanAnswer, then: PlanAnswer): TargetComparison {
  const outcomes = now.plan.outcomes.flatMap(({ item, outcome }) => {
    const other = then.plan.outcomes.find((candidate) => candidate.item === item)
    if (other === undefined || other.outcome === outcome) return []
    return [{ item, '79': outcome, '0.274': other.outcome }]
  })
  const layout = layoutDifferences(now.plan.layout, then.plan.layout)
  const warnings = textDifference(now.plan.warnings, then.plan.warnings)
  const errors = textDifference(now.plan.errors, then.plan.errors)
  const stages = stageDifferences(now, then)
  const same = warnings === null && errors === null && [outcomes, layout, stages].every((list) => list.length === 0) // prettier-ignore
  return { same, manifests: manifests(now, then), outcomes, layout, warnings, errors, stages }
}

function manifests(now: PlanAnswer, then: PlanAnswer): TargetComparison['manifests'] {
  const count = [now, then].filter(({ manifest }) => manifest !== null).length
  if (count < 2) return count === 0 ? 'none' : 'one'
  return now.manifest === then.manifest ? 'equal' : 'different'
}

function textDifference(
  now: readonly string[],
  then: readonly string[],
): { '79': string[]; '0.274': string[] } | null {
  const same = now.length === then.length && now.every((text, index) => text === then[index])
  return same ? null : { '79': [...now], '0.274': [...then] }
}

function layoutDifferences(
  now: DiskLayout | null,
  then: DiskLayout | null,
): TargetComparison['layout'] {
  if (now === null && then === null) return []
  const rows = [rowsOf(now), rowsOf(then)] as const
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))]
  return names.flatMap((what) => {
    const [one = 'none', other = 'none'] = rows.map((row) => row.get(what))
    return one === other ? [] : [{ what, '79': one, '0.274': other }]
  })
}

function rowsOf(layout: DiskLayout | null): Map<string, string> {
  const rows = new Map<string, string>()
  if (layout === null) return rows
  rows.set('table', layout.table)
  rows.set('disk', `${layout.diskSize} bytes`)
  for (const { number, start, size, payload } of layout.partitions) {
    const mounted = payload.mountpoint === null ? '' : ` at ${payload.mountpoint}`
    rows.set(`partition ${number}`, `${payload.kind}${mounted}, from byte ${start}, ${size} bytes`)
  }
  return rows
}

function stageDifferences(now: PlanAnswer, then: PlanAnswer): TargetComparison['stages'] {
  const [one, other] = [stageCounts(now), stageCounts(then)]
  if (now.manifest === null || then.manifest === null) return []
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) => {
    const counts = [one.get(key) ?? 0, other.get(key) ?? 0] as const
    const [pipeline = '', type = ''] = key.split('\n')
    return counts[0] === counts[1] ? [] : [{ pipeline, type, '79': counts[0], '0.274': counts[1] }]
  })
}

interface ManifestShape {
  pipelines: { name: string; stages?: { type: string }[] }[]
}

function stageCounts({ manifest }: PlanAnswer): Map<string, number> {
  const counts = new Map<string, number>()
  if (manifest === null) return counts
  const { pipelines } = JSON.parse(manifest) as ManifestShape
  for (const { name, stages = [] } of pipelines) {
    for (const { type } of stages) {
      const key = `${name}\n${type}`
      counts.set(key, (counts.get(key) ?? 0) + 1)
    }
  }
  return counts
}
