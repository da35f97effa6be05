import { execFileSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sealscope } from './run'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-test-'))
const layout = join(process.cwd(), 'dist/samples/sealed')
const zstd = join(process.cwd(), 'tests/cli/fixtures/docker-archive.tar.zst')
const gzip = join(process.cwd(), 'src/formats/oci/fixtures/docker-archive.tar.gz')
const ociArchive = join(folder, 'oci.tar')
execFileSync('tar', ['-C', layout, '-cf', ociArchive, '.'])
const renamed = join(folder, 'with:colon.bin')
copyFileSync(gzip, renamed)

interface Facts {
  source: { kind: string; ref: string }
  image: unknown
  seal: { verdict: string; proof: { holds: boolean } }
  findings: { id: string; layer: number | null }[]
  evidence: { complete: boolean }
}

describe('sources by prefix and by bytes', () => {
  it.each([
    [layout, 'oci'],
    [`oci:${layout}`, 'oci'],
    [ociArchive, 'oci-archive'],
    [`oci-archive:${ociArchive}`, 'oci-archive'],
    [gzip, 'docker-archive'],
    [zstd, 'docker-archive'],
    [renamed, 'docker-archive'],
    [`docker-archive:${gzip}:localhost/foo/bar:v1`, 'docker-archive'],
  ])('%s', async (source, kind) => {
    const run = await sealscope('inspect', source, '--json')
    const facts = JSON.parse(run.stdout) as Facts
    expect([run.code, facts.source.kind, facts.seal.verdict, facts.seal.proof.holds]).toEqual([
      0,
      kind,
      'UKI_SEALED',
      true,
    ])
  })

  it('leaves no unpacked archive behind', async () => {
    const own = mkdtempSync(join(folder, 'tmp-'))
    execFileSync(process.execPath, ['dist/cli/sealscope.js', 'inspect', gzip], {
      env: { ...process.env, TMPDIR: own },
    })
    expect(readdirSync(own)).toEqual([])
  })

  it.each([
    [`oci-archive:${gzip}`, 'this is no OCI image layout'],
    [`docker-archive:${ociArchive}`, 'the docker archive lacks a file, manifest.json'],
    [`docker-archive:${gzip}:other`, 'found localhost/foo/bar:v1'],
    [`oci-archive:${folder}`, 'found a folder'],
    [join(process.cwd(), 'LICENSE'), 'nothing that can be opened'],
  ])('%s is refused by name', async (source, text) => {
    const run = await sealscope('verify', source)
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain(text)
  })
})

describe('a root directory', () => {
  const root = join(folder, 'root')
  mkdirSync(join(root, 'usr/lib/modules/6.1'), { recursive: true })
  writeFileSync(join(root, 'usr/lib/modules/6.1/vmlinuz'), 'MZ')
  writeFileSync(join(root, 'usr/lib/os-release'), 'ID=example\nVERSION_ID=1\n')
  symlinkSync('loop', join(root, 'loop'))
  symlinkSync('/etc', join(root, 'etc'))
  symlinkSync(process.cwd(), join(root, 'opt'))

  it('has no image and follows no link out of the root', async () => {
    const run = await sealscope('inspect', root, '--json')
    const facts = JSON.parse(run.stdout) as Facts & { os: { id: string } }
    expect([run.code, facts.source.kind, facts.image, facts.os.id]).toEqual([
      0,
      'dir',
      null,
      'example',
    ])
    expect(facts.seal.verdict).toBe('SPLIT_KERNEL')
  })

  it('is checked as bootc checks a root', async () => {
    const run = await sealscope('lint', `dir:${root}`, '--json')
    const { results } = JSON.parse(run.stdout) as { results: { name: string; status: string }[] }
    expect(run.code).toBe(1)
    expect(results.find(({ name }) => name === 'api-base-directories')?.status).toBe('failed')
    // Its etc leads in a circle, where bootc's run ends.
    expect(results.find(({ name }) => name === 'kernel')?.status).toBe('skipped')
  })
})

describe('damage of one layer', () => {
  const damaged = (name: string, change: (bytes: Buffer) => Buffer): string => {
    const copy = join(folder, name)
    cpSync(layout, copy, { recursive: true })
    const blobs = join(copy, 'blobs/sha256')
    const [largest] = readdirSync(blobs)
      .map((file) => join(blobs, file))
      .sort((a, b) => readFileSync(b).length - readFileSync(a).length)
    if (largest !== undefined) writeFileSync(largest, change(readFileSync(largest)))
    return `oci:${copy}`
  }

  it.each([
    ['cut', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2), 'layer-truncated'],
    ['empty', () => Buffer.alloc(0), 'layer-truncated'],
    ['other', (bytes: Buffer) => Buffer.from(bytes).fill(0x41), 'layer-digest'],
  ] as const)(
    '%s: the rest is shown, and nothing is said about the image',
    async (name, change, id) => {
      const source = damaged(name, change)
      const run = await sealscope('inspect', source, '--json')
      const facts = JSON.parse(run.stdout) as Facts
      expect([run.code, facts.seal.verdict]).toEqual([2, null])
      expect(facts.findings.map((finding) => [finding.id, finding.layer])).toContainEqual([id, 0])
      expect((await sealscope('verify', source)).code).toBe(2)
    },
  )
})

describe('lint', () => {
  it('writes SARIF with a rule for each result', async () => {
    const run = await sealscope('lint', 'sample:mismatch', '--sarif')
    const { version, runs } = JSON.parse(run.stdout) as {
      version: string
      runs: {
        tool: { driver: { rules: { id: string }[] } }
        results: { ruleId: string; ruleIndex: number; level: string }[]
      }[]
    }
    const [first] = runs
    expect([run.code, version, first?.results.length]).not.toContain(0)
    for (const { ruleId, ruleIndex, level } of first?.results ?? []) {
      expect(first?.tool.driver.rules[ruleIndex]?.id).toBe(ruleId)
      expect(['error', 'warning', 'note']).toContain(level)
    }
    expect(first?.results.map(({ ruleId }) => ruleId)).toContain('seal-broken')
  })

  it('leaves out what is skipped', async () => {
    const names = async (...skip: string[]) => {
      const run = await sealscope('lint', 'sample:mismatch', '--json', ...skip)
      const { results } = JSON.parse(run.stdout) as {
        results: { name: string; status: string }[]
      }
      return [run.code, results.find(({ name }) => name === 'seal-broken')?.status ?? 'absent']
    }
    expect(await names()).toEqual([1, 'failed'])
    expect(await names('--skip', 'seal-broken')).not.toContain('failed')
  })
})

describe('terminal', () => {
  it('prints the version, and help of each command', async () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string }
    expect(await sealscope('--version')).toMatchObject({
      code: 0,
      stdout: `sealscope ${version}\n`,
    })
    expect((await sealscope('lint', '--help')).stdout).toContain('--fatal-warnings')
    expect((await sealscope('help', 'digest')).stdout).toContain('--erofs VALUE')
  })

  it('passes on no control characters', async () => {
    const run = await sealscope('inspect', 'sample:\u001b[31m\u009b\n')
    expect(run.stderr).toContain('found \\x1b[31m\\x9b\\n')
  })
})
