import { findUtf8Fault } from '../../../base/utf8'
import type { FileLeaf } from '../../../image/tree/reader'
import type { ScannedSection, UkiScan } from '../../../formats/uki/scan'
import type { FilePart, PeFile } from './image'
import { Refusal } from './refusal'

const SHORT = 'failed to fill whole buffer'

/**
 * A section of a UKI as composefs-boot uki.rs `get_section_buffered` reads it: no look at MZ, the first name
 * that equals all eight bytes, VirtualSize bytes from PointerToRawData. A Refusal in its words.
 */
function findSection(bytes: Uint8Array, name: string): { start: number; size: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const need = (start: number, size: number): void => {
    if (start + size > bytes.length) throw chained('IO Error', SHORT)
  }
  need(0, 64)
  const header = view.getUint32(0x3c, true)
  need(header, 24)
  if (view.getUint32(header, true) !== 0x4550) throw new Refusal('UKI is not valid EFI executable')
  const count = view.getUint16(header + 6, true)
  const table = header + 24 + view.getUint16(header + 20, true)
  need(table, count * 40)
  for (let index = 0; index < count; index++) {
    const at = table + index * 40
    if (nameOf(bytes, at) !== name) continue
    const size = view.getUint32(at + 8, true)
    const start = view.getUint32(at + 20, true)
    if (size > 0) need(start, size)
    return { start, size }
  }
  throw new Refusal(`UKI doesn't contain a '${name}' section`)
}

function nameOf(bytes: Uint8Array, at: number): string {
  const raw = String.fromCharCode(...bytes.subarray(at, at + 8))
  const padded = raw.replace(/\0+$/, '')
  return padded.includes('\0') ? raw : padded
}

/** A PE file whose bytes are at hand. */
export function peOfBytes(leaf: FileLeaf, bytes: Uint8Array): PeFile {
  return {
    text(name) {
      const { start, size } = findSection(bytes, name)
      return textOf(bytes.subarray(start, start + size), name)
    },
    section: (name) => ({ leaf, ...findSection(bytes, name) }),
  }
}

/** One that is too large to be kept: what was noted of it as it streamed by. */
export function peOfScan(leaf: FileLeaf, scan: UkiScan): PeFile {
  const find = (name: string): ScannedSection => {
    if (scan.header === null) throw new Refusal('UKI is not valid EFI executable')
    const found = scan.sections.find(({ rawName }) => rawName === name.padEnd(8, '\0'))
    if (found === undefined) throw new Refusal(`UKI doesn't contain a '${name}' section`)
    if (found.rawOffset + found.virtualSize > scan.size) throw chained('IO Error', SHORT)
    return found
  }
  return {
    text(name) {
      const { text, virtualSize } = find(name)
      return textOf((text ?? new Uint8Array(0)).subarray(0, virtualSize), name)
    },
    section(name): FilePart {
      const { rawOffset, virtualSize } = find(name)
      return { leaf, start: rawOffset, size: virtualSize }
    },
  }
}

function textOf(section: Uint8Array, name: string): string {
  if (findUtf8Fault(section) !== null) throw new Refusal(`UKI section '${name}' is not UTF-8`)
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(section)
}

function chained(...parts: string[]): Refusal {
  const [first = '', ...rest] = parts
  const refusal = new Refusal(first)
  refusal.chain.push(...rest)
  return refusal
}
