import type { PeHeader, ScannedSection } from '../scan'

/** PE/COFF §3: sizes of the fixed parts. */
const DOS_HEADER_SIZE = 64
const FILE_HEADER_SIZE = 24
const OPTIONAL_HEADER_FIXED = 112
export const SECTION_HEADER_SIZE = 40
/** Data directory 4 and the fields in front of it end here, counted from the optional header. */
const DIRECTORIES_READ = OPTIONAL_HEADER_FIXED + 5 * 8

const MAGIC_PE32 = 0x10b
const MAGIC_PE32_PLUS = 0x20b

/** A section header without anything that needs its content. */
export type SectionHeader = Pick<
  ScannedSection,
  'rawName' | 'virtualSize' | 'virtualAddress' | 'rawSize' | 'rawOffset' | 'characteristics'
>

/** Little-endian reads from the beginning of a file; what lies behind the end is zero. */
class Head {
  private readonly view: DataView

  constructor(private readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  u16(at: number): number {
    return at + 2 <= this.bytes.length ? this.view.getUint16(at, true) : 0
  }

  u32(at: number): number {
    return at + 4 <= this.bytes.length ? this.view.getUint32(at, true) : 0
  }

  latin1(at: number, length: number): string {
    return String.fromCharCode(...this.bytes.subarray(at, at + length))
  }
}

/**
 * How many bytes from the beginning of the file are needed to read its headers and section table;
 * asks for more as more becomes known. `bytes` is what is there so far. Never above `size`.
 */
export function headerBytesNeeded(bytes: Uint8Array, size: number): number {
  if (bytes.length < DOS_HEADER_SIZE) return Math.min(size, DOS_HEADER_SIZE)
  const head = new Head(bytes)
  const offset = head.u32(0x3c)
  const fixedEnd = offset + FILE_HEADER_SIZE
  if (fixedEnd > size) return DOS_HEADER_SIZE
  if (fixedEnd > bytes.length) return fixedEnd
  if (!hasPeMagic(bytes, offset)) return fixedEnd
  const table = fixedEnd + head.u16(offset + 20)
  const tableEnd = table + SECTION_HEADER_SIZE * head.u16(offset + 6)
  return Math.min(size, Math.max(tableEnd, fixedEnd + DIRECTORIES_READ))
}

function hasPeMagic(bytes: Uint8Array, offset: number): boolean {
  return (
    bytes[offset] === 0x50 &&
    bytes[offset + 1] === 0x45 &&
    bytes[offset + 2] === 0 &&
    bytes[offset + 3] === 0
  )
}

/** Why these bytes are no PE file at all (PE/COFF §3.1), or null when headers can be read. */
export function notPeReason(bytes: Uint8Array, size: number): string | null {
  if (size === 0) return 'the file is empty'
  if (bytes.length < DOS_HEADER_SIZE) return `expected a DOS header of 64 bytes, found ${size}`
  const offset = new Head(bytes).u32(0x3c)
  if (offset + FILE_HEADER_SIZE > size) {
    return `e_lfanew points to byte ${offset}, expected a PE header within ${size} bytes`
  }
  if (hasPeMagic(bytes, offset)) return null
  const found = [...bytes.subarray(offset, offset + 4)].map((byte) => byte.toString(16)).join(' ')
  return `expected PE\\0\\0 at byte ${offset}, found ${found}`
}

/** PE/COFF §3.3–3.4. Fields behind the end of the file read as zero. */
export function readPeHeader(bytes: Uint8Array): PeHeader {
  const head = new Head(bytes)
  const offset = head.u32(0x3c)
  const optional = offset + FILE_HEADER_SIZE
  const magic = head.u16(optional)
  const wide = magic === MAGIC_PE32_PLUS
  const sizeOfOptionalHeader = head.u16(offset + 20)
  const numberOfDirectories = head.u32(optional + (wide ? 108 : 92))
  const directories = optional + (wide ? 112 : 96)
  const imageBase = wide
    ? (BigInt(head.u32(optional + 28)) << 32n) | BigInt(head.u32(optional + 24))
    : BigInt(head.u32(optional + 28))
  const known = wide || magic === MAGIC_PE32
  return {
    offset,
    machine: head.u16(offset + 4),
    timeDateStamp: head.u32(offset + 8),
    numberOfSections: head.u16(offset + 6),
    sectionTable: optional + sizeOfOptionalHeader,
    sizeOfOptionalHeader,
    characteristics: head.u16(offset + 22),
    symbolTable: head.u32(offset + 12),
    numberOfSymbols: head.u32(offset + 16),
    magic,
    entryPoint: head.u32(optional + 16),
    imageBase: imageBase.toString(),
    sectionAlignment: head.u32(optional + 32),
    fileAlignment: head.u32(optional + 36),
    imageVersion: [head.u16(optional + 44), head.u16(optional + 46)],
    sizeOfImage: head.u32(optional + 56),
    sizeOfHeaders: head.u32(optional + 60),
    checkSum: head.u32(optional + 64),
    subsystem: head.u16(optional + 68),
    dllCharacteristics: head.u16(optional + 70),
    numberOfDirectories,
    directories,
    certificates: certificateEntry(head, directories, numberOfDirectories),
    strict:
      head.u16(0) === 0x5a4d &&
      offset >= DOS_HEADER_SIZE &&
      known &&
      sizeOfOptionalHeader === directories - optional + 8 * numberOfDirectories,
  }
}

function certificateEntry(head: Head, directories: number, count: number): [number, number] | null {
  if (count < 5) return null
  return [head.u32(directories + 32), head.u32(directories + 36)]
}

/** PE/COFF §4: the section headers that lie wholly in these bytes, in file order. */
export function readSectionHeaders(bytes: Uint8Array, header: PeHeader): SectionHeader[] {
  const head = new Head(bytes)
  const fit = Math.floor((bytes.length - header.sectionTable) / SECTION_HEADER_SIZE)
  const count = Math.max(0, Math.min(header.numberOfSections, fit))
  return Array.from({ length: count }, (_, index) => {
    const at = header.sectionTable + SECTION_HEADER_SIZE * index
    return {
      rawName: head.latin1(at, 8),
      virtualSize: head.u32(at + 8),
      virtualAddress: head.u32(at + 12),
      rawSize: head.u32(at + 16),
      rawOffset: head.u32(at + 20),
      characteristics: head.u32(at + 36),
    }
  })
}

/** PE/COFF §4: the name up to its first NUL; all eight bytes may be used. */
export function sectionName(rawName: string): string {
  const end = rawName.indexOf('\0')
  return end < 0 ? rawName : rawName.slice(0, end)
}

/** The offset in a name like `/4`, else null. */
export function stringTableOffset(name: string): number | null {
  const match = /^\/(\d{1,7})$/.exec(name)
  return match?.[1] === undefined ? null : Number(match[1])
}

/** PE/COFF §5.6: the name at this offset of the string table, if that is there. */
export function longName(name: string, strings: Uint8Array | null): string | null {
  const at = stringTableOffset(name)
  if (at === null || strings === null || at >= strings.length) return null
  const stop = strings.indexOf(0, at)
  return String.fromCharCode(...strings.subarray(at, stop < 0 ? at + 256 : stop).subarray(0, 256))
}
