import { judgeOf } from '../../../answers/seal/releases'
import { candidateId } from '../../../rules/composefs/forms'
import type { ImageFacts } from '../../../contract/facts'

type Link = 'good' | 'bad' | 'open'

interface Station {
  title: string
  detail: string
  /** How it hangs on the station before it. */
  link: Link
}

const WIDTH = 132
const GAP = 44
const HEIGHT = 66
/** Width of a station where they stand on top of each other. */
const TALL_WIDTH = 240
const WORDS: Record<Link, string> = { good: 'holds', bad: 'breaks', open: 'is not proved' }

/** The chain of trust from the layers to the signature, and where it breaks. */
export function Chain({ facts }: { facts: ImageFacts }) {
  const stations = stationsOf(facts)
  const sentence = stations.map(({ title, detail, link }, index) =>
    index === 0 ? `${title} (${detail})` : `${title} (${detail}) ${WORDS[link]}`,
  )
  const label = `From the layers to the signature: ${sentence.join(', ')}.`
  const broken = stations.find(({ link }) => link === 'bad')
  return (
    <>
      {broken !== undefined && (
        <p>
          The chain breaks at: <strong>{broken.title}</strong>
        </p>
      )}
      <div className="scroll wide-only" tabIndex={0} role="group" aria-label="Chain of trust">
        <Picture stations={stations} label={label} across />
      </div>
      <div className="narrow-only">
        <Picture stations={stations} label={label} across={false} />
      </div>
    </>
  )
}

interface PictureProperties {
  stations: readonly Station[]
  label: string
  /** From left to right; else from top to bottom, for a narrow screen. */
  across: boolean
}

function Picture({ stations, label, across }: PictureProperties) {
  const step = across ? WIDTH + GAP : HEIGHT + GAP
  const length = (stations.length - 1) * step
  const width = across ? length + WIDTH : TALL_WIDTH
  const height = across ? HEIGHT : length + HEIGHT
  return (
    <svg
      className="chain"
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      role="img"
      aria-label={label}
    >
      {stations.map((station, index) => (
        <g
          key={station.title}
          className={station.link}
          transform={across ? `translate(${index * step} 0)` : `translate(0 ${index * step})`}
        >
          {index > 0 && <Joint link={station.link} across={across} width={width} />}
          <StationBox station={station} width={across ? WIDTH : TALL_WIDTH} />
        </g>
      ))}
    </svg>
  )
}

/** What ties a station to the one before it: a line, broken or in doubt. */
function Joint({ link, across, width }: { link: Link; across: boolean; width: number }) {
  const [x, y] = across ? [-GAP / 2, HEIGHT / 2] : [width / 2, -GAP / 2]
  const half = GAP / 2 - 4
  return (
    <>
      {across ? (
        <line x1={x - half} x2={x + half} y1={y} y2={y} className="link" />
      ) : (
        <line x1={x} x2={x} y1={y - half} y2={y + half} className="link" />
      )}
      {link === 'bad' && <path d={`M${x - 7} ${y - 7} l14 14 m0 -14 l-14 14`} className="cross" />}
      {link === 'open' && (
        <text x={across ? x : x + 12} y={across ? y - 8 : y + 4} textAnchor="middle">
          ?
        </text>
      )}
    </>
  )
}

function StationBox({ station, width }: { station: Station; width: number }) {
  return (
    <>
      <rect x="1" y="1" width={width - 2} height={HEIGHT - 2} rx="8" />
      <text x={width / 2} y="28" textAnchor="middle" className="title">
        {station.title}
      </text>
      <text x={width / 2} y="48" textAnchor="middle">
        {station.detail}
      </text>
    </>
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

/** A signature of this file is no answer to who trusts the signer: that is the question of Secure Boot. */
function signatureLink(signatures: Signatures): Link {
  const own = signatures.some((each) => each.digestMatches === true && each.signatureValid === true)
  return signatures.length === 0 || own ? 'open' : 'bad'
}

function signatureWords(signatures: Signatures): string {
  if (signatures.length === 0) return 'none'
  return signatureLink(signatures) === 'open' ? 'trust not judged' : 'does not fit'
}

/** The matching digest, else what the newest releases compute. */
export function computedDigest({ seal }: ImageFacts): string | null {
  const { proof } = seal
  if (proof === null) return null
  const hash = seal.claimed[0]?.algorithm === 'sha256' ? 'sha256' : 'sha512'
  const newest = judgeOf(null).release.computes.new
  const wanted = proof.matches[0] ?? (newest === undefined ? null : candidateId(newest, hash))
  return proof.candidates.find(({ id }) => id === wanted)?.digest ?? null
}

function short(digest: string | null): string {
  return digest === null ? 'none' : digest.length <= 12 ? digest : `${digest.slice(0, 10)}…`
}
