import { imageChecks } from '../../../answers/review/image-checks'
import { headlineOf, type Tone } from '../../../answers/review/headline'
import { NEWEST_RELEASE } from '../../../answers/seal/releases'
import { counted, formatBytes } from '../../../answers/words/sizes'
import type { PlanAnswer } from '../../../answers/plan/plan'
import type { ImageFacts } from '../../../contract/facts'
import type { ViewId } from '../address/route'
import { usePageState, usePlanState } from '../page/context'
import { useFacts } from '../page/context'
import { Icon, type IconName } from '../parts/icon'
import { To } from '../parts/to'
import { planBadge } from '../plan/summary'

export interface Entry {
  id: ViewId
  title: string
  icon: IconName
  /** What its entry answers; null: nothing yet. */
  says: { text: string; tone: Tone } | null
}

/** The views of this image, each with its answer: the rail alone is the summary. */
export function entriesOf(facts: ImageFacts, answer: PlanAnswer | null): Entry[] {
  const { badge, tone, badgeTone } = headlineOf(facts)
  const plannable = isPlannable(facts)
  const layout = answer?.plan.layout ?? null
  const layers = facts.image?.layers.length ?? 0
  const entries: (Entry | null)[] = [
    { id: 'overview', title: 'Overview', icon: 'home', says: null },
    { id: 'seal', title: 'Seal', icon: 'seal', says: { text: badge, tone: badgeTone ?? tone } },
    facts.evidence.unread.length > 0
      ? null
      : { id: 'install', title: 'Install', icon: 'install', says: installBadge(facts) },
    plannable ? { id: 'plan', title: 'Blueprint', icon: 'plan', says: planBadge(answer) } : null,
    plannable && (answer === null || layout !== null)
      ? { id: 'disk', title: 'Disk', icon: 'disk', says: layout === null ? null : { text: formatBytes(layout.diskSize), tone: 'void' } } // prettier-ignore
      : null,
    { id: 'boot', title: 'Boot', icon: 'boot', says: bootBadge(facts) },
    facts.image === null
      ? null
      : { id: 'files', title: 'Layers', icon: 'files', says: { text: `${layers}`, tone: 'void' } },
    plannable ? { id: 'manifest', title: 'Manifest', icon: 'manifest', says: manifestBadge(answer) } : null, // prettier-ignore
    { id: 'findings', title: 'Findings', icon: 'findings', says: findingsBadge(facts) },
    plannable ? { id: 'compare', title: 'Compare', icon: 'compare', says: null } : null,
  ]
  return entries.filter((entry) => entry !== null)
}

/** A plan needs an image that was read whole. */
export function isPlannable({ image, evidence }: ImageFacts): boolean {
  return image !== null && evidence.unread.length === 0
}

/** The worst of installation and start. */
function installBadge(facts: ImageFacts): Entry['says'] {
  const answers = imageChecks(facts)
    .filter(({ id }) => id === 'install' || id === 'boot')
    .map(({ answer }) => answer)
  if (answers[0] === 'no') return { text: 'stops', tone: 'bad' }
  if (answers[1] === 'no') return { text: 'does not start', tone: 'bad' }
  if (answers.includes('unknown')) return { text: 'not known', tone: 'void' }
  return { text: 'goes through', tone: 'ok' }
}

function bootBadge({ ukis, kernel, seal }: ImageFacts): Entry['says'] {
  if (seal.verdict === null) return { text: 'not read', tone: 'void' }
  if (kernel === null) return { text: 'no kernel', tone: 'bad' }
  const [uki] = ukis
  if (!kernel.unified || uki === undefined) return { text: 'kernel', tone: 'void' }
  if (uki.signatures.length === 0) return { text: 'unsigned', tone: 'warn' }
  const wrong = uki.signatures.every(
    ({ digestMatches, signatureValid }) => digestMatches === false || signatureValid === false,
  )
  return wrong ? { text: 'wrong signature', tone: 'bad' } : { text: 'signed', tone: 'void' }
}

function manifestBadge(answer: PlanAnswer | null): Entry['says'] {
  if (answer === null) return null
  return answer.manifest === null ? { text: 'refused', tone: 'bad' } : { text: 'ready', tone: 'ok' }
}

function findingsBadge({ findings }: ImageFacts): Entry['says'] {
  const errors = findings.filter(({ severity }) => severity === 'error').length
  if (errors > 0) return { text: counted(errors, 'error'), tone: 'bad' }
  const warnings = findings.filter(({ severity }) => severity === 'warning').length
  if (warnings > 0) return { text: counted(warnings, 'warning'), tone: 'warn' }
  return { text: `${findings.length}`, tone: 'void' }
}

/** The rail beside a report: a scrolling strip on a phone. */
export function Rail() {
  const facts = useFacts()
  const answer = usePlanState((state) => state.answer)
  const at = usePageState((state) => state.at)
  return (
    <nav className="rail" aria-label="Parts of the report">
      <div className="in">
        {entriesOf(facts, answer).map(({ id, title, icon, says }) => (
          <To key={id} view={id} current={at.view === id}>
            <Icon name={icon} />
            <span>{title}</span>
            {says !== null && <span className={`st ${says.tone}`}>{says.text}</span>}
          </To>
        ))}
        <p className="foot">
          Read in this browser.
          <br />
          Nothing was uploaded.
          <br />
          bootc {NEWEST_RELEASE} · {answer?.plan.target ?? 'image-builder 79'}
        </p>
      </div>
    </nav>
  )
}
