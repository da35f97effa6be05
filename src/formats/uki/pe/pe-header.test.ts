import { expect, it } from 'vitest'
import { loadKernels } from '../../../base/hash/testing/load'
import { headerBytesNeeded, notPeReason, readPeHeader, readSectionHeaders } from './pe-header'

const kernels = await loadKernels()

/** A PE32+ file of headers alone, with `sections` sections of 16 bytes behind each other. */
function peFile(sections: number, offset = 64): Uint8Array {
  const table = offset + 24 + 240
  const bytes = new Uint8Array(table + 40 * sections)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, 0x5a4d, true)
  view.setUint32(0x3c, offset, true)
  view.setUint32(offset, 0x4550, true)
  view.setUint16(offset + 4, 0x8664, true)
  view.setUint16(offset + 6, sections, true)
  view.setUint16(offset + 20, 240, true)
  view.setUint16(offset + 24, 0x20b, true)
  view.setUint32(offset + 24 + 24, 0x89abcdef, true)
  view.setUint32(offset + 24 + 28, 0x01234567, true)
  view.setUint32(offset + 24 + 108, 16, true)
  for (let index = 0; index < sections; index++) {
    const at = table + 40 * index
    view.setUint8(at, 65 + (index % 26))
    view.setUint32(at + 8, index, true)
    view.setUint32(at + 16, 16, true)
    view.setUint32(at + 20, 16 * index, true)
  }
  return bytes
}

it('says exactly what is no PE file, and where', () => {
  const reason = (bytes: Uint8Array) => notPeReason(kernels, bytes, bytes.length)
  expect(reason(new Uint8Array(0))).toBe('the file is empty')
  expect(reason(new Uint8Array(63))).toBe('expected a DOS header of 64 bytes, found 63')
  const far = peFile(0)
  far[0x3f] = 0xff
  expect(reason(far)).toBe('e_lfanew points to byte 4278190144, expected a PE header within 328 bytes') // prettier-ignore
  const other = peFile(0)
  other[65] = 0x46
  expect(reason(other)).toBe('expected PE\\0\\0 at byte 64, found 50 46 0 0')
  expect(reason(peFile(1))).toBeNull()
})

it('asks for the bytes that it needs, and no more', () => {
  const bytes = peFile(3, 1000)
  const needed = (size: number) => headerBytesNeeded(kernels, bytes.subarray(0, size), bytes.length)
  expect([0, 64, 1024].map(needed)).toEqual([64, 1024, bytes.length])
})

it('reads 64 bits of an image base, and what is not there as zero', () => {
  const bytes = peFile(2)
  const header = readPeHeader(kernels, bytes, bytes.length)
  expect(header).toMatchObject({ offset: 64, numberOfSections: 2, sectionTable: 328, imageBase: '81985529216486895', strict: true }) // prettier-ignore
  const cut = readPeHeader(kernels, bytes.subarray(0, 90), bytes.length)
  expect(cut).toMatchObject({ magic: 0x20b, imageBase: '0', numberOfDirectories: 0, strict: false })
})

it('reads tables that are longer than its memory, as far as they are there', () => {
  const bytes = peFile(10_000)
  const header = readPeHeader(kernels, bytes, bytes.length)
  if (header === null) throw new TypeError('no header')
  const sections = readSectionHeaders(kernels, bytes.subarray(0, -20), header, 100_000)
  expect(sections).toHaveLength(9999)
  const byName = sections.every(({ rawName }, index) => rawName.charCodeAt(0) === 65 + (index % 26))
  expect(byName).toBe(true)
  expect(sections.every(({ virtualSize }, index) => virtualSize === index)).toBe(true)
  expect(sections.findIndex(({ outside }) => outside)).toBe(6250)
})
