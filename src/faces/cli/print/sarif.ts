import type { LintResult } from '../../../contract/answers'
import type { Finding } from '../../../contract/facts'

/** SARIF 2.1.0 (OASIS), as far as it is used here. */
interface SarifLog {
  $schema: string
  version: '2.1.0'
  runs: SarifRun[]
}

interface SarifRun {
  tool: { driver: { name: string; rules: SarifRule[] } }
  results: SarifResult[]
  columnKind: 'utf16CodeUnits'
}

interface SarifRule {
  id: string
  shortDescription: { text: string }
  help?: { text: string }
  defaultConfiguration: { level: Level }
}

interface SarifResult {
  ruleId: string
  ruleIndex: number
  level: Level
  message: { text: string }
  locations: SarifLocation[]
  properties?: { fix?: string; source?: string }
}

interface SarifLocation {
  physicalLocation?: { artifactLocation: { uri: string; uriBaseId?: string } }
  logicalLocations?: { name: string; kind: string }[]
}

type Level = 'error' | 'warning' | 'note'

const LEVELS = { error: 'error', warning: 'warning', info: 'note' } as const

/** A lint run as code-scanning services read it: a result for each check that found something. */
export function sarifLog(run: LintResult, findings: readonly Finding[], source: string): SarifLog {
  const rules = new Map<string, SarifRule>()
  const results: SarifResult[] = []
  const add = (
    id: string,
    level: Level,
    text: string,
    location: SarifLocation,
    help: string | null,
    upstream: string | null,
  ) => {
    if (!rules.has(id)) rules.set(id, ruleOf(id, level, help))
    const ruleIndex = [...rules.keys()].indexOf(id)
    const properties = { ...(help ? { fix: help } : {}), ...(upstream ? { source: upstream } : {}) }
    results.push({ ruleId: id, ruleIndex, level, message: { text: plainMessage(text) }, locations: [location], properties }) // prettier-ignore
  }
  for (const { name, origin, status, message } of run.results) {
    if (origin !== 'bootc' || message === null) continue
    const level = status === 'failed' ? 'error' : 'warning'
    add(name, level, message.trim(), imageLocation(source), null, 'bootc crates/lib/src/lints.rs')
  }
  for (const finding of findings) {
    const { id, severity, message, fix, source: upstream } = finding
    add(id, LEVELS[severity], message, locationOf(finding, source), fix, upstream)
  }
  const driver = {
    name: 'Sealscope',
    rules: [...rules.values()],
  }
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, results, columnKind: 'utf16CodeUnits' }],
  }
}

/** Text without an embedded link (SARIF 2.1.0 §3.11.6): paths and upstream's texts hold no links of ours. */
function plainMessage(text: string): string {
  return text.replaceAll('](', '] (')
}

function ruleOf(id: string, level: Level, help: string | null): SarifRule {
  const text = id.replaceAll('-', ' ')
  return {
    id,
    shortDescription: { text },
    ...(help === null ? {} : { help: { text: plainMessage(help) } }),
    defaultConfiguration: { level },
  }
}

function locationOf({ path, layer }: Finding, source: string): SarifLocation {
  if (path === null && layer === null) return imageLocation(source)
  const names = layer === null ? [] : [{ name: `layer ${layer}`, kind: 'module' }]
  return {
    ...(path === null ? {} : { physicalLocation: { artifactLocation: { uri: uriOf(path) } } }),
    ...(names.length === 0 ? {} : { logicalLocations: names }),
  }
}

function imageLocation(source: string): SarifLocation {
  return { logicalLocations: [{ name: source, kind: 'module' }] }
}

/** A relative URI reference (RFC 3986 §4.2); a lone surrogate becomes the replacement character. */
function uriOf(path: string): string {
  return Buffer.from(path.replace(/^\/+/, ''))
    .toString()
    .split('/')
    .map((part) => encodeURIComponent(part))
    .join('/')
}
