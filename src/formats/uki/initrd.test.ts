import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { initrdModulesSink, initrdSink } from './initrd'
import { golden, loadBanks, ukiCase } from './testing/golden'
import { scanUki } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

const MODULES = 'usr/lib/dracut/modules.txt'

/** A "newc" archive of regular files. */
function cpio(files: Record<string, string>): Buffer {
  const parts = [...Object.entries(files), ['TRAILER!!!', ''] as const].map(([name, content]) => {
    const field = (value: number) => value.toString(16).padStart(8, '0')
    const mode = name === 'TRAILER!!!' ? 0 : 0o100644
    const numbers = [1, mode, 0, 0, 1, 0, content.length, 0, 0, 0, 0, name.length + 1, 0]
    const head = Buffer.from(`070701${numbers.map(field).join('')}${name}\0`)
    return Buffer.concat([padded(head), padded(Buffer.from(content))])
  })
  return Buffer.concat(parts)
}

function padded(bytes: Buffer, to = 4): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)])
}

function modules(bytes: Uint8Array, step = 1000): string[] | null {
  const sink = initrdModulesSink(banks.kernels)
  for (let at = 0; at < bytes.length; at += step) sink.push(bytes.subarray(at, at + step))
  return sink.end()
}

describe('lsinitrd 112 --mod', () => {
  const withInitrd = golden.cases.filter(({ lsinitrd }) => lsinitrd !== null)
  it.each(withInitrd)('$name', ({ bytes, lsinitrd }) => {
    const { sections } = scanUki(bytes, banks, { initrd: true })
    const found = sections.find((section) => section.name === '.initrd')
    expect(found?.initrd?.modules ?? null).toEqual(lsinitrd)
  })

  it('is only looked for when asked', () => {
    const { sections } = scanUki(ukiCase('x64-262-sbsign').bytes, banks)
    expect(sections.every(({ initrd }) => initrd === null)).toBe(true)
  })
})

describe('the parts of an initramfs', () => {
  const list = cpio({ 'etc/x': 'abc', [MODULES]: 'bash\nostree\n' })
  const early = padded(
    cpio({ early_cpio: '1', 'kernel/x86/microcode/GenuineIntel.bin': 'ucode' }),
    512,
  )

  it('are read in any order and however they are cut', () => {
    for (const step of [1, 7, 100_000]) {
      expect(modules(list, step)).toEqual(['bash', 'ostree'])
      expect(modules(Buffer.concat([early, list]), step)).toEqual(['bash', 'ostree'])
      expect(modules(Buffer.concat([early, gzipSync(list)]), step)).toEqual(['bash', 'ostree'])
    }
  })

  it('are without a list when all was read and none was there', () => {
    expect(modules(early)).toEqual([])
    expect(modules(Buffer.concat([early, gzipSync(early), Buffer.alloc(8)]))).toEqual([])
  })

  it('are not known when something cannot be read', () => {
    expect(modules(Buffer.concat([early, Buffer.from('BZh91AY&SY')]))).toBeNull()
    expect(modules(Buffer.concat([early, Buffer.from('no archive')]))).toBeNull()
    expect(modules(list.subarray(0, 150))).toBeNull()
    expect(modules(gzipSync(list).subarray(0, 40))).toBeNull()
    expect(modules(gzipSync(gzipSync(gzipSync(list))))).toBeNull()
  })

  it('does not read a list of absurd size', () => {
    expect(modules(cpio({ [MODULES]: 'x\n'.repeat(600_000) }))).toEqual([])
  })
})

describe('the listing of an initramfs', () => {
  const first = cpio({ early_cpio: '1', 'kernel/x86/microcode/AuthenticAMD.bin': 'ucode' })
  const second = gzipSync(cpio({ 'etc/x': 'abc', [MODULES]: 'bash\nbootc\n' }))
  const third = cpio({ './usr/lib/systemd/system/bootc-root-setup.service': '[Unit]' })
  const whole = Buffer.concat([padded(first, 512), padded(second), gzipSync(third), padded(third)])

  it.each([1, 13, whole.length])('names parts with offsets and sizes (in pieces of %d)', (step) => {
    const sink = initrdSink(banks.kernels)
    for (let at = 0; at < whole.length; at += step) sink.push(whole.subarray(at, at + step))
    const { parts, modules, names, problem } = sink.end()
    const at = padded(first, 512).length
    const then = at + padded(second).length
    expect(parts).toEqual([
      { offset: 0, size: first.length, compression: 'none', unpackedSize: null, entries: 2, microcode: true },
      { offset: at, size: second.length, compression: 'gzip', unpackedSize: cpio({ 'etc/x': 'abc', [MODULES]: 'bash\nbootc\n' }).length, entries: 2, microcode: false },
      { offset: then, size: gzipSync(third).length, compression: 'gzip', unpackedSize: third.length, entries: 1, microcode: false },
      { offset: then + gzipSync(third).length, size: third.length, compression: 'none', unpackedSize: null, entries: 1, microcode: false },
    ]) // prettier-ignore
    expect(modules).toEqual(['bash', 'bootc'])
    expect(names.filter((name) => name.endsWith('.service'))).toHaveLength(2)
    expect(problem).toBeNull()
  })

  it('says why it stops', () => {
    const sink = initrdSink(banks.kernels)
    sink.push(whole.subarray(0, 1000))
    expect(sink.end().problem).toBe('it ends within an archive')
  })
})
