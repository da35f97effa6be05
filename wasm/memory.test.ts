import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

const bytes = readFileSync('wasm/build/sealscope.wasm')

interface Exports {
  memory: WebAssembly.Memory
  inputAt(): number
  inputSize(): number
  hashInit(slot: number, wide: number): void
  hashUpdate(slot: number, at: number, size: number, wide: number): void
  hashFinish(slot: number, wide: number): void
  merkleInit(slot: number): void
  merkleUpdate(slot: number, at: number, size: number, wide: number): void
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
