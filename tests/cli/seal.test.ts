import { describe, expect, it } from 'vitest'
import { writtenLayout } from './layouts'
import { sealscope } from './run'

interface Verified {
  message: string
  karg: string | null
  accepts: { bootc: string; repository: string; accepts: boolean; why: string }[]
  causes: { id: string; message: string; paths: string[]; layer: number | null }[]
}

async function verified(
  source: string,
  ...options: string[]
): Promise<Verified & { code: number }> {
  const run = await sealscope('verify', source, '--check', 'seal', '--json', ...options)
  return { ...(JSON.parse(run.stdout) as Verified), code: run.code }
}

describe('verify of golden layouts', () => {
  it('proves what was sealed, and prints the argument that would be right', async () => {
    const source = await writtenLayout('mismatch-extra-layer')
    const { code, causes, karg } = await verified(source)
    expect([code, causes.map(({ id, layer }) => [id, layer])]).toEqual([1, [['later-layers', 3]]])
    const text = (await sealscope('verify', source)).stdout
    expect(text).toContain('why: the seal is that of the image without layer 3 (EROFS V1) (proved, search)\n       /usr/bin/late\n') // prettier-ignore
    expect(text).toContain(`\nkarg: ${karg ?? ''}\n`)
    expect(karg).toBe((await sealscope('digest', source, '--karg')).stdout.trim())
    expect((await sealscope('compare', source, source)).stdout).toBe(
      `nothing differs\nfor both: build the UKI with ${karg ?? ''}\n`,
    )
  })

  it('says that a right digest in the newer argument alone is not enough', async () => {
    const { code, message, accepts } = await verified(await writtenLayout('cfsctl-karg'))
    expect(code).toBe(0)
    expect(message).toMatch(/^the seal holds: .*, bootc 1.16.4-1.16.9 computes it; but with composefs.digest= alone/) // prettier-ignore
    expect(accepts.filter((row) => row.accepts).map(({ bootc }) => bootc)).toEqual([
      'next',
      'next',
      'next',
    ])
  })

  it('tells which of two arguments a release reads', async () => {
    const source = await writtenLayout('dual-karg')
    const [newest, older] = [await verified(source), await verified(source, '--bootc', '1.16.2')]
    expect([newest.code, newest.message]).toEqual([0, expect.stringContaining('accepts it')])
    expect([older.code, older.message]).toEqual([0, expect.stringContaining('bootc 1.16.0-1.16.2 accepts it')]) // prettier-ignore
  })

  it.each([
    ['malformed-karg', /^Parsing composefs=: .*got 16 hex chars, expected 128/, 'malformed-karg'],
    ['sha256-karg', /bootc 1\.16\.4-1\.16\.9 refuses it: .*SHA-512 digests only/, 'sha256-karg'],
    ['multi-member-layers', /bootc 1\.16\.4-1\.16\.9 cannot import this image: layers 0 and 1/, 'multi-frame-layers'],
    ['missing-parent', /^bootc cannot import this image: layer 0, opt\/x\/file/, 'import'],
    ['no-usr', /^bootc cannot import this image: Directory entry "usr" does not exist/, 'import'],
    ['sealed-v2-old-bootc', /computes another digest and refuses it$/, 'old-release'],
  ])('%s: the reason, and its cause', async (name, message, cause) => {
    const result = await verified(await writtenLayout(name))
    expect([result.code, result.causes[0]?.id]).toEqual([1, cause])
    expect(result.message).toMatch(message)
  }) // prettier-ignore

  it.each([
    ['1.12.0', 1, 'judged as bootc 1.16.0, the oldest that is'],
    ['1.17.0', 0, 'judged as bootc 1.16.13, the nearest older one'],
  ])(
    'answers for %s, which is not in the table, by the nearest one',
    async (bootc, code, words) => {
      const run = await sealscope('verify', 'sample:sealed', '--bootc', bootc)
      expect([run.code, run.stderr]).toEqual([code, expect.stringContaining(`warning: bootc ${bootc} is not in the table: ${words}`)]) // prettier-ignore
    },
  )

  it('knows what the release to come writes', async () => {
    const karg = (await sealscope('digest', 'sample:sealed', '--karg', '--bootc', 'next')).stdout
    expect(karg).toMatch(/^composefs\.digest=v1-sha512-12:[0-9a-f]{128} composefs=[0-9a-f]{128}\n$/)
  })
})

describe('the kernel argument of a tree', () => {
  it('is what the asked release writes', async () => {
    const source = await writtenLayout('sealed-v2-old-bootc')
    const [newer, older] = [
      (await sealscope('digest', source, '--karg')).stdout,
      (await sealscope('digest', source, '--karg', '--bootc', '1.16.2')).stdout,
    ]
    expect([newer, older]).toEqual([expect.stringMatching(/^composefs=[0-9a-f]{128}\n$/), expect.stringMatching(/^composefs=[0-9a-f]{128}\n$/)]) // prettier-ignore
    expect(newer).not.toBe(older)
    const claimed = JSON.parse((await sealscope('inspect', source, '--json')).stdout) as { seal: { claimed: { digest: string }[] } } // prettier-ignore
    expect(older.trim()).toBe(`composefs=${claimed.seal.claimed[0]?.digest ?? ''}`)
  })

  it('is an error where the tree has no digest', async () => {
    const run = await sealscope('digest', await writtenLayout('no-kernel'), '--karg')
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('"boot" does not exist')])
  })

  it('is told for both sides of a comparison', async () => {
    const [a, b] = [await writtenLayout('sealed-v1'), await writtenLayout('mismatch-extra-layer')]
    const run = await sealscope('compare', a, b)
    expect(run.code).toBe(1)
    expect(run.stdout).toMatch(/\nfor the first one: build the UKI with composefs=[0-9a-f]{128}\nfor the second one: build the UKI with composefs=[0-9a-f]{128}\n$/) // prettier-ignore
  })
})

describe('the checks of verify', () => {
  it.each([
    [[], 1],
    [['--check', 'seal'], 1],
    [['--check', 'import', '--check', 'install', '--check', 'boot'], 0],
    [['--check', 'secure-boot'], 1],
  ] as const)('of an image that is not sealed: %j', async (options, code) => {
    expect((await sealscope('verify', 'sample:classic', ...options)).code).toBe(code)
  })

  it('are told in one line each, with host columns', async () => {
    const { stdout } = await sealscope('verify', 'sample:sealed')
    expect(stdout).toMatch(/^yes: the seal holds: v1\/.*\n  import {7}yes {6}.*\n  seal {9}yes .*\n  install {6}yes .*\n  boot {9}yes .*\n  secure-boot  yes /) // prettier-ignore
    expect(stdout).toContain('fresh disk   V1 host      V2 host\n')
    expect(stdout).toContain('"erofs_formats": {"default": 1} in /sysroot/composefs/meta.json')
    expect((await sealscope('inspect', 'sample:sealed')).stdout).toContain(
      '\nChecks\n  import       yes',
    )
  })

  it('refuse what they do not know', async () => {
    expect((await sealscope('verify', 'sample:sealed', '--check', 'all')).code).toBe(2)
    expect((await sealscope('verify', 'sample:sealed', '--repository', 'v3')).code).toBe(2)
  })
})
