import type { Finding } from '../../../contract/facts'

const ORDER: Finding['severity'][] = ['error', 'warning', 'info']

/** What else there is to say, the worst first. */
export function Findings({ findings }: { findings: readonly Finding[] }) {
  if (findings.length === 0) return null
  const sorted = ORDER.flatMap((severity) => findings.filter((each) => each.severity === severity))
  return (
    <section id="findings" aria-label="Findings">
      <h2>
        Findings <small>{findings.length}</small>
      </h2>
      <ul className="findings">
        {sorted.map((finding) => (
          <li key={`${finding.id}${finding.path}${finding.message}`} className={finding.severity}>
            <p>
              <span className={`chip ${finding.severity === 'error' ? 'bad' : ''}`}>
                {finding.severity}
              </span>{' '}
              {finding.message}
            </p>
            <p className="hint">
              {finding.layer !== null && `layer ${finding.layer} `}
              {finding.path !== null && <code>{finding.path}</code>}
              {finding.fix !== null && <em> What to do: {finding.fix.replace(/\.$/, '')}.</em>}
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}
