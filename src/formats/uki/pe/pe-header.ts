import type { Kernels } from '../../../base/hash/kernels'
import type { PeHeader, ScannedSection } from '../scan'

/** PE/COFF §3: sizes of the fixed parts. */
const DOS_HEADER_SIZE = 64
const FILE_HEADER_SIZE = 24
const OPTIONAL_HEADER_FIXED = 112
export const SECTION_HEADER_SIZE = 40
/** Data directory 4 and the fields in front of it end here, counted from the optional header. */
const DIRECTORIES_READ = OPTIONAL_HEADER_FIXED + 5 * 8

/** A section header without anything that needs its content. */
export type SectionHeader = Pick<
  ScannedSection,
  | 'rawName'
  | 'virtualSize'
  | 'virtualAddress'
  | 'rawSize'
  | 'rawOffset'
  | 'characteristics'
  | 'outside'
>

/**
 * How many bytes from the beginning of the file are needed to read its headers and section table;
 * asks for more as more becomes known. `bytes` is what is there so far. Never above `size`.
 */
export function headerBytesNeeded(kernels: Kernels, bytes: Uint8Array, size: number): number {
  if (bytes.length < DOS_HEADER_SIZE) return Math.min(size, DOS_HEADER_SIZE)
  const { status, offset } = kernels.peStart(bytes, size)
  const fixedEnd = offset + FILE_HEADER_SIZE
  if (status === 'outside') return DOS_HEADER_SIZE
  if (fixedEnd > bytes.length) return fixedEnd
  const numbers = kernels.peHeader(bytes, size)
  if (numbers === null) return fixedEnd
  const header = headerOf(numbers)
  const tableEnd = header.sectionTable + SECTION_HEADER_SIZE * header.numberOfSections
  return Math.min(size, Math.max(tableEnd, fixedEnd + DIRECTORIES_READ))
}

/** Why these bytes are no PE file at all (PE/COFF §3.1), or null when headers can be read. */
export function notPeReason(kernels: Kernels, bytes: Uint8Array, size: number): string | null {
  const { status, offset } = kernels.peStart(bytes, size)
  if (status === 'empty') return 'the file is empty'
  if (status === 'no-dos-header') return `expected a DOS header of 64 bytes, found ${size}`
  if (status === 'outside') {
    return `e_lfanew points to byte ${offset}, expected a PE header within ${size} bytes`
  }
  if (kernels.peHeader(bytes, size) !== null) return null
  const found = [...bytes.subarray(offset, offset + 4)].map((byte) => byte.toString(16)).join(' ')
  return `expected PE\\0\\0 at byte ${offset}, found ${found}`
}

/** PE/COFF §3.3–3.4; null when there is no header. Fields behind the end of the file read as zero. */
export function readPeHeader(kernels: Kernels, bytes: Uint8Array, size: number): PeHeader | null {
  const numbers = kernels.peHeader(bytes, size)
  return numbers === null ? null : headerOf(numbers)
}

/** The numbers in the order of wasm/pe.ts. */
function headerOf(numbers: Float64Array): PeHeader {
  const at = (index: number) => numbers[index] ?? 0
  const offset = at(0)
  const optional = offset + FILE_HEADER_SIZE
  return {
    offset,
    machine: at(2),
    timeDateStamp: at(4),
    numberOfSections: at(3),
    sectionTable: optional + at(7),
    sizeOfOptionalHeader: at(7),
    characteristics: at(8),
    symbolTable: at(5),
    numberOfSymbols: at(6),
    magic: at(9),
    entryPoint: at(10),
    imageBase: ((BigInt(at(12)) << 32n) | BigInt(at(11))).toString(),
    sectionAlignment: at(13),
    fileAlignment: at(14),
    imageVersion: [at(15), at(16)],
    sizeOfImage: at(17),
    sizeOfHeaders: at(18),
    checkSum: at(19),
    subsystem: at(20),
    dllCharacteristics: at(21),
    numberOfDirectories: at(22),
    directories: optional + at(23),
    certificates: at(22) < 5 ? null : [at(24), at(25)],
    strict: at(26) === 1,
  }
}

/** PE/COFF §4: the section headers that lie wholly in these bytes, in file order. */
export function readSectionHeaders(
  kernels: Kernels,
  bytes: Uint8Array,
  header: PeHeader,
  size: number,
): SectionHeader[] {
  const end = header.sectionTable + SECTION_HEADER_SIZE * header.numberOfSections
  const table = bytes.subarray(header.sectionTable, end)
  const numbers = kernels.peSections(table, size)
  return Array.from({ length: numbers.length / 6 }, (_, index) => {
    const start = SECTION_HEADER_SIZE * index
    const at = (field: number) => numbers[6 * index + field] ?? 0
    return {
      rawName: String.fromCharCode(...table.subarray(start, start + 8)),
      virtualSize: at(0),
      virtualAddress: at(1),
      rawSize: at(2),
      rawOffset: at(3),
      characteristics: at(4),
      outside: at(5) === 1,
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
