import { type Link, stationsOf } from '../../../answers/review/stations'
import type { ImageFacts } from '../../../contract/facts'
import { Digest } from '../parts/digest'
import { Icon } from '../parts/icon'
import { Rich } from '../parts/rich'

const WORDS: Record<Link, string> = {
  good: 'holds',
  bad: 'broken here',
  warn: 'holds, not for everybody',
  open: 'not claimed or not known',
}

/** The six stations from the layers to the signature, each tied to the one before or not. */
export function ProofLine({ facts }: { facts: ImageFacts }) {
  const stations = stationsOf(facts)
  return (
    <ol className="proof">
      {stations.map(({ id, title, detail, digest, link }, index) => (
        <li key={id} className={`${link}${stations[index + 1]?.link === 'bad' ? ' cut' : ''}`}>
          <span className="dot">
            {link === 'good' && <Icon name="ok" />}
            {link === 'bad' && <Icon name="bad" />}
            {link === 'warn' && <Icon name="warn" />}
          </span>
          <b>
            <Rich text={title} terms />
          </b>
          <span className="hidden">, {WORDS[link]}: </span>
          <span className="soft">
            <Rich text={detail} />
          </span>
          {digest !== null && <Digest value={digest} />}
        </li>
      ))}
    </ol>
  )
}
