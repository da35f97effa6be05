import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const bytes = readFileSync('wasm/build/sealscope.wasm')

interface Exports {
  memory: WebAssembly.Memory
  inputAt(): number
  inputSize(): number
  outputAt(): number
  hashInit(slot: number, wide: number): void
  hashUpdate(slot: number, at: number, size: number, wide: number): void
  hashFinish(slot: number, wide: number): void
  merkleInit(slot: number): void
  merkleUpdate(slot: number, at: number, size: number, wide: number): void
  pe(size: number, limit: number): number
}

async function load(): Promise<Exports> {
  const { instance } = await WebAssembly.instantiate(bytes, { env: { abort: () => undefined } })
  return instance.exports as unknown as Exports
}

describe('the module', () => {
  it('has less than 60 kB and imports at most abort', async () => {
    expect(bytes.length).toBeLessThan(60_000)
    const imports = WebAssembly.Module.imports(await WebAssembly.compile(bytes))
    expect(imports.filter((one) => one.name !== 'abort')).toEqual([])
  })

  it('never grows its memory, whatever is hashed', async () => {
    const wasm = await load()
    const before = wasm.memory.buffer.byteLength
    for (let slot = 0; slot < 16; slot++) {
      wasm.merkleInit(slot)
      wasm.hashInit(slot, slot & 1)
      for (let round = 0; round < 8; round++) {
        wasm.merkleUpdate(slot, wasm.inputAt(), wasm.inputSize(), slot & 1)
        wasm.hashUpdate(slot, wasm.inputAt(), wasm.inputSize(), slot & 1)
      }
    }
    expect(wasm.memory.buffer.byteLength).toBe(before)
    expect(before).toBeLessThan(2 ** 21)
  })
})

describe('PE section table', () => {
  function image(sections: number, tableShift = 0): Uint8Array {
    const head = Buffer.alloc(1024)
    head.write('MZ')
    head.writeUInt32LE(128, 0x3c)
    head.write('PE\0\0', 128)
    head.writeUInt16LE(sections, 134)
    head.writeUInt16LE(32 + tableShift, 148)
    for (let index = 0; index < Math.min(sections, 4); index++) {
      const at = 128 + 24 + 32 + index * 40
      for (const [field, value] of [100, 200, 300, 400].entries())
        head.writeUInt32LE(value + index, at + 8 + field * 4)
    }
    return head
  }

  async function read(head: Uint8Array): Promise<number[] | number> {
    const wasm = await load()
    new Uint8Array(wasm.memory.buffer).set(head, wasm.inputAt())
    const count = wasm.pe(head.length, 96)
    if (count < 0) return count
    return [...new Uint32Array(wasm.memory.buffer, wasm.outputAt(), count * 5)]
  }

  it('lists sizes and places', async () => {
    expect(await read(image(2))).toEqual([100, 200, 300, 400, 184, 101, 201, 301, 401, 224])
  })

  it('refuses what is cut, too short or no PE', async () => {
    expect(await read(new Uint8Array(10))).toBe(-1)
    expect(await read(new Uint8Array(512))).toBe(-3)
    expect(await read(image(2).subarray(0, 140))).toBe(-2)
    expect(await read(image(60_000))).toBe(-4)
  })
})
