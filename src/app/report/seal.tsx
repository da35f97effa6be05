import type { AcceptRow, ImageFacts, SealProof, Verdict } from '../../contract/facts'

const TITLES: Record<Verdict, string> = {
  NO_KERNEL: 'No kernel',
  SPLIT_KERNEL: 'Not sealed: kernel and initramfs',
  MULTI_KERNEL: 'Several kernels: bootc refuses this image',
  UKI_BROKEN: 'The UKI cannot be read: bootc refuses this image',
  UKI_NO_COMPOSEFS: 'Not sealed: the UKI names no composefs digest',
  UKI_UNSEALED: 'Not sealed: the digest is optional',
  UKI_SEALED: 'Sealed',
}
const MEANINGS: Record<Verdict, string> = {
  NO_KERNEL:
    'Neither a UKI in /boot/EFI/Linux nor a vmlinuz below /usr/lib/modules: nothing boots.',
  SPLIT_KERNEL: 'The image boots from files that nothing ties to the root file system.',
  MULTI_KERNEL: 'More than one directory in /usr/lib/modules has a vmlinuz.',
  UKI_BROKEN: 'bootc stops at the first UKI in /boot/EFI/Linux.',
  UKI_NO_COMPOSEFS: 'The first UKI boots whatever root file system it finds.',
  UKI_UNSEALED: 'composefs=?… only names the image; without fs-verity it boots all the same.',
  UKI_SEALED: 'The kernel command line requires a composefs digest.',
}

/** The verdict: what the image claims, and what was proved. */
export function SealView({ facts }: { facts: ImageFacts }) {
  const { seal } = facts
  const [claimed] = seal.claimed
  return (
    <section aria-label="Verdict" className={`verdict ${tone(facts)}`}>
      <p className="eyebrow">Claimed</p>
      <h1>{TITLES[seal.verdict]}</h1>
      <p>{facts.errors.kernel ?? MEANINGS[seal.verdict]}</p>
      {claimed !== undefined && seal.proof !== null && (
        <Proof proof={seal.proof} claimed={claimed.digest} />
      )}
      {(seal.modifiers?.length ?? 0) > 0 && <p>Also: {seal.modifiers?.join(', ')}</p>}
    </section>
  )
}

function tone(facts: ImageFacts): string {
  if (facts.seal.proof?.holds === false) return 'bad'
  if (facts.seal.verdict !== 'UKI_SEALED') return 'plain'
  return facts.seal.proof?.holds ? 'good' : 'plain'
}

function Proof({ proof, claimed }: { proof: SealProof; claimed: string }) {
  const computed = proof.candidates.find(({ id }) => id.startsWith('v1-nsec-kept'))
  return (
    <>
      <p className="eyebrow">Proved</p>
      <h2>{proof.holds ? 'The seal holds' : 'The seal does not hold'}</h2>
      <dl>
        <div>
          <dt>Claimed</dt>
          <dd>
            <code>{claimed}</code>
          </dd>
        </div>
        <div>
          <dt>Computed</dt>
          <dd>
            <code>{computed?.digest ?? computed?.error ?? 'nothing'}</code>
          </dd>
        </div>
        {proof.matches.length > 0 && (
          <div>
            <dt>Matches</dt>
            <dd>{proof.matches.join(', ')}</dd>
          </div>
        )}
      </dl>
      <Acceptance rows={proof.accepts} />
    </>
  )
}

const REPOSITORY = {
  new: 'fresh install',
  v1: 'host with a V1 repository',
  v2: 'host with a V2 repository',
}

function Acceptance({ rows }: { rows: AcceptRow[] }) {
  return (
    <details open>
      <summary>Who accepts it</summary>
      <ul>
        {rows.map((row) => (
          <li key={row.bootc + row.repository}>
            bootc {row.bootc}, {REPOSITORY[row.repository]}:{' '}
            <strong>{row.accepts ? 'accepts' : 'refuses'}</strong> <small>{row.why}</small>
          </li>
        ))}
      </ul>
    </details>
  )
}
