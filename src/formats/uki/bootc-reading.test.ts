import { beforeAll, describe, expect, it } from 'vitest'
import { golden, loadBanks, ukiCase } from './testing/golden'
import { scanUki } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

/** The line that `bootc container inspect` prints, or null. */
function answer(bytes: Uint8Array): string | null {
  const { cmdline } = scanUki(bytes, banks).bootc
  return cmdline.kind === 'error' ? `error: ${cmdline.error}` : null
}

describe('what bootc container inspect 1.16.9 says', () => {
  it.each(golden.cases)('$name', ({ bytes, bootc }) => {
    expect(answer(bytes)).toBe(bootc)
  })

  it.each(golden.small)('$name: $about', ({ content, bootc }) => {
    expect(answer(new Uint8Array(Buffer.from(content, 'base64')))).toBe(bootc)
  })
})

describe('the command line as bootc has it', () => {
  it('is VirtualSize bytes of the first .cmdline, NULs and all', () => {
    const text = (name: string) => scanUki(ukiCase(name).bytes, banks).bootc.cmdline
    expect(text('cmdline-inner-nul')).toMatchObject({
      text: expect.stringContaining('\0rw hidden=1'),
    })
    expect(text('duplicate-sections')).toMatchObject({ text: expect.stringMatching(/^first /) })
    expect(text('section-zero-vsize')).toEqual({ kind: 'text', text: '' })
    expect(text('dtbauto.addon')).toEqual({ kind: 'missing' })
  })
})
