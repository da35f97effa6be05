import type { BatchSummary } from '../../../contract/batch'

/** A result for each image of a batch that is not good; SARIF 2.1.0 §3.27. */
export function batchSarif({ rows }: BatchSummary): Record<string, unknown> {
  const results = rows
    .filter(({ exit }) => exit !== 0)
    .map((row) => {
      const no = Object.keys(row.checks).filter((id) => row.checks[id] === 'no')
      const why = row.error ?? (no.length > 0 ? `no: ${no.join(', ')}` : (row.verdict ?? 'unknown'))
      return {
        ruleId: row.exit === 1 ? 'image-refused' : 'image-not-read',
        level: row.exit === 1 ? 'error' : 'warning',
        message: { text: why.replaceAll('](', '] (') },
        locations: [{ logicalLocations: [{ name: row.ref, kind: 'module' }] }],
      }
    })
  const rules = [
    { id: 'image-refused', shortDescription: { text: 'a check of the image says no' } },
    { id: 'image-not-read', shortDescription: { text: 'the image could not be read' } },
  ]
  return {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      { tool: { driver: { name: 'Sealscope', rules } }, results, columnKind: 'utf16CodeUnits' },
    ],
  }
}
