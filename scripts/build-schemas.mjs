// Writes JSON schemas of the command line's documents from their TypeScript types: dist/schemas.
// Fields may be added without a new schema number, so a document with more of them is valid, too.
import { mkdirSync, writeFileSync } from 'node:fs'
import { createGenerator } from 'ts-json-schema-generator'

const DOCUMENTS = [
  ['facts', 'ImageFacts', 'facts'],
  ['verify', 'VerifyResult', 'answers'],
  ['digest', 'DigestResult', 'answers'],
  ['plan', 'PlanResult', 'plan'],
  ['compare', 'CompareResult', 'answers'],
  ['lint', 'LintResult', 'answers'],
  ['uki', 'UkiResult', 'answers'],
  ['ls', 'ListResult', 'files'],
  ['install', 'InstallPlan', 'install'],
  ['upgrade', 'UpgradePlan', 'upgrade'],
  ['error', 'ErrorDocument', 'error'],
  ['batch', 'BatchLine', 'batch'],
  ['batch-summary', 'BatchSummary', 'batch'],
]

mkdirSync('dist/schemas', { recursive: true })
for (const [name, type, file] of DOCUMENTS) {
  const generator = createGenerator({
    path: `src/contract/${file}.ts`,
    type,
    tsconfig: 'tsconfig.json',
    skipTypeCheck: true,
    additionalProperties: true,
  })
  const schema = JSON.stringify(generator.createSchema(type), null, 2)
  writeFileSync(`dist/schemas/${name}.schema.json`, `${schema}\n`)
}
