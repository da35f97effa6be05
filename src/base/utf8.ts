/** Where and how bytes stop being UTF-8; `length` is null when they end within a character. */
export interface Utf8Fault {
  index: number
  length: number | null
}

/** How many continuation bytes follow this first byte, and which second bytes are allowed. */
function shape(first: number): { more: number; low: number; high: number } | null {
  if (first >= 0xc2 && first <= 0xdf) return { more: 1, low: 0x80, high: 0xbf }
  if (first === 0xe0) return { more: 2, low: 0xa0, high: 0xbf }
  if (first === 0xed) return { more: 2, low: 0x80, high: 0x9f }
  if (first >= 0xe1 && first <= 0xef) return { more: 2, low: 0x80, high: 0xbf }
  if (first === 0xf0) return { more: 3, low: 0x90, high: 0xbf }
  if (first >= 0xf1 && first <= 0xf3) return { more: 3, low: 0x80, high: 0xbf }
  if (first === 0xf4) return { more: 3, low: 0x80, high: 0x8f }
  return null
}

/** The first fault in these bytes (Unicode §3.9, table 3-7), or null when they are UTF-8. */
export function findUtf8Fault(bytes: Uint8Array): Utf8Fault | null {
  let index = 0
  while (index < bytes.length) {
    const first = bytes[index] ?? 0
    if (first < 0x80) {
      index++
      continue
    }
    const form = shape(first)
    if (form === null) return { index, length: 1 }
    for (let step = 1; step <= form.more; step++) {
      const byte = bytes[index + step]
      if (byte === undefined) return { index, length: null }
      const low = step === 1 ? form.low : 0x80
      const high = step === 1 ? form.high : 0xbf
      if (byte < low || byte > high) return { index, length: step }
    }
    index += form.more + 1
  }
  return null
}

/** The fault in the words of Rust's `Utf8Error`, which bootc prints as they are. */
export function describeUtf8Fault(fault: Utf8Fault): string {
  return fault.length === null
    ? `incomplete utf-8 byte sequence from index ${fault.index}`
    : `invalid utf-8 sequence of ${fault.length} bytes from index ${fault.index}`
}

/** The text of these bytes (a byte-order mark is kept), or null when they are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  if (findUtf8Fault(bytes) !== null) return null
  return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
}
