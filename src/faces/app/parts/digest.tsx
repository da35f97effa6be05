import { shortDigest } from '../../../answers/words/text'
import { usePage } from '../page/context'
import { copyText } from './copy'

/** A digest cut to twelve digits; a click copies all of them. */
export function Digest({ value, className = '' }: { value: string; className?: string }) {
  const page = usePage()
  const copy = () => {
    void copyText(value).then((way) =>
      page.notice(
        way === 'copied' ? 'The digest is copied.' : 'The digest is selected: press Ctrl+C.',
      ),
    )
  }
  return (
    <button
      type="button"
      className={`digest mono ${className}`}
      title={value}
      aria-label={`Copy the digest ${shortDigest(value)}`}
      onClick={copy}
    >
      {shortDigest(value)}
    </button>
  )
}
