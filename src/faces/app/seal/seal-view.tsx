import { computedDigest, stationsOf } from '../../../answers/review/stations'
import { causeWords, evidenceWords, headlineOf } from '../../../answers/review/headline'
import { repairOf } from '../../../answers/review/repair'
import { sentence } from '../../../answers/words/text'
import type { ImageFacts, SealCause } from '../../../contract/facts'
import { useFacts, usePageState } from '../page/context'
import { ProofLine } from '../overview/proof-line'
import { RepairBox } from '../overview/hero'
import { WhoTakesIt } from '../overview/who'
import { Copy } from '../parts/copy'
import { Chip, Mark } from '../parts/mark'
import { ownWord } from '../parts/own-word'
import { Rich } from '../parts/rich'
import { Ring } from '../parts/ring'
import { To } from '../parts/to'
import { groupDigests } from './digests'
import { MODIFIERS } from './words'
import { useEffect } from 'react'
import './seal.css'

/** The seal: what ties the system to the image, where it breaks, who takes it, and every digest. */
export default function SealView() {
  const facts = useFacts()
  const said = headlineOf(facts)
  const { rest } = usePageState((state) => state.at)
  useEffect(() => {
    if (rest !== '') document.getElementById(`seal-${rest}`)?.scrollIntoView({ block: 'start' })
  }, [rest])
  const stations = stationsOf(facts)
  return (
    <div className="stack">
      <header className="view-head">
        <Ring links={stations.map(({ link }) => link)} tone={said.tone} size={56} label={null} />
        <div>
          <h1>{said.headline}</h1>
          {said.second !== null && (
            <p className="soft">
              <Rich text={said.second} terms />
            </p>
          )}
        </div>
      </header>
      <section className="card" aria-label="What ties the running system to this image">
        <header>
          <h2>What ties the running system to this image</h2>
        </header>
        <ProofLine facts={facts} />
        <Demanded facts={facts} />
      </section>
      <Causes facts={facts} />
      <div id="seal-who">
        <WhoTakesIt reasons />
      </div>
      <Forms facts={facts} />
      <Modifiers facts={facts} />
    </div>
  )
}

/** The two digests in full: what is demanded, and what the layers give. */
function Demanded({ facts }: { facts: ImageFacts }) {
  const [claimed] = facts.seal.claimed
  if (claimed === undefined) return null
  const computed = computedDigest(facts)
  const same = computed === claimed.digest.toLowerCase()
  return (
    <dl className="both">
      <div>
        <dt>The kernel image demands</dt>
        <dd>
          <code>
            {claimed.form}={claimed.optional && '?'}
            {claimed.digest}
          </code>{' '}
          <Copy text={claimed.digest} label="Copy" />
        </dd>
      </div>
      {computed !== null && (
        <div className={same ? 'ok' : 'bad'}>
          <dt>The layers give</dt>
          <dd>
            {same ? (
              'the same.'
            ) : (
              <>
                <code>{computed}</code> <Copy text={computed} label="Copy" />
              </>
            )}
          </dd>
        </div>
      )}
    </dl>
  )
}

const SHOWN = 50

/** Why the seal does not hold, the strongest evidence first. */
function Causes({ facts }: { facts: ImageFacts }) {
  const causes = facts.seal.proof?.causes ?? []
  if (causes.length === 0) return null
  return (
    <section className="card" id="seal-causes" aria-label="Why">
      <header>
        <h2>Why</h2>
      </header>
      <ol className="causes">
        {causes.map((cause, index) => (
          <li key={cause.id + cause.message}>
            <Cause cause={cause} facts={facts} first={index === 0} />
          </li>
        ))}
      </ol>
    </section>
  )
}

function Cause({ cause, facts, first }: { cause: SealCause; facts: ImageFacts; first: boolean }) {
  const { title, words } = evidenceWords(cause)
  const tone = cause.proved ? 'ok' : 'warn'
  return (
    <>
      <p className="lead">
        <Rich text={causeWords(cause, facts)} terms />
      </p>
      <p className={`known ${tone}`}>
        <Mark tone={tone} />
        <span>
          <b>{title}</b> {words}
        </span>
      </p>
      {cause.paths.length > 0 && <Paths cause={cause} />}
      {first && repairOf(facts) !== null ? (
        <RepairBox repair={repairOf(facts)} />
      ) : (
        <p>
          <b>Repair:</b> {sentence(cause.fix)}
        </p>
      )}
    </>
  )
}

function Paths({ cause }: { cause: SealCause }) {
  const shown = cause.paths.slice(0, SHOWN)
  return (
    <div className="paths">
      <h3>
        {cause.count.toLocaleString('en')} {cause.count === 1 ? 'path' : 'paths'}
        {cause.layer !== null && (
          <>
            {' of '}
            <To view="files" rest={`layer-${cause.layer}`}>
              layer {cause.layer}
            </To>
          </>
        )}
      </h3>
      <ul>
        {shown.map((path) => (
          <li key={path}>
            <code>{path}</code>
          </li>
        ))}
        {cause.count > shown.length && (
          <li className="dim">and {(cause.count - shown.length).toLocaleString('en')} more</li>
        )}
      </ul>
    </div>
  )
}

/** The digests that different releases and forms give, equal ones together. */
function Forms({ facts }: { facts: ImageFacts }) {
  const { proof, claimed } = facts.seal
  if (proof === null || proof.candidates.length === 0) return null
  const groups = groupDigests(proof, claimed[0]?.digest ?? null)
  const different = groups.filter(({ digest }) => digest !== null).length
  return (
    <section className="card" id="seal-digests" aria-label="Digests">
      <header>
        <h2>
          {proof.candidates.length} forms of the digest, {different} different{' '}
          {different === 1 ? 'value' : 'values'}
        </h2>
      </header>
      <p className="pad soft small">
        The same tree has another digest in another format. Each bootc release computes one of them.
      </p>
      <ul className="forms">
        {groups.map((group) => (
          <li key={group.digest ?? group.error ?? ''} className={group.demanded ? 'ok' : ''}>
            <div>
              {group.digest === null ? (
                <span className="soft">{sentence(group.error ?? 'not computed')}</span>
              ) : (
                <code className="long">{group.digest}</code>
              )}
              {group.demanded && <Chip tone="ok">demanded</Chip>}
            </div>
            <ul>
              {group.forms.map(({ id, words }) => (
                <li key={id}>
                  <Rich text={words} terms /> <code className="dim">{id}</code>
                </li>
              ))}
            </ul>
            {group.digest !== null && <Copy text={group.digest} />}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Modifiers({ facts }: { facts: ImageFacts }) {
  const modifiers = facts.seal.modifiers ?? []
  if (modifiers.length === 0) return null
  return (
    <section className="card pad" aria-label="Also">
      <h2>Also true of this image</h2>
      <ul className="also">
        {modifiers.map((modifier) => (
          <li key={modifier}>
            <Rich text={sentence(ownWord(MODIFIERS, modifier))} terms />{' '}
            <code className="dim">{modifier}</code>
          </li>
        ))}
      </ul>
    </section>
  )
}
