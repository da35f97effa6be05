import { unreadWords } from '../../../answers/words/unread'
import type { ImageFacts, SealProof } from '../../../contract/facts'
import { CopyButton } from '../parts/copy-button'
import { ownWord } from '../parts/own-word'
import { Table } from '../parts/table'
import { Acceptance } from './acceptance'
import { acceptedInWords } from './accepted-in-words'
import { Causes } from './causes'
import { Chain, computedDigest } from './chain'
import { formInWords, MEANINGS, MODIFIERS, TITLES } from './words'

/** The verdict: what the image claims, and what was proved. */
export function SealView({ facts }: { facts: ImageFacts }) {
  const { seal } = facts
  if (seal.verdict === null) return <NotChecked facts={facts} />
  return (
    <section id="verdict" aria-label="Verdict" className={`verdict ${tone(facts)}`}>
      <div className="columns">
        <div>
          <p className="eyebrow">Claimed</p>
          <h1>{TITLES[seal.verdict]}</h1>
          <p>{facts.errors.kernel ?? MEANINGS[seal.verdict]}</p>
        </div>
        {seal.proof !== null && seal.claimed.length > 0 && <Proved proof={seal.proof} />}
      </div>
      {facts.ukis.length > 0 && <Chain facts={facts} />}
      {seal.proof !== null && seal.claimed.length > 0 && (
        <>
          <Digests facts={facts} />
          <Causes causes={seal.proof.causes} />
          <Acceptance rows={seal.proof.accepts} />
        </>
      )}
      {seal.proof !== null && <Forms proof={seal.proof} />}
      <Modifiers facts={facts} />
    </section>
  )
}

/** What is said instead of a verdict: which layers are missing, and why. */
function NotChecked({ facts }: { facts: ImageFacts }) {
  const count = facts.image?.layers.length ?? 0
  return (
    <section id="verdict" aria-label="Verdict" className="verdict open">
      <h1>Not checked</h1>
      <p>
        Without all layers nothing can be said about the image: a missing one may add, replace or
        remove any file.
      </p>
      <ul>
        {facts.evidence.unread.map((layer) => (
          <li key={layer.layer}>{unreadWords(layer, count)}</li>
        ))}
      </ul>
    </section>
  )
}

function tone(facts: ImageFacts): string {
  if (facts.seal.verdict === 'UKI_BROKEN' || facts.seal.verdict === 'MULTI_KERNEL') return 'bad'
  if (facts.seal.verdict !== 'UKI_SEALED') return 'open'
  const { proof } = facts.seal
  if (proof === null || proof.holds === null) return 'open'
  if (!proof.holds || proof.importError !== null) return 'bad'
  const [newest] = proof.accepts.filter(({ repository }) => repository === 'new').slice(-1)
  return newest?.accepts === false ? 'open' : 'good'
}

function Proved({ proof }: { proof: SealProof }) {
  return (
    <div>
      <p className="eyebrow">Proved</p>
      <h2 className="big">{proof.holds ? 'The seal holds' : 'The seal does not hold'}</h2>
      <p>
        {proof.importError !== null
          ? `bootc cannot import this image: ${proof.importError}`
          : proof.holds
            ? `The layers give the claimed digest. ${acceptedInWords(proof.accepts)}`
            : 'No form of the digest that any release computes equals the claimed one.'}
      </p>
    </div>
  )
}

function Digests({ facts }: { facts: ImageFacts }) {
  const claimed = facts.seal.claimed[0]?.digest ?? ''
  const computed = computedDigest(facts)
  const same = computed === claimed.toLowerCase()
  return (
    <dl className="digests">
      <DigestRow name="Claimed" digest={claimed} />
      <DigestRow name="Computed" digest={computed} className={same ? 'good' : 'bad'} />
      {(facts.seal.proof?.matches.length ?? 0) > 0 && (
        <div>
          <dt>Matches</dt>
          <dd>
            {facts.seal.proof?.matches.map((id) => (
              <span key={id} className="match">
                <code>{id}</code> <small>{formInWords(id)}</small>
              </span>
            ))}
          </dd>
        </div>
      )}
    </dl>
  )
}

function DigestRow({
  name,
  digest,
  className = '',
}: {
  name: string
  digest: string | null
  className?: string
}) {
  return (
    <div className={className}>
      <dt>{name}</dt>
      <dd>
        <code>{digest ?? 'nothing: see the forms below'}</code>{' '}
        {digest !== null && <CopyButton text={digest} label={`Copy ${name.toLowerCase()}`} />}
      </dd>
    </div>
  )
}

function Forms({ proof }: { proof: SealProof }) {
  return (
    <details>
      <summary>All {proof.candidates.length} forms of the digest</summary>
      <Table
        label="Forms of the digest"
        head={['Form', 'In words', 'Digest']}
        rows={proof.candidates.map(({ id, digest, error }) => ({
          key: id,
          className: proof.matches.includes(id) ? 'match-row' : '',
          cells: [
            <code key="id">{id}</code>,
            formInWords(id),
            digest === null ? (
              <small key="error">{error}</small>
            ) : (
              <code key="digest">{digest}</code>
            ),
          ],
        }))}
      />
    </details>
  )
}

function Modifiers({ facts }: { facts: ImageFacts }) {
  const modifiers = facts.seal.modifiers ?? []
  if (modifiers.length === 0) return null
  return (
    <ul className="chips" aria-label="Also">
      {modifiers.map((modifier) => (
        <li key={modifier} className="chip">
          <strong>{modifier}</strong> {ownWord(MODIFIERS, modifier)}
        </li>
      ))}
    </ul>
  )
}
