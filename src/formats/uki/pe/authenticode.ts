import type { SectionHeader } from './pe-header'
import type { PeHeader } from '../scan'

/** Bytes [start, end) of a file. */
export interface ByteRange {
  start: number
  end: number
}

export interface AuthenticodeInput {
  /** In the order in which they are hashed; all within the file, none empty. */
  ranges: ByteRange[]
  /** Zero bytes hashed behind them. */
  padding: number
  /** Every range begins where the one before ended or later, so one pass is enough. */
  inOrder: boolean
}

/**
 * What the Authenticode digest of a PE file covers ("Windows Authenticode Portable Executable
 * Signature Format", "Calculating the PE Image Hash"): everything but CheckSum, the certificate
 * table's directory entry and the table. Sections come in order of their raw offsets; the rest
 * begins at the *sum* of the sizes, as every signing tool has it. sbsign, osslsigncode and
 * systemd-sbsign pad files without certificate table to a multiple of 8 bytes.
 */
export function authenticodeInput(
  header: PeHeader,
  sections: readonly SectionHeader[],
  size: number,
): AuthenticodeInput {
  const optional = header.offset + 24
  const certificateSize = header.certificates?.[1] ?? 0
  const ranges: ByteRange[] = [{ start: 0, end: optional + 64 }]
  if (header.certificates === null) {
    ranges.push({ start: optional + 68, end: header.sizeOfHeaders })
  } else {
    ranges.push(
      { start: optional + 68, end: header.directories + 32 },
      { start: header.directories + 40, end: header.sizeOfHeaders },
    )
  }
  let sum = header.sizeOfHeaders
  const raw = sections.filter((section) => section.rawSize > 0)
  for (const section of raw) sum += section.rawSize
  for (const section of raw.toSorted((a, b) => a.rawOffset - b.rawOffset)) {
    ranges.push({ start: section.rawOffset, end: section.rawOffset + section.rawSize })
  }
  ranges.push({ start: sum, end: size - certificateSize })
  const within = ranges
    .map(({ start, end }) => ({ start, end: Math.min(end, size) }))
    .filter(({ start, end }) => start < end)
  return {
    ranges: within,
    padding: certificateSize === 0 ? (8 - (size % 8)) % 8 : 0,
    inOrder: within.every((range, at) => at === 0 || range.start >= (within[at - 1]?.end ?? 0)),
  }
}
