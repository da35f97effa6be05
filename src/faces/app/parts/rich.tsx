import { Term, TERM_PATTERN } from './term'

/** A sentence whose code stands between back-ticks; terms in it are explained in place when asked for. */
export function Rich({ text, terms = false }: { text: string; terms?: boolean }) {
  return text
    .split('`')
    .map((part, index) =>
      index % 2 === 1 ? (
        <code key={index}>{part}</code>
      ) : terms ? (
        <WithTerms key={index} text={part} />
      ) : (
        part
      ),
    )
}

/** The first mention of each known term becomes one that explains itself. */
function WithTerms({ text }: { text: string }) {
  const seen = new Set<string>()
  return text.split(TERM_PATTERN).map((part, index) => {
    if (index % 2 === 0 || seen.has(part)) return part
    seen.add(part)
    return <Term key={index} name={part} />
  })
}
