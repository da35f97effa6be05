import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { zstdDecoder } from './decompress'
import { ZstdFrameCounter } from './zstd-frames'

const frame = (log: number) => new Uint8Array([0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3])
/** A raw block of one byte (RFC 8878 §3.1.1.2). */
const block = (last: 0 | 1) => new Uint8Array([last | (1 << 3), 0, 0, 65])

async function unpacked(blob: Uint8Array): Promise<Uint8Array> {
  const parts: Uint8Array[] = []
  const decoder = zstdDecoder((chunk) => parts.push(chunk.slice()))
  for (let at = 0; at < blob.length; at += 50_000) await decoder.push(blob.slice(at, at + 50_000))
  await decoder.finish()
  return new Uint8Array(Buffer.concat(parts))
}

/** Texts that repeat near and far, and bytes that do not. */
function sample(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  let state = 7
  for (let at = 0; at < size; at++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[at] = at > 2_000_000 && state >>> 31 === 0 ? (bytes[at - 2_000_000] ?? 0) : state >>> 26
  }
  return bytes
}

function hasZstd(): boolean {
  try {
    execFileSync('zstd', ['--version'])
    return true
  } catch {
    return false
  }
}

describe('zstd', () => {
  it.runIf(hasZstd()).each([['-1'], ['-3'], ['-19', '--long=27'], ['-5', '--long=21']])(
    'unpacks what zstd %s packs',
    async (...options) => {
      const plain = sample(6_000_000)
      const packed = execFileSync('zstd', ['-qc', ...options], { input: plain, maxBuffer: 2 ** 24 })
      expect(Buffer.compare(await unpacked(new Uint8Array(packed)), plain)).toBe(0)
      const twice = await unpacked(new Uint8Array(Buffer.concat([packed, packed])))
      expect(Buffer.compare(twice, Buffer.concat([plain, plain]))).toBe(0)
    },
  )

  it('does not move a window of 128 MiB for each of 200,000 blocks', async () => {
    const blocks = Buffer.concat(Array.from({ length: 200_000 }, () => block(0)))
    const plain = await unpacked(new Uint8Array(Buffer.concat([frame(27), blocks, block(1)])))
    expect(plain.length).toBe(200_001)
  })

  it('refuses blocks that no encoder may write', async () => {
    const run = (size: number) => new Uint8Array([3 | ((size & 31) << 3), size >> 5, size >> 13, 7])
    const blob = (size: number) => new Uint8Array(Buffer.concat([frame(20), run(size)]))
    expect((await unpacked(blob(131_072))).length).toBe(131_072)
    await expect(unpacked(blob(131_073))).rejects.toThrow('a zstd block is too large')
  })

  it('bounds the windows of all frames together', () => {
    const count = (frames: number, log: number) => {
      const counter = new ZstdFrameCounter()
      const one = Buffer.concat([frame(log), block(1)])
      for (let at = 0; at < frames; at++) counter.push(one)
      return counter.frames
    }
    expect(count(131_072, 23)).toBe(131_072)
    expect(() => count(131_073, 23)).toThrow('the zstd frames need too much memory')
    expect(() => count(1, 28)).toThrow('a zstd frame needs too much memory')
  })
})
