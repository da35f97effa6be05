import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { loadKernels } from '../../base/hash/testing/load'
import { KernelImageSink } from './kernel-image'
import type { KernelImage } from './scan'

const kernels = await loadKernels()

const BANNER = 'Linux version 6.12.9-200.fc41.aarch64 (builder@example) #1 SMP\n'

function read(bytes: Uint8Array, step: number): KernelImage {
  const sink = new KernelImageSink(kernels)
  for (let at = 0; at < bytes.length; at += step) sink.push(bytes.subarray(at, at + step))
  return sink.end()
}

function image(banner: string, at: number): Buffer {
  const bytes = Buffer.alloc(at + 4000, 0x4c)
  bytes.write('MZ', 0)
  bytes.write('ARM\x64', 0x38)
  bytes.write('Linux version %s (%s)', 5000)
  bytes.write(banner, at)
  return bytes
}

function zboot(payload: Buffer, name: string): Buffer {
  const head = Buffer.alloc(512)
  head.write('MZ')
  head.write('zimg', 4)
  head.writeUInt32LE(512, 8)
  head.writeUInt32LE(payload.length, 12)
  head.write(name, 0x18)
  return Buffer.concat([head, payload, Buffer.from('junk behind the payload')])
}

describe('the kernel version', () => {
  it('of a plain image comes from its banner, wherever the chunks end', () => {
    const expected = { format: 'arm64', version: '6.12.9-200.fc41.aarch64', banner: null, compression: null } // prettier-ignore
    for (const at of [6000, 65_530, 300_001]) {
      for (const step of [333, 65_536, 1_000_000]) {
        expect(read(image(BANNER, at), step)).toEqual(expected)
      }
    }
  })

  it('of a zboot image is found by unpacking it', () => {
    const packed = zboot(gzipSync(image(BANNER, 200_000)), 'gzip')
    const found = { format: 'zboot', version: '6.12.9-200.fc41.aarch64', compression: 'gzip' }
    for (const step of [100, 100_000]) expect(read(packed, step)).toMatchObject(found)
  })

  it('is not known of what cannot be unpacked', () => {
    const lzma = zboot(Buffer.from('whatever'), 'lzma')
    expect(read(lzma, 100)).toMatchObject({ format: 'zboot', compression: 'lzma', version: null })
    const broken = zboot(Buffer.from('no gzip at all'), 'gzip')
    expect(read(broken, 100)).toMatchObject({ compression: 'gzip', version: null })
    expect(read(new Uint8Array(0), 1)).toMatchObject({ format: 'other', version: null })
  })

  it('of a bzImage must lie within the setup sectors', () => {
    const setup = Buffer.alloc(4096)
    setup[0x1f1] = 2
    setup.write('HdrS', 0x202)
    setup.writeUInt16LE(0x100, 0x20e)
    setup.write('6.12.9 (b@e) #1\0', 0x300)
    expect(read(setup, 64)).toMatchObject({ format: 'bzImage', version: '6.12.9', banner: '6.12.9 (b@e) #1' }) // prettier-ignore
    setup.writeUInt16LE(0x400, 0x20e)
    expect(read(setup, 64)).toMatchObject({ format: 'bzImage', version: null })
  })
})
