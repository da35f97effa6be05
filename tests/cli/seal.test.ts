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
  const run = await sealscope('verify', source, '--json', ...options)
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
    expect(accepts.some((row) => row.accepts)).toBe(false)
  })

  it('tells which of two arguments a release reads', async () => {
    const source = await writtenLayout('dual-karg')
    const [newest, older] = [await verified(source), await verified(source, '--bootc', '1.16.2')]
    expect([newest.code, newest.message]).toEqual([0, expect.stringContaining('accepts it')])
    expect(older.code).toBe(1)
    expect(older.message).toContain('yet bootc 1.16.2 takes the image: of 2 digests it takes composefs=') // prettier-ignore
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

  it('refuses a release that is not in the table', async () => {
    const run = await sealscope('verify', 'sample:sealed', '--bootc', '1.12.0')
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('expected 1.16.0 to 1.16.9, or any, found 1.12.0')]) // prettier-ignore
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
