import { describe, expect, it } from 'vitest'
import { decodeUtf8, describeUtf8Fault, findUtf8Fault } from './utf8'

function fault(...bytes: number[]): string | null {
  const found = findUtf8Fault(Uint8Array.from(bytes))
  return found === null ? null : describeUtf8Fault(found)
}

describe('findUtf8Fault', () => {
  it('speaks as std::str::from_utf8 does', () => {
    expect(fault(0x61, 0xff)).toBe('invalid utf-8 sequence of 1 bytes from index 1')
    expect(fault(0xc0, 0x80)).toBe('invalid utf-8 sequence of 1 bytes from index 0')
    expect(fault(0xe2, 0x82, 0x41)).toBe('invalid utf-8 sequence of 2 bytes from index 0')
    expect(fault(0xf0, 0x9f, 0x92, 0x41)).toBe('invalid utf-8 sequence of 3 bytes from index 0')
    expect(fault(0xed, 0xa0, 0x80)).toBe('invalid utf-8 sequence of 1 bytes from index 0')
    expect(fault(0x61, 0xe2, 0x82)).toBe('incomplete utf-8 byte sequence from index 1')
    expect(fault(0x61, 0xf4)).toBe('incomplete utf-8 byte sequence from index 1')
  })

  it('agrees with TextDecoder on every pair and triple that matters', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    const accepts = (bytes: Uint8Array) => {
      try {
        decoder.decode(bytes)
        return true
      } catch {
        return false
      }
    }
    for (let first = 0; first < 256; first++) {
      for (const rest of [
        [],
        [0x7f],
        [0x80],
        [0x8f, 0x80],
        [0x90, 0x80],
        [0xa0, 0xbf],
        [0x9f, 0xbf, 0x80],
        [0x80, 0x80, 0xc0],
      ]) {
        const bytes = Uint8Array.of(first, ...rest)
        expect(decodeUtf8(bytes) !== null, bytes.toString()).toBe(accepts(bytes))
      }
    }
  })
})
