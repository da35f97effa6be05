import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sealscope } from './run'

const root = mkdtempSync(join(tmpdir(), 'sealscope-root-'))
const FILES: Record<string, string> = {
  'usr/lib/os-release': 'ID=example\nVERSION_ID=1\nNAME=Example\n',
  'usr/lib/modules/6.1/vmlinuz': 'kernel',
  'usr/lib/bootc/kargs.d/1.toml': 'kargs = ["quiet"]\n',
  'usr/lib/ostree/prepare-root.conf': '[composefs]\nenabled = yes\n',
  'usr/bin/bootc': 'x',
}

beforeAll(() => {
  const folders = ['usr', 'boot', 'sysroot', 'dev', 'proc', 'sys', 'run', 'tmp', 'var', 'etc']
  for (const name of folders) mkdirSync(join(root, name), { recursive: true })
  mkdirSync(join(root, 'usr/lib/bootupd/updates'), { recursive: true })
  symlinkSync('sysroot/ostree', join(root, 'ostree'))
  for (const [path, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
})
afterAll(() => rmSync(root, { recursive: true, force: true }))

describe('a root directory', () => {
  it.each(['dir:', ''])('is inspected as %sDIR', async (prefix) => {
    const run = await sealscope('inspect', `${prefix}${root}`, '--json')
    expect(run.code).toBe(0)
    expect(JSON.parse(run.stdout)).toMatchObject({
      source: { kind: 'dir' },
      image: null,
      kargs: ['quiet'],
      kernel: { version: '6.1', unified: false },
      seal: { verdict: 'SPLIT_KERNEL' },
    })
  })

  it('takes its architecture from --platform', async () => {
    const run = await sealscope('inspect', `dir:${root}`, '--json', '--platform', 'linux/arm64')
    expect(JSON.parse(run.stdout)).toMatchObject({ arch: 'aarch64' })
  })

  it('has all digests, and a dump', async () => {
    const run = await sealscope('digest', root, '--json')
    const { candidates } = JSON.parse(run.stdout) as { candidates: { digest: string | null }[] }
    expect(candidates).toHaveLength(15)
    expect(candidates.every(({ digest }) => /^[0-9a-f]{128}$/.test(digest ?? ''))).toBe(true)
    const dump = await sealscope('digest', root, '--dump', 'v1')
    expect(dump.stdout).toMatch(/^\/ 0 40/)
    expect(dump.stdout).toContain('\n/usr/bin/bootc 1 100644')
  })

  it('is not sealed', async () => {
    expect((await sealscope('verify', root)).code).toBe(1)
  })

  it('passes the checks of bootc, until one fails', async () => {
    const good = await sealscope('lint', root, '--json')
    expect(good.code).toBe(0)
    expect(JSON.parse(good.stdout)).toMatchObject({ checksPassed: 13, checksSkipped: 1, failed: 0 })
    mkdirSync(join(root, 'usr/etc'))
    const bad = await sealscope('lint', root, '--json')
    expect(bad.code).toBe(1)
    expect(JSON.parse(bad.stdout)).toMatchObject({ checksPassed: 12, failed: 1 })
    expect((await sealscope('lint', root, '--skip', 'etc-usretc')).code).toBe(0)
    const sarif = JSON.parse((await sealscope('lint', root, '--sarif')).stdout) as {
      version: string
      runs: { results: { ruleId: string; level: string }[] }[]
    }
    expect(sarif.version).toBe('2.1.0')
    expect(sarif.runs[0]?.results.map(({ ruleId, level }) => [level, ruleId])).toContainEqual([
      'error',
      'etc-usretc',
    ])
    rmSync(join(root, 'usr/etc'), { recursive: true })
  })

  it.each([
    ['dir:/does/not/exist', 'does not exist'],
    [`dir:${join(root, 'usr/bin/bootc')}`, 'is no directory'],
  ])('%s is bad usage', async (source, text) => {
    const run = await sealscope('inspect', source)
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain(text)
  })
})
