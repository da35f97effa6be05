import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Programs that the tests use for real: a browser, a registry server, and a tool that fills it. */
const PROGRAMS = [
  {
    name: 'chromium',
    names: ['chromium', 'chromium-browser', 'google-chrome'],
    debian: 'chromium',
    hint: 'Debian: apt-get install chromium; elsewhere: npx playwright install chromium',
  },
  {
    name: 'docker-registry',
    names: ['docker-registry', 'registry'],
    debian: 'docker-registry',
    hint: 'Debian: apt-get install docker-registry; elsewhere: the `registry` binary of distribution/distribution',
  },
  {
    name: 'skopeo',
    names: ['skopeo'],
    debian: 'skopeo',
    hint: 'Debian: apt-get install skopeo; Fedora: dnf install skopeo; Mac: brew install skopeo',
  },
]

/** Absolute path of the first of these names that is on PATH, or null. */
export function findProgram(names) {
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (existsSync(path)) return path
    }
  }
  return null
}

/** Path of a Chromium for the browser tests: Debian's, else the one Playwright downloaded. */
export function findChromium() {
  return findProgram(PROGRAMS[0].names)
}

export function missingTestPrograms() {
  return PROGRAMS.filter((program) => {
    if (findProgram(program.names) !== null) return false
    return program.name !== 'chromium' || !playwrightHasChromium()
  })
}

/** Installs what is missing where that needs no question: as root with apt-get, or Playwright's own. */
export function installTestPrograms() {
  const missing = missingTestPrograms()
  const apt = findProgram(['apt-get'])
  if (apt !== null && process.getuid?.() === 0) {
    run(apt, ['update', '-qq'])
    run(apt, ['install', '-y', '-qq', ...missing.map((program) => program.debian)])
  }
  if (missingTestPrograms().some((program) => program.name === 'chromium')) {
    run(process.execPath, ['node_modules/@playwright/test/cli.js', 'install', 'chromium'])
  }
}

function playwrightHasChromium() {
  const probe = `import('@playwright/test').then((p) => console.log(p.chromium.executablePath()))`
  const result = spawnSync(process.execPath, ['-e', probe], { encoding: 'utf8' })
  return result.status === 0 && existsSync(result.stdout.trim())
}

function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  spawnSync(command, args, { stdio: ['ignore', 2, 2], env })
}

/** Absolute path of a program that a test cannot do without; throws what to install. */
export function requireProgram(name) {
  const program = PROGRAMS.find((each) => each.name === name)
  const path = program === undefined ? null : findProgram(program.names)
  if (path === null) throw new Error(`${name} is missing: ${program?.hint ?? 'unknown program'}`)
  return path
}
