import { imageChecks } from '../../../answers/review/image-checks'
import type { Tone } from '../../../answers/review/headline'
import { NEWEST_RELEASE } from '../../../answers/seal/releases'
import { sentence } from '../../../answers/words/text'
import type { Check, CheckAnswer, CheckId, CheckReason } from '../../../contract/checks'
import { useFacts } from '../page/context'
import { CodeBlock } from '../parts/code-block'
import { Chip, Mark } from '../parts/mark'
import { Rich } from '../parts/rich'
import './install.css'

const QUESTIONS: Record<CheckId, string> = {
  import: 'Can bootc unpack the layers?',
  seal: 'Do the layers give the digest that is demanded?',
  install: 'Does an installation on an empty disk go through?',
  boot: 'Does what was installed find, verify and mount its root?',
  'secure-boot': 'Does firmware with Secure Boot start it?',
}
const TONES: Record<CheckAnswer, Tone> = { yes: 'ok', no: 'bad', unknown: 'void' }
const SEVERITIES: Record<CheckReason['severity'], Tone> = {
  error: 'bad',
  warning: 'warn',
  info: 'void',
}

/** Will it install, will it boot: the five checks with what decides each. */
export default function InstallView() {
  const checks = imageChecks(useFacts())
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>{headline(checks)}</h1>
          <p className="soft">
            As bootc {NEWEST_RELEASE} does it on an empty disk, with the image’s own defaults. On
            the command line <code>sealscope verify</code> asks the same of any release.
          </p>
        </div>
      </header>
      {checks.map((check) => (
        <CheckCard key={check.id} check={check} />
      ))}
    </div>
  )
}

/** The worst of import, installation and start; what is not known is said to be so. */
export function headline(checks: readonly Check[]): string {
  const answer = (id: CheckId) => checks.find((check) => check.id === id)?.answer ?? 'unknown'
  if (answer('import') === 'no') return 'bootc cannot unpack this image.'
  if (answer('install') === 'no') return 'Installation stops.'
  if (answer('boot') === 'no') return 'It installs, but the installed system does not start.'
  const open = (['import', 'install', 'boot'] as const).filter((id) => answer(id) === 'unknown')
  if (open.length === 3) return 'Whether it installs and starts is not known.'
  if (open.includes('boot')) return 'It installs; whether it starts is not known.'
  if (open.length > 0) return 'Whether it installs is not known.'
  return 'It installs, and it starts.'
}

function CheckCard({ check }: { check: Check }) {
  const { id, answer, summary, reasons } = check
  return (
    <section className="card check" id={id} aria-label={QUESTIONS[id]}>
      <header>
        <Mark tone={TONES[answer]} />
        <h2>{QUESTIONS[id]}</h2>
        <Chip tone={TONES[answer]}>{answer}</Chip>
      </header>
      <div className="pad stack">
        <p>
          <Rich text={sentence(summary)} terms />
        </p>
        {reasons.length > 0 && (
          <ul>
            {reasons.map((reason, index) => (
              <Reason key={`${reason.id}${index}`} reason={reason} />
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}

function Reason({ reason }: { reason: CheckReason }) {
  const { severity, message, upstream, path, layer, fix, source } = reason
  return (
    <li>
      <Mark tone={SEVERITIES[severity]} />
      <div>
        <p>
          <Rich text={sentence(message)} />
        </p>
        {upstream !== null && <CodeBlock text={upstream} label="The program’s own words" />}
        {path !== null && (
          <p className="small">
            <code>{path}</code>
            {layer !== null && <span className="dim"> layer {layer}</span>}
          </p>
        )}
        {fix !== null && (
          <p className="small">
            <b>Repair:</b> <Rich text={sentence(fix)} />
          </p>
        )}
        <p className="tiny dim">{source}</p>
      </div>
    </li>
  )
}
