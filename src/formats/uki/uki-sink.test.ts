import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from 'vitest'
import type { CreateHasher } from '../../base/hash/hashing'
import type { UkiScan } from './scan'
import { scanTools } from './digest-set'
import { golden, loadBanks, ukiCase } from './testing/golden'
import { decodeUtf8 } from '../../base/utf8'
import { KEEP_LIMIT, scanUki, ukiSink } from './uki-sink'

let banks: Awaited<ReturnType<typeof loadBanks>>
beforeAll(async () => {
  banks = await loadBanks()
})

function scanInSteps(bytes: Uint8Array, step: number): UkiScan {
  const sink = ukiSink(bytes.length, banks, { initrd: true })
  for (let at = 0; at < bytes.length; at += step) sink.push(bytes.subarray(at, at + step))
  return sink.end()
}

describe.each(golden.cases)('$name', (item) => {
  it('has the sections that pefile sees, with the content that memory holds', () => {
    const scan = scanUki(item.bytes, banks)
    expect(scan.sha256).toBe(item.sha256)
    const found = scan.sections.slice(0, 40).map((section) => ({
      name: section.name,
      virtual_size: section.virtualSize,
      virtual_address: section.virtualAddress,
      raw_size: section.rawSize,
      raw_offset: section.rawOffset,
      characteristics: section.characteristics,
      content_sha256: section.digests?.sha256 ?? null,
      trailing: section.trailing ?? 0,
    }))
    const expected = item.sections.map((section) => ({
      name: section.name,
      virtual_size: section.virtual_size,
      virtual_address: section.virtual_address,
      raw_size: section.raw_size,
      raw_offset: section.raw_offset,
      characteristics: Number(section.characteristics),
      content_sha256: section.content_sha256,
      trailing: section.nonzero_bytes_after_virtual_size ?? 0,
    }))
    expect(found).toEqual(expected)
  })

  it('has the texts that are UTF-8', () => {
    const scan = scanUki(item.bytes, banks)
    item.sections.forEach((section, index) => {
      if (!('text' in section)) return
      const text = scan.sections[index]?.text
      expect(text === undefined || text === null ? null : decodeUtf8(text)).toBe(section.text)
    })
  })

  it('has the header fields that pefile reads', () => {
    const { header, error } = scanUki(item.bytes, banks)
    if (item.pe.error !== undefined) {
      expect(header).toBeNull()
      expect(error).not.toBeNull()
      return
    }
    expect({
      machine: header?.machine,
      magic: header?.magic,
      subsystem: header?.subsystem,
      image_version: header?.imageVersion.join('.'),
      e_lfanew: header?.offset,
      number_of_sections: header?.numberOfSections,
      size_of_optional_header: header?.sizeOfOptionalHeader,
      image_base: Number(header?.imageBase),
      entry_point: header?.entryPoint,
      section_alignment: header?.sectionAlignment,
      file_alignment: header?.fileAlignment,
      size_of_image: header?.sizeOfImage,
      size_of_headers: header?.sizeOfHeaders,
      checksum: header?.checkSum,
      dll_characteristics: header?.dllCharacteristics,
      number_of_rva_and_sizes: header?.numberOfDirectories,
      time_date_stamp: header?.timeDateStamp,
    }).toEqual({
      machine: Number(item.pe.machine),
      magic: Number(item.pe.magic),
      subsystem: item.pe.subsystem,
      image_version: item.pe.image_version,
      e_lfanew: item.pe.e_lfanew,
      number_of_sections: item.pe.number_of_sections,
      size_of_optional_header: item.pe.size_of_optional_header,
      image_base: item.pe.image_base,
      entry_point: item.pe.entry_point,
      section_alignment: item.pe.section_alignment,
      file_alignment: item.pe.file_alignment,
      size_of_image: item.pe.size_of_image,
      size_of_headers: item.pe.size_of_headers,
      checksum: item.pe.checksum,
      dll_characteristics: Number(item.pe.dll_characteristics),
      number_of_rva_and_sizes: item.pe.number_of_rva_and_sizes,
      time_date_stamp: item.pe.time_date_stamp,
    })
  })

  it('tells the stub and the kernel', () => {
    const scan = scanUki(item.bytes, banks)
    expect(scan.marker).toEqual(item.loaderInfo)
    const kernel = scan.sections.find(({ name }) => name === '.linux')?.kernel ?? null
    if (item.linux === null) return
    expect(kernel?.version).toBe(item.linux.version ?? null)
    expect(kernel?.banner).toBe(item.linux.banner ?? null)
  })

  it('is read the same however it is cut', () => {
    const whole = scanUki(item.bytes, banks, { initrd: true })
    expect(scanInSteps(item.bytes, 4099)).toEqual(whole)
    expect(scanInSteps(item.bytes, 61)).toEqual(whole)
  })
})

describe('digests', () => {
  it('computes those that have a factory, and no other', () => {
    const { bytes } = ukiCase('x64-262-sbsign')
    const { sections, authenticode } = scanUki(bytes, scanTools(banks.kernels))
    expect(Object.keys(authenticode)).toEqual(['sha256'])
    expect(sections.every(({ digests }) => Object.keys(digests ?? {}).join() === 'sha256')).toBe(
      true,
    )
    const all = scanUki(bytes, banks).sections.find(({ name }) => name === '.linux')
    const content = bytes.subarray(all?.rawOffset, (all?.rawOffset ?? 0) + (all?.virtualSize ?? 0))
    for (const bank of ['sha1', 'sha256', 'sha384', 'sha512'] as const) {
      expect(all?.digests?.[bank]).toBe(createHash(bank).update(content).digest('hex'))
    }
  })

  it('keeps few hashers open at a time', () => {
    let open = 0
    let most = 0
    const counting: CreateHasher = () => {
      const hasher = banks.sha256()
      most = Math.max(most, ++open)
      const digest = () => {
        open--
        return hasher.digest()
      }
      return { update: (chunk) => hasher.update(chunk), digest }
    }
    for (const { bytes } of golden.cases)
      scanUki(bytes, { sha256: counting, kernels: banks.kernels })
    // File, section and Authenticode, of the file and of the kernel in it.
    expect(most).toBeLessThanOrEqual(6)
    expect(open).toBe(0)
  })
})

describe('odd files', () => {
  it('says when the file is shorter or longer than announced', () => {
    const { bytes } = ukiCase('x64-262-sbsign')
    for (const size of [bytes.length - 1, bytes.length + 1]) {
      const sink = ukiSink(size, banks)
      sink.push(bytes)
      expect(sink.end().error).toBe(`the file has ${bytes.length} bytes, expected ${size}`)
    }
  })

  it('reads a header that lies behind the sections', () => {
    const { bytes } = ukiCase('cmdline-sha256')
    const moved = moveHeader(bytes)
    const scan = scanUki(moved, banks)
    const plain = scanUki(bytes, banks)
    const texts = (of: UkiScan) => of.sections.map(({ name, digests }) => [name, digests?.sha256])
    expect(texts(scan)).toEqual(texts(plain))
    expect(scan.bootc).toEqual(plain.bootc)
  })

  it('refuses headers behind the first 64 MiB in words', () => {
    const start = new Uint8Array(64)
    new DataView(start.buffer).setUint32(0x3c, KEEP_LIMIT, true)
    const sink = ukiSink(KEEP_LIMIT + 4096, scanTools(banks.kernels))
    sink.push(start)
    for (let left = KEEP_LIMIT + 4096 - 64; left > 0; left -= 65_536) {
      sink.push(new Uint8Array(Math.min(left, 65_536)))
    }
    const { error, bootc } = sink.end()
    expect(error).toMatch(/headers end at byte \d+, expected within the first 67108864/)
    expect(bootc.cmdline.kind).toBe('error')
  })

  it('reads overlapping sections of a large file as far as one pass allows', () => {
    const { bytes } = ukiCase('section-overlap')
    const large = new Uint8Array(KEEP_LIMIT + 1)
    large.set(bytes)
    const scan = scanUki(large, scanTools(banks.kernels))
    const small = scanUki(bytes, scanTools(banks.kernels))
    expect(scan.sections).toEqual(small.sections)
    expect(scan.authenticode).toEqual({})
    expect(small.authenticode.sha256).toBe(ukiCase('section-overlap').authenticode?.own)
  })

  it('bounds the work for many sections over the same bytes', () => {
    const bytes = manySections(4000, 200_000)
    const started = Date.now()
    const scan = scanUki(bytes, scanTools(banks.kernels))
    expect(scan.sections).toHaveLength(4000)
    expect(scan.warnings.map(({ id }) => id)).toContain('sections-overlap')
    expect(Date.now() - started).toBeLessThan(5000)
  })
})

/** The same file with its PE header and section table at the end. */
function moveHeader(bytes: Uint8Array): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const offset = view.getUint32(0x3c, true)
  const size = 24 + view.getUint16(offset + 20, true) + 40 * view.getUint16(offset + 6, true)
  const moved = new Uint8Array(bytes.length + size)
  moved.set(bytes)
  moved.set(bytes.subarray(offset, offset + size), bytes.length)
  new DataView(moved.buffer).setUint32(0x3c, bytes.length, true)
  return moved
}

function manySections(count: number, rawSize: number): Uint8Array {
  const { bytes } = ukiCase('cmdline-sha256')
  const offset = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0x3c, true)
  const file = new Uint8Array(rawSize)
  file.set(bytes.subarray(0, 1024))
  const view = new DataView(file.buffer)
  view.setUint16(offset + 6, count, true)
  const table = offset + 24 + view.getUint16(offset + 20, true)
  for (let index = 0; index < count; index++) {
    const at = table + 40 * index
    file.set([0x2e, 0x61 + (index % 26)], at)
    view.setUint32(at + 8, rawSize, true)
    view.setUint32(at + 16, rawSize, true)
    view.setUint32(at + 20, 0, true)
  }
  return file
}
