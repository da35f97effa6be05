import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'

interface Run {
  code: number
  stdout: string
  stderr: string
}

interface Golden {
  sha256?: string
  error?: string
  panic?: string
  warnings: string[]
}

interface Case {
  name: string
  image_type: string
}

interface Result {
  name: string
  warnings: string[]
  error: string | null
}

function fixture(name: string): string {
  const path = join(process.cwd(), `src/rules/image-builder/fixtures/${name}.json.gz`)
  return gunzipSync(readFileSync(path)).toString()
}

const CASES_TEXT = fixture('cases')
const CASES = JSON.parse(CASES_TEXT) as Case[]
const { results } = JSON.parse(fixture('expected')) as {
  results: Record<'79' | '0.274', Record<string, Golden>>
}

function folder(): string {
  return mkdtempSync(join(tmpdir(), 'sealscope-'))
}

async function manifest(...args: string[]): Promise<Run> {
  const tool = join(process.cwd(), 'dist/cli/sealscope.js')
  const options = { cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 }
  const words = [tool, 'manifest', ...args]
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, words, options)
    return { code: 0, stdout, stderr }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as Run
    return { code, stdout, stderr }
  }
}

/** A request file with the golden cases of that name. */
function requestFile(...names: string[]): string {
  const file = join(folder(), 'request.json')
  const chosen = CASES.filter(({ name }) => names.includes(name))
  writeFileSync(file, JSON.stringify(chosen.length === 1 ? chosen[0] : { cases: chosen }))
  return file
}

function firstWhere(good: (golden: Golden, from: Case) => boolean): Case {
  const found = CASES.find((from) => {
    const golden = results['79'][from.name]
    return golden !== undefined && good(golden, from)
  })
  if (found === undefined) throw new Error('no golden case is of that sort')
  return found
}

describe('manifest --request', () => {
  it.each(['79', '0.274'] as const)('writes the files of all cases, target %s', async (target) => {
    const file = join(folder(), 'requests.json')
    writeFileSync(file, `{"cases":${CASES_TEXT}}`)
    const out = join(folder(), 'out')
    const run = await manifest('--request', file, '--mock-containers', '--target', target, '-o', out) // prettier-ignore
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
    for (const { name, image_type } of CASES) {
      const golden = results[target][name]
      if (golden === undefined) continue
      const result = JSON.parse(readFileSync(join(out, `${name}.result.json`), 'utf8')) as Result
      expect(result).toMatchObject({ name, warnings: golden.warnings })
      expect(existsSync(join(out, `${name}.manifest.json`))).toBe(result.error === null)
      if (golden.error !== undefined || golden.panic !== undefined) {
        expect(result.error).not.toBeNull()
      } else if (result.error !== null) {
        // images 0.274 reads files[].uri from the host
        expect([target, result.error]).toEqual([
          '0.274',
          expect.stringContaining('"/etc/passwd" on the host'),
        ])
      } else if (image_type !== 'pxe-tar-xz') {
        const text = readFileSync(join(out, `${name}.manifest.json`))
        expect(createHash('sha256').update(text).digest('hex')).toBe(golden.sha256)
      }
    }
  })

  it('prints one manifest, and its warning on standard error', async () => {
    const { name } = firstWhere(
      ({ sha256, warnings }, { image_type }) =>
        sha256 !== undefined && warnings.length > 0 && image_type === 'qcow2',
    )
    const run = await manifest('--request', requestFile(name), '--mock-containers')
    expect(run.code).toBe(0)
    expect(createHash('sha256').update(run.stdout).digest('hex')).toBe(results['79'][name]?.sha256)
    expect(run.stderr).toBe(`warning: ${results['79'][name]?.warnings[0] ?? ''}\n`)
  })

  it("ends with upstream's error in one line, and as JSON", async () => {
    const { name } = firstWhere(({ error }) => error?.includes('\n') ?? false)
    const text = results['79'][name]?.error ?? ''
    const run = await manifest('--request', requestFile(name), '--mock-containers', '--json')
    expect(run.code).toBe(2)
    expect(run.stderr).toContain(`error: ${text.replaceAll('\n', '\\n')}\n`)
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'sealscope.error/1',
      error: { message: text },
    })
  })

  it('refuses a container that the case does not list', async () => {
    const { name } = firstWhere(({ sha256 }) => sha256 !== undefined)
    const run = await manifest('--request', requestFile(name))
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain('cannot be resolved')
  })
})
