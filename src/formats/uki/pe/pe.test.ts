import { beforeAll, describe, expect, it } from 'vitest'
import { writePe } from '../../../../samples/pe-writer'
import { identifyKernel, machineName, stubVersion } from './pe'
import { readSbat } from '../sbat'
import { golden, loadBanks, ukiCase } from '../testing/golden'
import { scanUki } from '../uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

describe('bootctl kernel-identify 262', () => {
  it.each(golden.cases)('$name', ({ bytes, kernelIdentify }) => {
    expect(identifyKernel(scanUki(bytes, banks))).toBe(kernelIdentify)
  })
})

describe('the machine', () => {
  it('is named as uname does', () => {
    const machine = (name: string) => machineName(scanUki(ukiCase(name).bytes, banks))
    expect(machine('x64-262-sbsign')).toBe('x86_64')
    expect(machine('aa64-252-unsigned')).toBe('aarch64')
    expect(machine('pe32-ia32')).toBe('i686')
    expect(machine('not-a-pe')).toBeNull()
  })
})

describe('the stub', () => {
  it('comes from the marker, the image version or the SBAT row', () => {
    const stub = (bytes: Uint8Array) => {
      const found = stubVersion(scanUki(bytes, banks))
      return found === null ? null : `${found.product} ${found.version}`
    }
    const linux = { name: '.linux', content: 'x' }
    expect(stub(ukiCase('x64-257-pcrsig').bytes)).toBe('systemd-stub 257.13-1~deb13u1')
    expect(stub(writePe([linux], [258, 2]))).toBe('systemd-stub 258.2')
    expect(stub(writePe([linux], [0, 0]))).toBeNull()
    const row = 'systemd-stub,1,The systemd Developers,systemd,256,https://systemd.io/\n'
    expect(stub(writePe([linux, { name: '.sbat', content: row }], [0, 0]))).toBe('systemd-stub 256')
    expect(stub(writePe([{ name: '.text', content: 'x' }], [258, 2]))).toBeNull()
  })
})

describe('.sbat', () => {
  const withSbat = golden.cases.filter(({ sbat }) => sbat !== null)
  it.each(withSbat)('of $name as shim reads it', ({ bytes, sbat }) => {
    const section = scanUki(bytes, banks).sections.find(({ name }) => name === '.sbat')
    const found = readSbat(section?.text ?? new Uint8Array(0))
    expect(found.rows).toEqual(sbat?.rows)
    expect(found.refused === null).toBe(sbat?.status === '0x0')
  })

  it('is refused with an empty column or no rows', () => {
    const read = (text: string) => readSbat(new TextEncoder().encode(text))
    expect(read('a,1,v,p,1,u\r\n\r\nb,1,,p,1,u\n').refused).toMatch(/row 2 needs 6 columns/)
    expect(read('\n\0').refused).toBe('it has no rows')
    expect(read('a,1,v,p,1,u,more\0b,2,v,p,1,u').rows).toEqual([
      ['a', '1', 'v', 'p', '1', 'u'],
      ['b', '2', 'v', 'p', '1', 'u'],
    ])
  })
})
