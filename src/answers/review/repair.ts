import type { ImageFacts, SealCause } from '../../contract/facts'
import { plainLine } from '../../base/escape'

/** A line of a Containerfile and what the repair does with it. */
export interface DiffLine {
  kind: 'added' | 'kept' | 'removed' | 'note'
  text: string
}

/** What repairs an image, as a change of its Containerfile where the lines are known. */
export interface Repair {
  title: string
  /** Empty: the title says it all. */
  diff: DiffLine[]
}

/** Lines of one repair that are shown. */
const MOST_LINES = 4

/** The repair of a broken seal; null when no cause is known. */
export function repairOf(facts: ImageFacts): Repair | null {
  const [cause] = facts.seal.proof?.causes ?? []
  if (cause === undefined) return null
  return cause.id === 'later-layers' ? moved(facts, cause) : { title: capital(cause.fix), diff: [] }
}

function moved({ image, ukis }: ImageFacts, cause: SealCause): Repair {
  const layers = image?.layers ?? []
  const later = cause.layer === null ? [] : layers.slice(cause.layer)
  const lines = later.map(({ createdBy }) => createdBy)
  const sealing = layers[ukis[0]?.layer ?? -1]?.createdBy ?? null
  const many = lines.length > 1
  const title = `Move the ${many ? 'lines' : 'line'} before the stage that seals, then seal again`
  if (lines.length === 0 || lines.length > MOST_LINES || lines.some((line) => line === null)) {
    return { title: capital(cause.fix), diff: [] }
  }
  const texts = lines.map((line) => plainLine(line ?? '', 160))
  return {
    title,
    diff: [
      ...texts.map((text) => ({ kind: 'added' as const, text })),
      { kind: 'note', text: '# the stage that seals: bootc container ukify …' },
      ...(sealing === null ? [] : [{ kind: 'kept' as const, text: plainLine(sealing, 160) }]),
      ...texts.map((text) => ({ kind: 'removed' as const, text })),
    ],
  }
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1).replace(/\.$/, '')
}
