// Headers and section table of a PE file (PE/COFF specification §2–§4). Everything is little-endian; fields
// behind what is there read as 0, since firmware, systemd and bootc disagree about what they refuse.
// Errors in words are in src/formats/uki/pe/pe-header.ts.

/** §2.1: the MS-DOS stub, with e_lfanew at 0x3c. */
const DOS_HEADER: f64 = 64
const E_LFANEW: usize = 0x3c
/** §2.1: "MZ". */
const DOS_MAGIC: u32 = 0x5a4d
/** §2.2 and §3.3: signature "PE\0\0" and COFF file header. */
const SIGNATURE: u32 = 0x00004550
const FILE_HEADER: u32 = 24
/** §3.4: magic numbers of the optional header, 32 and 64 bits. */
const PE32: u32 = 0x10b
const PE32_PLUS: u32 = 0x20b
/** §3.4.3: where data directories begin in the optional header; number 4 is the certificate table. */
const DIRECTORIES_32: u32 = 96
const DIRECTORIES_64: u32 = 112
const CERTIFICATES: u32 = 4
/** §4: a section header. */
export const SECTION_HEADER: u32 = 40

/** What a file is. */
export const PE_OK: i32 = 0
export const PE_EMPTY: i32 = 1
export const PE_NO_DOS_HEADER: i32 = 2
/** The PE header lies outside of the file. */
export const PE_OUTSIDE: i32 = 3
/** There is no signature. */
export const PE_NO_SIGNATURE: i32 = 4

/** Results: f64 each, by the numbers below. */
export const PE_NUMBERS = memory.data(32 * 8, 16)

let from: usize = 0
let there: u32 = 0

function u16at(at: u32): u32 {
  return at + 2 <= there ? <u32>load<u16>(from + at) : 0
}
function u32at(at: u32): u32 {
  return at + 4 <= there ? load<u32>(from + at) : 0
}
function put(index: u32, value: f64): void {
  store<f64>(PE_NUMBERS + (index << 3), value)
}

/**
 * §2.1: looks at the first bytes, of which `available` are there, of a file of `size` bytes; e_lfanew is
 * the first number. PE_OK: the header lies inside of the file.
 */
export function peDos(at: usize, available: u32, size: f64): i32 {
  put(0, 0)
  put(1, 0)
  if (size === 0) return PE_EMPTY
  if (<f64>available < DOS_HEADER) return PE_NO_DOS_HEADER
  const offset = load<u32>(at, E_LFANEW)
  put(0, <f64>offset)
  put(1, load<u16>(at) === DOS_MAGIC && <f64>offset >= DOS_HEADER ? 1 : 0)
  return <f64>offset + <f64>FILE_HEADER > size ? PE_OUTSIDE : PE_OK
}

/**
 * §3.3 and §3.4: reads the headers from the signature on, of which `available` bytes are there. The first
 * two numbers stay those of peDos.
 */
export function peHeader(at: usize, available: u32): i32 {
  from = at
  there = available
  if (u32at(0) !== SIGNATURE) return PE_NO_SIGNATURE
  // §3.3: COFF file header.
  put(2, u16at(4)) // Machine
  put(3, u16at(6)) // NumberOfSections
  put(4, u32at(8)) // TimeDateStamp
  put(5, u32at(12)) // PointerToSymbolTable
  put(6, u32at(16)) // NumberOfSymbols
  const optionalSize = u16at(20)
  put(7, optionalSize) // SizeOfOptionalHeader
  put(8, u16at(22)) // Characteristics
  // §3.4.1 and §3.4.2: the optional header; fields of PE32+ that are wider.
  const optional = FILE_HEADER
  const magic = u16at(optional)
  const wide = magic === PE32_PLUS
  put(9, magic)
  put(10, u32at(optional + 16)) // AddressOfEntryPoint
  put(11, u32at(optional + (wide ? 24 : 28))) // ImageBase, low
  put(12, wide ? u32at(optional + 28) : 0) // ImageBase, high
  put(13, u32at(optional + 32)) // SectionAlignment
  put(14, u32at(optional + 36)) // FileAlignment
  put(15, u16at(optional + 44)) // MajorImageVersion
  put(16, u16at(optional + 46)) // MinorImageVersion
  put(17, u32at(optional + 56)) // SizeOfImage
  put(18, u32at(optional + 60)) // SizeOfHeaders
  put(19, u32at(optional + 64)) // CheckSum
  put(20, u16at(optional + 68)) // Subsystem
  put(21, u16at(optional + 70)) // DllCharacteristics
  const count = u32at(optional + (wide ? 108 : 92))
  const directories = wide ? DIRECTORIES_64 : DIRECTORIES_32
  put(22, count) // NumberOfRvaAndSizes
  put(23, directories)
  // §3.4.3: the certificate table is given by its offset in the file.
  put(24, u32at(optional + directories + 8 * CERTIFICATES))
  put(25, u32at(optional + directories + 8 * CERTIFICATES + 4))
  // Strict as systemd's pe_load_headers: a known magic, and directories that fill the optional header.
  const known = wide || magic === PE32
  const fills = <f64>optionalSize === <f64>directories + 8 * <f64>count
  put(26, load<f64>(PE_NUMBERS, 8) === 1 && known && fills ? 1 : 0)
  return PE_OK
}

/**
 * §4: `count` section headers; for each six u32 at `to`: VirtualSize, VirtualAddress, SizeOfRawData,
 * PointerToRawData, Characteristics, and 1 when its raw data reach behind the end of the file.
 */
export function peSections(at: usize, count: u32, size: f64, to: usize): void {
  for (let i: u32 = 0; i < count; i++, at += SECTION_HEADER, to += 24) {
    const rawSize = load<u32>(at, 16)
    const rawOffset = load<u32>(at, 20)
    store<u32>(to, load<u32>(at, 8))
    store<u32>(to, load<u32>(at, 12), 4)
    store<u32>(to, rawSize, 8)
    store<u32>(to, rawOffset, 12)
    store<u32>(to, load<u32>(at, 36), 16)
    store<u32>(to, rawSize > 0 && <f64>rawOffset + <f64>rawSize > size ? 1 : 0, 20)
  }
}
