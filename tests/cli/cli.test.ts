import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { sealscope } from './run'

describe('verify', () => {
  it.each([
    ['sealed', [], 0],
    ['sealed', ['--bootc', '1.16.2'], 1],
    ['sealed-old-bootc', [], 1],
    ['sealed-old-bootc', ['--bootc', '1.16.2'], 0],
    ['sealed-old-bootc', ['--bootc', 'any'], 0],
    ['mismatch', [], 1],
    ['mismatch', ['--bootc', 'any'], 1],
    ['verity-optional', [], 1],
    ['classic', [], 1],
  ] as const)('sample:%s %j ends with %i', async (name, options, code) => {
    const run = await sealscope('verify', `sample:${name}`, ...options, '--json')
    expect(run.code).toBe(code)
    expect(JSON.parse(run.stdout)).toMatchObject({ schema: 'sealscope.verify/1' })
  })

  it('says what bootc would say of another digest', async () => {
    const run = await sealscope('verify', 'sample:mismatch')
    expect(run.stdout).toMatch(/The UKI has the wrong composefs= parameter \(is '[0-9a-f]{128}'/)
  })
})

describe('inspect', () => {
  it('prints facts that can be opened again', async () => {
    const first = await sealscope('inspect', 'sample:sealed', '--json')
    const file = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'facts.json')
    writeFileSync(file, first.stdout)
    const again = await sealscope('inspect', `facts:${file}`, '--json')
    expect(again.stdout).toBe(first.stdout)
    expect(JSON.parse(first.stdout)).toMatchObject({
      schema: 'sealscope.facts/1',
      os: { id: 'example', versionId: '43' },
      kernel: { unified: true },
      selinuxPolicy: 'targeted',
      seal: { verdict: 'UKI_SEALED', proof: { holds: true } },
      evidence: { complete: true, verified: true },
    })
  })

  it('reads the initramfs of a classic image', async () => {
    const facts = JSON.parse((await sealscope('inspect', 'sample:classic', '--json')).stdout) as {
      initrdModules: string[]
    }
    expect(facts.initrdModules).toContain('bootc')
  })
})

describe('digest', () => {
  it('writes the EROFS image whose digest it prints', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'image.erofs')
    const run = await sealscope('digest', 'sample:sealed', '--erofs', 'v1', '-o', file)
    expect(run).toEqual({ code: 0, stdout: '', stderr: '' })
    expect(readFileSync(file).readUInt32LE(1024)).toBe(0xe0f5e1e2)
  })

  it('lists fifteen forms, and thirty with --all', async () => {
    const count = async (...options: string[]) => {
      const run = await sealscope('digest', 'sample:sealed', '--json', ...options)
      return (JSON.parse(run.stdout) as { candidates: unknown[] }).candidates.length
    }
    expect([await count(), await count('--all')]).toEqual([15, 30])
  })
})

describe('manifest', () => {
  const request = {
    name: 'folder/one',
    image_type: 'qcow2',
    effective_seed_text: '7',
    bootc: {
      imgref: 'example.org/os',
      arch: 'x86_64',
      default_root_fs: 'ext4',
      size: 1_000_000_000,
    },
    os_info: { os_release: { id: 'example', version_id: '43', name: 'Example' } },
  }
  const folder = mkdtempSync(join(tmpdir(), 'sealscope-'))
  const file = join(folder, 'request.json')

  it('prints what it writes for several cases', async () => {
    writeFileSync(file, JSON.stringify(request))
    const one = await sealscope('manifest', '--request', file, '--mock-containers')
    writeFileSync(file, JSON.stringify({ cases: [request] }))
    const many = await sealscope('manifest', '--request', file, '--mock-containers', '-o', folder)
    expect([one.code, many.code]).toEqual([0, 0])
    expect(readFileSync(join(folder, 'folder/one.manifest.json'), 'utf8')).toBe(one.stdout)
    expect(one.stdout).toContain('org.osbuild.bootc.install-to-filesystem')
  })

  it('refuses a container whose digests it does not know', async () => {
    writeFileSync(file, JSON.stringify(request))
    const run = await sealscope('manifest', '--request', file)
    expect([run.code, run.stdout]).toEqual([2, ''])
    expect(run.stderr).toContain('example.org/os')
  })
})

describe('uki', () => {
  it('measures the UKI of a sample', async () => {
    const layout = join(process.cwd(), 'dist/samples/sealed')
    const facts = JSON.parse((await sealscope('inspect', `oci:${layout}`, '--json')).stdout) as {
      ukis: { sections: { name: string }[]; signatures: unknown[] }[]
    }
    expect(facts.ukis[0]?.signatures).toMatchObject([
      { signer: 'CN=Example Linux Secure Boot', digestMatches: true, signatureValid: true },
    ])
    expect(facts.ukis[0]?.sections.map(({ name }) => name)).toContain('.linux')
  })

  it('says of a file that is no PE why it is none', async () => {
    const run = await sealscope('uki', join(process.cwd(), 'LICENSE'), '--json')
    expect(run.code).toBe(0)
    const { error, sections } = JSON.parse(run.stdout) as { error: string; sections: unknown[] }
    expect(error).not.toBeNull()
    expect(sections).toEqual([])
  })
})

describe('bad usage and bad input', () => {
  it.each([
    [[], 'no command'],
    [['frobnicate'], 'unknown command "frobnicate"'],
    [['inspect'], 'expected 1 argument'],
    [['inspect', 'sample:nothing'], 'there is no such sample'],
    [['inspect', 'oci:/does/not/exist'], 'does not exist'],
    [['inspect', 'sample:sealed', '--frob'], "Unknown option '--frob'"],
    [['verify', 'sample:sealed', '--bootc', '0.1'], 'this is no bootc release'],
    [['inspect', 'sample:sealed', '--platform', 'x'], 'expected OS/ARCH'],
  ])('%j', async (args, text) => {
    const run = await sealscope(...args)
    expect(run.code).toBe(2)
    expect(run.stderr.trimEnd().split('\n')).toHaveLength(1)
    expect(run.stderr).toMatch(/^error: /)
    expect(run.stderr).toContain(text)
  })

  it('with --json the error is a document, too', async () => {
    const run = await sealscope('inspect', 'sample:nothing', '--json')
    expect(JSON.parse(run.stdout)).toMatchObject({
      schema: 'sealscope.error/1',
      error: { code: 'no-such-sample' },
    })
  })
})
