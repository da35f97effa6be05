import type { ByteString } from '../../../base/byte-string'

const P1 = 0x9e3779b1
const P2 = 0x85ebca77
const P3 = 0xc2b2ae3d
const P4 = 0x27d4eb2f
const P5 = 0x165667b1

/** XXH32 (xxHash specification 0.1.1, "XXH32 algorithm description") of a byte string. */
export function xxh32(text: ByteString, seed: number): number {
  const byte = (at: number) => text.charCodeAt(at)
  const word = (at: number) =>
    byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24)
  let at = 0
  let hash = (seed + P5) | 0
  if (text.length >= 16) {
    const lanes = [(seed + P1 + P2) | 0, (seed + P2) | 0, seed | 0, (seed - P1) | 0]
    for (; at + 16 <= text.length; at += 16) {
      for (let lane = 0; lane < 4; lane++) {
        const mixed = ((lanes[lane] ?? 0) + Math.imul(word(at + 4 * lane), P2)) | 0
        lanes[lane] = Math.imul(rotl(mixed, 13), P1)
      }
    }
    const [a = 0, b = 0, c = 0, d = 0] = lanes
    hash = (rotl(a, 1) + rotl(b, 7) + rotl(c, 12) + rotl(d, 18)) | 0
  }
  hash = (hash + text.length) | 0
  for (; at + 4 <= text.length; at += 4) {
    hash = Math.imul(rotl((hash + Math.imul(word(at), P3)) | 0, 17), P4)
  }
  for (; at < text.length; at++) {
    hash = Math.imul(rotl((hash + Math.imul(byte(at), P5)) | 0, 11), P1)
  }
  hash = Math.imul(hash ^ (hash >>> 15), P2)
  hash = Math.imul(hash ^ (hash >>> 13), P3)
  return (hash ^ (hash >>> 16)) >>> 0
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits))
}
