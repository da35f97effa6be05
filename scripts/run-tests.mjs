// Runs every kind of test and ends with the line `N passed, N failed`. A check that runs no test,
// a skipped test and a runner that dies all count as failed.
import { spawn } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'

const REPORTS = 'test-results'
const BIN = 'node_modules/.bin'
const CHECKS = [
  { name: 'format', command: [`${BIN}/prettier`, '--check', '--log-level', 'warn', '.'] },
  { name: 'types', command: [`${BIN}/tsc`, '--noEmit'] },
  { name: 'lint', command: [`${BIN}/eslint`, '.'] },
]
const SUITES = [
  { name: 'unit', count: countVitest, command: vitest('unit') },
  { name: 'cli', count: countVitest, command: vitest('cli') },
  { name: 'browser', count: countPlaywright, command: [`${BIN}/playwright`, 'test'] },
]

function vitest(project) {
  const json = `--outputFile.json=${REPORTS}/${project}.json`
  return [`${BIN}/vitest`, 'run', '--project', project, '--reporter=dot', '--reporter=json', json]
}

rmSync(REPORTS, { recursive: true, force: true })
mkdirSync(REPORTS, { recursive: true })
let passed = 0
let failed = 0

const checks = (async () => {
  for (const check of CHECKS) {
    const code = await run(check.command)
    add(check.name, code === 0 ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
  }
})()
for (const suite of SUITES) {
  const report = `${REPORTS}/${suite.name}.json`
  const code = await run(suite.command, { PLAYWRIGHT_JSON_OUTPUT_NAME: report })
  add(suite.name, judge(code, existsSync(report) ? suite.count(readReport(report)) : null))
  if (suite.name === 'cli') await checks
}
console.log(`${passed} passed, ${failed} failed`)
process.exitCode = failed === 0 ? 0 : 1

function run(command, env = {}) {
  const [program, ...args] = command
  return new Promise((resolve) => {
    const child = spawn(program, args, {
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    })
    child.on('error', () => resolve(127))
    child.on('close', (code) => resolve(code ?? 1))
  })
}

function readReport(path) {
  return JSON.parse(readFileSync(path, 'utf8'))
}

/** A suite that died, or ran nothing, has at least one failure. */
function judge(code, counts) {
  if (counts === null) return { passed: 0, failed: 1 }
  const silent = code !== 0 && counts.failed === 0
  const empty = counts.passed + counts.failed === 0
  return silent || empty ? { ...counts, failed: counts.failed + 1 } : counts
}

function countVitest(report) {
  const skipped = report.numPendingTests + report.numTodoTests
  const broken = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length
  return { passed: report.numPassedTests, failed: report.numFailedTests + skipped + broken }
}

function countPlaywright(report) {
  const { expected, unexpected, flaky, skipped } = report.stats
  return { passed: expected, failed: unexpected + flaky + skipped + report.errors.length }
}

function add(name, counts) {
  passed += counts.passed
  failed += counts.failed
  console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed`)
}
