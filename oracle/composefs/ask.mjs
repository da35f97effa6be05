// Makes the layouts, asks cfsctl for every digest of each, and compares with what Sealscope computes:
//   CFSCTL=cfsctl node oracle/composefs/ask.mjs OUT [--compare]
// Writes OUT/layouts/NAME and OUT/expected.json: name -> { digests: { "v1/sha512/allowlist-only/bootable": hex … }, error }.
// --compare ends with 1 when a digest of dist/cli/sealscope.js differs; run `npm run build` before.
import { build } from 'esbuild'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { pathToFileURL } from 'node:url'

const CFSCTL = process.env.CFSCTL ?? 'cfsctl'
const [out, flag] = process.argv.slice(2)
if (out === undefined) throw new Error('usage: ask.mjs OUT [--compare]')
const folder = resolve(out)
mkdirSync(folder, { recursive: true })

const work = mkdtempSync(join(tmpdir(), 'sealscope-oracle-'))
try {
  const { LAYOUTS, writeLayouts } = await bundled('oracle/composefs/layouts.ts')
  writeLayouts(join(folder, 'layouts'))
  const expected = {}
  for (const name of Object.keys(LAYOUTS)) expected[name] = ask(name)
  writeFileSync(join(folder, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
  if (flag === '--compare') compare(expected)
} finally {
  rmSync(work, { recursive: true, force: true })
}

async function bundled(entry) {
  const outfile = join(work, 'layouts.mjs')
  const options = { bundle: true, platform: 'node', format: 'esm', logLevel: 'error' }
  await build({ entryPoints: [entry], outfile, ...options })
  return import(pathToFileURL(outfile).href)
}

function run(...args) {
  return execFileSync(CFSCTL, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] }).trim()
}

function ask(name) {
  const digests = {}
  for (const hash of ['sha512', 'sha256']) {
    const repo = join(work, `${name}-${hash}`)
    try {
      run('init', repo, '--insecure', '--algorithm', `fsverity-${hash}-12`)
      run('--repo', repo, 'oci', 'pull', `oci:${join(folder, 'layouts', name)}:latest`, 'img')
    } catch (error) {
      return { digests, error: String(error.stderr).trim() }
    }
    for (const version of [0, 1, 2]) {
      for (const mode of ['allowlist-only', 'keep-user-xattrs']) {
        for (const form of ['plain', 'bootable']) {
          const bootable = form === 'bootable' ? ['--bootable'] : []
          const id = `v${version}/${hash}/${mode}/${form}`
          digests[id] = digestOf(['--repo', repo, '--erofs-version', String(version), 'oci', 'compute-id', '--xattrs', mode, ...bootable, 'img']) // prettier-ignore
        }
      }
    }
  }
  return { digests, error: null }
}

/** The digest that cfsctl prints, or null when it cannot make this form. */
function digestOf(args) {
  try {
    return run(...args)
      .split(/\s+/)
      .at(-1)
      .replace(/^.*:/, '')
  } catch {
    return null
  }
}

function compare(expected) {
  let equal = 0
  const different = []
  for (const [name, { digests }] of Object.entries(expected)) {
    const source = `oci:${join(folder, 'layouts', name)}`
    const text = execFileSync(
      'node',
      ['dist/cli/sealscope.js', 'digest', source, '--all', '--json'],
      {
        encoding: 'utf8',
      },
    )
    const ours = new Map(JSON.parse(text).candidates.map(({ id, digest }) => [id, digest]))
    for (const [id, digest] of Object.entries(digests)) {
      if (ours.get(id) === digest) equal++
      else different.push(`${name} ${id}: cfsctl ${digest}, Sealscope ${ours.get(id)}`)
    }
  }
  console.log(different.join('\n'))
  console.log(`${equal} of ${equal + different.length} digests equal`)
  process.exitCode = different.length === 0 ? 0 : 1
}
