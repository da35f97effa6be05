import type { ImageFacts } from '../../contract/facts'

type Link = 'good' | 'bad' | 'open'

interface Station {
  title: string
  detail: string
  /** How it hangs on the station before it. */
  link: Link
}

const WIDTH = 132
const GAP = 44
const WORDS: Record<Link, string> = { good: 'holds', bad: 'breaks', open: 'is not proved' }

/** The chain of trust from the layers to the signature, and where it breaks. */
export function Chain({ facts }: { facts: ImageFacts }) {
  const stations = stationsOf(facts)
  const width = stations.length * WIDTH + (stations.length - 1) * GAP
  const sentence = stations.map(({ title, detail, link }, index) =>
    index === 0 ? `${title} (${detail})` : `${title} (${detail}) ${WORDS[link]}`,
  )
  const broken = stations.find(({ link }) => link === 'bad')
  return (
    <>
      {broken !== undefined && (
        <p>
          The chain breaks at: <strong>{broken.title}</strong>
        </p>
      )}
      <div className="scroll" tabIndex={0} role="group" aria-label="Chain of trust">
        <svg
          className="chain"
          viewBox={`0 0 ${width} 84`}
          width={width}
          height="84"
          role="img"
          aria-label={`From the layers to the signature: ${sentence.join(', ')}.`}
        >
          {stations.map((station, index) => (
            <StationBox
              key={station.title}
              station={station}
              x={index * (WIDTH + GAP)}
              first={index === 0}
            />
          ))}
        </svg>
      </div>
    </>
  )
}

function StationBox({ station, x, first }: { station: Station; x: number; first: boolean }) {
  const { title, detail, link } = station
  return (
    <g className={link}>
      {!first && (
        <>
          <line x1={x - GAP + 4} x2={x - 4} y1="42" y2="42" className="link" />
          {link === 'bad' && (
            <path d={`M${x - GAP / 2 - 7} 35 l14 14 m0 -14 l-14 14`} className="cross" />
          )}
          {link === 'open' && (
            <text x={x - GAP / 2} y="34" textAnchor="middle">
              ?
            </text>
          )}
        </>
      )}
      <rect x={x + 1} y="10" width={WIDTH - 2} height="64" rx="8" />
      <text x={x + WIDTH / 2} y="38" textAnchor="middle" className="title">
        {title}
      </text>
      <text x={x + WIDTH / 2} y="58" textAnchor="middle">
        {detail}
      </text>
    </g>
  )
}

function stationsOf(facts: ImageFacts): Station[] {
  const { image, seal, ukis, evidence } = facts
  const { proof } = seal
  const [claimed] = seal.claimed
  const [uki] = ukis
  const imported: Link = proof === null ? 'open' : proof.importError === null ? 'good' : 'bad'
  const count = image?.layers.length ?? 0
  return [
    { title: 'Layers', detail: image === null ? 'a directory' : `${count}, ${evidence.verified ? 'checked' : 'not checked'}`, link: 'good' },
    { title: 'Root tree', detail: imported === 'bad' ? 'no import' : 'merged', link: imported },
    { title: 'EROFS image', detail: 'labels, metadata', link: imported },
    { title: 'fs-verity', detail: short(computedDigest(facts)), link: imported },
    { title: 'UKI karg', detail: short(claimed?.digest ?? null), link: claimLink(facts) },
    { title: 'Signature', detail: signatureWords(uki?.signatures ?? []), link: signatureLink(uki?.signatures ?? []) },
  ] // prettier-ignore
}

function claimLink({ seal }: ImageFacts): Link {
  if (seal.claimed.length === 0 || seal.verdict === 'UKI_UNSEALED') return 'open'
  if (seal.proof === null || seal.proof.holds === null) return 'open'
  return seal.proof.holds ? 'good' : 'bad'
}

type Signatures = ImageFacts['ukis'][number]['signatures']

function signatureLink(signatures: Signatures): Link {
  if (signatures.length === 0) return 'open'
  const good = signatures.some(
    (each) => each.digestMatches === true && each.signatureValid === true,
  )
  return good ? 'good' : 'bad'
}

function signatureWords(signatures: Signatures): string {
  if (signatures.length === 0) return 'none'
  return signatureLink(signatures) === 'good' ? 'fits the file' : 'does not fit'
}

/** The matching digest, else what the newest releases compute. */
export function computedDigest({ seal }: ImageFacts): string | null {
  const { proof } = seal
  if (proof === null) return null
  const hash = seal.claimed[0]?.algorithm === 'sha256' ? 'sha256' : 'sha512'
  const wanted = proof.matches[0] ?? `v1-nsec-kept/${hash}`
  return proof.candidates.find(({ id }) => id === wanted)?.digest ?? null
}

function short(digest: string | null): string {
  return digest === null ? 'none' : digest.length <= 12 ? digest : `${digest.slice(0, 10)}…`
}
