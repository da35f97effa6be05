// Brings a fresh or stale checkout to where `npm start` or `npm test` can run.
// Uses Node's own modules only, since nothing may be installed yet.
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { WASM_INPUTS } from './fresh-wasm.mjs'
import { fingerprint, isFresh, writeStamp } from './stamps.mjs'
import { missingTestPrograms, installTestPrograms } from './test-programs.mjs'

const BUILD_INPUTS = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'tsconfig.json',
  'package.json',
  'scripts/build-cli.mjs',
  'scripts/build-library.mjs',
  'tsconfig.library.json',
  'scripts/build-samples.mjs',
  'scripts/build-page.mjs',
  'scripts/build-schemas.mjs',
  'scripts/build-notices.mjs',
  'samples',
]

const mode = process.argv[2] ?? 'start'
requireNode()
installPackages()
build()
if (mode === 'test') preparePrograms()

function requireNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  fail(`Sealscope needs Node 20.19 or newer, this is ${process.versions.node}`)
}

function installPackages() {
  const lock = createHash('sha256').update(readFileSync('package-lock.json')).digest('hex')
  const stamp = 'node_modules/.sealscope-lock'
  if (isFresh(stamp, lock)) return
  // A failed download is the usual cause of a failing first run, so it is tried once more.
  if (!run('npm', ['ci', '--no-audit', '--no-fund']) && !run('npm', ['ci', '--no-audit'])) {
    fail('npm ci failed: see above')
  }
  writeStamp(stamp, lock)
}

function build() {
  step('wasm/build/.stamp', WASM_INPUTS, 'build:wasm', ['wasm/build'])
  step('dist/.stamp', [...BUILD_INPUTS, ...WASM_INPUTS], 'build:dist', ['wasm/build'])
}

function step(stamp, inputs, script, ignored) {
  const value = fingerprint(
    inputs.filter((path) => existsSync(path)),
    ignored,
  )
  if (isFresh(stamp, value)) return
  if (!run('npm', ['run', '--silent', script])) fail(`npm run ${script} failed: see above`)
  writeStamp(stamp, value)
}

function preparePrograms() {
  if (missingTestPrograms().length > 0) installTestPrograms()
  for (const program of missingTestPrograms()) {
    process.stderr.write(`missing: ${program.name} (${program.hint}); its tests will fail\n`)
  }
}

function run(command, args) {
  const shell = process.platform === 'win32'
  return spawnSync(command, args, { stdio: ['ignore', 2, 2], shell }).status === 0
}

function fail(message) {
  process.stderr.write(`error: ${message}\n`)
  process.exit(1)
}
