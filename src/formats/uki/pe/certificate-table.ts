import type { CertificateTable } from '../scan'

/** WIN_CERTIFICATE (UEFI 2.11 §32.2.4): one entry of the certificate table. */
export interface CertificateEntry {
  /** File offset of its header. */
  offset: number
  /** dwLength, with the header of eight bytes. */
  length: number
  revision: number
  type: number
  data: Uint8Array
  /** Why it cannot be read; null when it can. */
  problem: string | null
}

export const TYPE_PKCS7 = 0x0002
export const TYPE_EFI_GUID = 0x0ef1
const HEADER_SIZE = 8
const ENTRY_LIMIT = 64

/** The entries in order, each aligned to eight bytes; ends with the first that cannot be read. */
export function readCertificateTable(table: CertificateTable): CertificateEntry[] {
  const bytes = table.bytes ?? new Uint8Array(0)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: CertificateEntry[] = []
  let at = 0
  while (at + HEADER_SIZE <= bytes.length && entries.length < ENTRY_LIMIT) {
    const length = view.getUint32(at, true)
    const fits = length >= HEADER_SIZE && at + length <= bytes.length
    // Bytes behind the last entry that are all zero are padding.
    if (length === 0 && entries.length > 0 && bytes.subarray(at).every((byte) => byte === 0)) break
    entries.push({
      offset: table.offset + at,
      length,
      revision: view.getUint16(at + 4, true),
      type: view.getUint16(at + 6, true),
      data: fits ? bytes.subarray(at + HEADER_SIZE, at + length) : new Uint8Array(0),
      problem: fits ? null : `dwLength is ${length}, expected 8 to ${bytes.length - at}`,
    })
    if (!fits) break
    at += Math.ceil(length / 8) * 8
  }
  return entries
}
