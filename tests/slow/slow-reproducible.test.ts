import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'

/** Copies what git knows into a fresh folder, builds there, and gives path and SHA-256 of each file of dist. */
function buildIn(name: string): string[] {
  const folder = mkdtempSync(join(tmpdir(), `sealscope-${name}-`))
  const files = execFileSync('git', ['ls-files', '-z'], { encoding: 'utf8' }).split('\0')
  for (const file of files.filter((path) => path !== '')) {
    mkdirSync(dirname(join(folder, file)), { recursive: true })
    cpSync(file, join(folder, file))
  }
  symlinkSync(join(process.cwd(), 'node_modules'), join(folder, 'node_modules'))
  execFileSync('npm', ['run', '--silent', 'build'], { cwd: folder, stdio: ['ignore', 2, 2] })
  const dist = join(folder, 'dist')
  return (readdirSync(dist, { recursive: true, withFileTypes: true }) as FoundEntry[])
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => {
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
      return `${path.slice(dist.length + 1)} ${digest}`
    })
}

interface FoundEntry {
  name: string
  parentPath: string
  isFile: () => boolean
}

it('gives the same bytes of dist in two folders with names of different length', () => {
  const first = buildIn('a')
  expect(first.length).toBeGreaterThan(20)
  expect(buildIn('another-and-longer')).toEqual(first)
})
