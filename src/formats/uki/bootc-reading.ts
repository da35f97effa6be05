import { SECTION_HEADER_SIZE, type SectionHeader } from './pe/pe-header'
import type { BootcText, PeHeader } from './scan'
import { decodeUtf8, describeUtf8Fault, findUtf8Fault } from '../../base/utf8'

/** The debug texts of composefs-boot's UkiError as bootc 1.16.9 prints them (kernel.rs). */
const PREFIX = 'Failed to read UKI cmdline: '
const END_OF_FILE = `${PREFIX}Io(Error { kind: UnexpectedEof, message: "failed to fill whole buffer" })`
const NOT_PE = `${PREFIX}PortableExecutableError`

/** Longer texts are not read; bootc would read up to 4 GiB. */
const BOOTC_TEXT_LIMIT = 16 * 1024 * 1024

/** Where composefs-rs would read a section from, or what it says instead. */
export type BootcPlace =
  { kind: 'range'; start: number; end: number } | Exclude<BootcText, { kind: 'text' }>

/**
 * composefs-boot uki.rs, get_section_buffered: 64 bytes, e_lfanew without a look at MZ, the PE
 * magic, then the whole section table; the first name that equals all eight bytes; VirtualSize
 * bytes from PointerToRawData. Every short read is the same error. `header` is null without magic.
 */
export function bootcSection(
  name: string,
  header: PeHeader | null,
  sections: readonly SectionHeader[],
  head: Uint8Array,
  size: number,
): BootcPlace {
  const short = header === null && isShort(head, size)
  if (short) return { kind: 'error', error: END_OF_FILE }
  if (header === null) return { kind: 'error', error: NOT_PE }
  const tableEnd = header.sectionTable + SECTION_HEADER_SIZE * header.numberOfSections
  if (header.numberOfSections > 0 && tableEnd > size) return { kind: 'error', error: END_OF_FILE }
  const section = sections.find(({ rawName }) => rawName === name.padEnd(8, '\0'))
  if (section === undefined) return { kind: 'missing' }
  const { rawOffset: start, virtualSize } = section
  if (virtualSize > 0 && start + virtualSize > size) return { kind: 'error', error: END_OF_FILE }
  if (virtualSize > BOOTC_TEXT_LIMIT) {
    const found = `${name} of ${virtualSize} bytes, expected at most ${BOOTC_TEXT_LIMIT}`
    return { kind: 'error', error: `${PREFIX}${found}` }
  }
  return { kind: 'range', start, end: start + virtualSize }
}

function isShort(head: Uint8Array, size: number): boolean {
  if (size < 64 || head.length < 64) return true
  const offset = new DataView(head.buffer, head.byteOffset).getUint32(0x3c, true)
  return offset + 24 > size
}

/** The bytes of a section as the text bootc takes them for (`std::str::from_utf8`). */
export function bootcText(bytes: Uint8Array): BootcText {
  const fault = findUtf8Fault(bytes)
  if (fault !== null) return { kind: 'error', error: describeUtf8Fault(fault) }
  return { kind: 'text', text: decodeUtf8(bytes) ?? '' }
}
