import { concat, encode } from './tar-writer'

export interface PeSection {
  name: string
  content: Uint8Array | string
}

const FILE_ALIGNMENT = 512
const SECTION_ALIGNMENT = 4096
const PE_OFFSET = 0x80
const OPTIONAL_HEADER_SIZE = 240
const MACHINE_X64 = 0x8664
const EFI_APPLICATION = 10

/**
 * A PE32+ EFI application with these sections, laid out as ukify lays out a UKI: raw data aligned
 * to 512 bytes, virtual addresses to 4096, VirtualSize the length of the content (PE/COFF §3–4).
 * `version` goes into MajorImageVersion/MinorImageVersion, as systemd's stub does.
 */
export function writePe(sections: readonly PeSection[], version: [number, number]): Uint8Array {
  const contents = sections.map((section) =>
    typeof section.content === 'string' ? encode(section.content) : section.content,
  )
  const headerSize = align(
    PE_OFFSET + 24 + OPTIONAL_HEADER_SIZE + 40 * sections.length,
    FILE_ALIGNMENT,
  )
  const head = new Uint8Array(headerSize)
  const view = new DataView(head.buffer)
  const parts: Uint8Array[] = [head]
  let rawOffset = headerSize
  let address = align(headerSize, SECTION_ALIGNMENT)
  sections.forEach((section, index) => {
    const content = contents[index] ?? new Uint8Array(0)
    const rawSize = align(content.length, FILE_ALIGNMENT)
    const at = PE_OFFSET + 24 + OPTIONAL_HEADER_SIZE + 40 * index
    head.set(encode(section.name.slice(0, 8)), at)
    view.setUint32(at + 8, content.length, true)
    view.setUint32(at + 12, address, true)
    view.setUint32(at + 16, rawSize, true)
    view.setUint32(at + 20, rawOffset, true)
    view.setUint32(at + 36, section.name === '.text' ? 0x60000020 : 0x40000040, true)
    const raw = new Uint8Array(rawSize)
    raw.set(content)
    parts.push(raw)
    rawOffset += rawSize
    address += align(Math.max(content.length, 1), SECTION_ALIGNMENT)
  })
  writeHeaders(view, sections.length, headerSize, address, version)
  return concat(parts)
}

function writeHeaders(
  view: DataView,
  sections: number,
  headerSize: number,
  imageSize: number,
  version: [number, number],
): void {
  view.setUint16(0, 0x5a4d, true)
  view.setUint32(0x3c, PE_OFFSET, true)
  view.setUint32(PE_OFFSET, 0x4550, true)
  view.setUint16(PE_OFFSET + 4, MACHINE_X64, true)
  view.setUint16(PE_OFFSET + 6, sections, true)
  view.setUint16(PE_OFFSET + 20, OPTIONAL_HEADER_SIZE, true)
  view.setUint16(PE_OFFSET + 22, 0x0226, true)
  const optional = PE_OFFSET + 24
  view.setUint16(optional, 0x20b, true)
  view.setUint32(optional + 32, SECTION_ALIGNMENT, true)
  view.setUint32(optional + 36, FILE_ALIGNMENT, true)
  view.setUint16(optional + 44, version[0], true)
  view.setUint16(optional + 46, version[1], true)
  view.setUint32(optional + 56, imageSize, true)
  view.setUint32(optional + 60, headerSize, true)
  view.setUint16(optional + 68, EFI_APPLICATION, true)
  view.setUint32(optional + 108, 16, true)
}

function align(value: number, to: number): number {
  return Math.ceil(value / to) * to
}
