import type { Tone } from '../../../answers/review/headline'
import { Icon, type IconName } from './icon'

const WORDS: Record<Tone, string> = {
  ok: 'good',
  bad: 'broken',
  warn: 'careful',
  void: 'not known',
}

/** A state as shape and colour; its word stands beside it, and is told to those who see neither. */
export function Mark({ tone, icon = tone }: { tone: Tone; icon?: IconName }) {
  return (
    <span className={`mark ${tone}`}>
      <Icon name={icon} />
      <span className="hidden">{WORDS[tone]}: </span>
    </span>
  )
}

/** A word on a coloured ground. */
export function Chip({ tone, children }: { tone: Tone; children: React.ReactNode }) {
  return <span className={`chip ${tone}`}>{children}</span>
}
