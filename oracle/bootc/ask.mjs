// Asks the real bootc about the trees of the fixtures again, and says where it answers otherwise:
//   sudo BOOTC=bootc node oracle/bootc/ask.mjs            # kernel, kargs, install configuration, lint
//   sudo BOOTC=bootc node oracle/bootc/ask.mjs --write    # writes the new answers into the fixtures
// bootc is called with --rootfs; `install print-configuration` has no such option and runs in a chroot of the tree, so
// the program must be one that runs there (static, or bind-mounted with its libraries: BOOTC_CHROOT=command).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { layOut } from '../trees.mjs'

const BOOTC = process.env.BOOTC ?? 'bootc'
const CHROOT = process.env.BOOTC_CHROOT ?? null
const RULES = 'src/rules/bootc/fixtures/bootc.json.gz'
const LINT = 'src/rules/bootc/lint/fixtures/lint.json.gz'
const ARCH = process.arch === 'arm64' ? 'aarch64' : 'x86_64'

const rules = read(RULES)
const lint = read(LINT)
const changes = []
for (const item of rules.kernel) {
  inTree(item.tree, (root) => {
    const run = bootc(['container', 'inspect', '--json', '--rootfs', root])
    const answer = run.status === 0 ? { exit: 0, json: JSON.parse(run.stdout) } : failure(run, root)
    differs('kernel', item, pick(item.result, answer), answer, () =>
      Object.assign(item.result, answer),
    )
  })
}
for (const item of rules.kargs) {
  inTree(item.tree, (root) => {
    const run = bootc(['container', 'inspect', '--json', '--rootfs', root])
    const answer =
      run.status === 0 ? { exit: 0, kargs: JSON.parse(run.stdout).kargs } : failure(run, root)
    differs(
      'kargs',
      item,
      pick(item.results[ARCH], answer),
      answer,
      () => (item.results[ARCH] = answer),
    )
  })
}
if (CHROOT !== null) {
  for (const item of rules['install-config']) {
    for (const [name, args] of [
      ['plain', []],
      ['all', ['--all']],
    ]) {
      inTree(item.tree, (root) => {
        const words = [root, CHROOT, 'install', 'print-configuration', ...args]
        const run = spawnSync('chroot', words, { encoding: 'utf8' })
        const answer = { exit: run.status, ...(run.stdout === '' ? {} : { stdout: run.stdout.trimEnd() }), ...(run.stderr === '' ? {} : { stderr: lines(run.stderr, root) }) } // prettier-ignore
        const known = item.results[ARCH][name]
        differs(
          'install-config',
          item,
          pick(known, answer),
          answer,
          () => (item.results[ARCH][name] = answer),
        )
      })
    }
  }
}
for (const item of lint) {
  for (const known of item.runs.filter(({ root }) => root === 'alternative')) {
    inTree(item.tree, (root) => {
      const run = bootc(['container', 'lint', '--rootfs', root, ...known.args])
      const answer = {
        exit: run.status,
        stdout: lines(run.stdout, root),
        stderr: lines(run.stderr, root),
      }
      differs('lint', item, pick(known, answer), answer, () => Object.assign(known, answer))
    })
  }
}
console.log(changes.join('\n'))
console.log(
  `${changes.length} answers differ from the fixtures${CHROOT === null ? '; install configuration was not asked (BOOTC_CHROOT)' : ''}`,
)
if (process.argv.includes('--write')) {
  write(RULES, rules)
  write(LINT, lint)
} else process.exitCode = changes.length === 0 ? 0 : 1

function inTree(tree, ask) {
  const folder = mkdtempSync(join(tmpdir(), 'oracle-'))
  try {
    const root = join(folder, 'root')
    layOut(root, tree)
    ask(root)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function bootc(args) {
  return spawnSync(BOOTC, args, { encoding: 'utf8', maxBuffer: 1 << 26 })
}

function failure(run, root) {
  return { exit: run.status, stderr: lines(run.stderr, root) }
}

function lines(text, root) {
  return text.replaceAll(root, '$ROOT').split('\n')
}

/** Of a known answer the fields that were asked. */
function pick(known, answer) {
  return Object.fromEntries(Object.keys(answer).map((key) => [key, known?.[key]]))
}

function differs(kind, item, known, answer, take) {
  if (JSON.stringify(known) === JSON.stringify(answer)) return
  changes.push(`${kind} ${item.name}: ${JSON.stringify(known)} is now ${JSON.stringify(answer)}`)
  take()
}

function read(path) {
  return JSON.parse(gunzipSync(readFileSync(path)).toString())
}

function write(path, value) {
  writeFileSync(path, gzipSync(JSON.stringify(value), { level: 9 }))
}
