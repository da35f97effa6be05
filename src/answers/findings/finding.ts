import type { Finding } from '../../contract/facts'

const ORDER: Record<Finding['severity'], number> = { error: 0, warning: 1, info: 2 }

/** A finding from its parts; what is not given is null. */
export function finding(
  id: string,
  severity: Finding['severity'],
  message: string,
  rest: Pick<Finding, 'source'> & Partial<Finding>,
): Finding {
  const { path = null, layer = null, fix = null, source } = rest
  return { id, severity, path, layer, message, fix, source }
}

/** Errors first, then warnings; each once, otherwise in the given order. */
export function orderedFindings(findings: readonly Finding[]): Finding[] {
  const known = new Map<string, Finding>()
  for (const item of findings) {
    const key = JSON.stringify([item.id, item.path, item.layer, item.message])
    if (!known.has(key)) known.set(key, item)
  }
  return [...known.values()].sort((a, b) => ORDER[a.severity] - ORDER[b.severity])
}
