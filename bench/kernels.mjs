// Speed of fs-verity digests (4096-byte blocks) against hash-wasm and node:crypto doing the same.
// Prints ratios and never fails. Run after `npm run build:wasm`.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createSHA256, createSHA512 } from 'hash-wasm'

const SIZE = 64 * 2 ** 20
const ROUNDS = 3
const BLOCK = 4096
const data = new Uint8Array(SIZE).map((_, index) => (index * 7) ^ (index >> 11))

const module = await WebAssembly.compile(readFileSync('wasm/build/sealscope.wasm'))
const { exports: wasm } = await WebAssembly.instantiate(module, { env: { abort: () => {} } })
const window = new Uint8Array(wasm.memory.buffer, wasm.inputAt(), wasm.inputSize())

function ownVerity(wide) {
  wasm.merkleInit(0)
  for (let at = 0; at < SIZE; at += window.length) {
    const part = data.subarray(at, at + window.length)
    window.set(part)
    wasm.merkleUpdate(0, wasm.inputAt(), part.length, wide)
  }
  wasm.merkleFinish(0, wide)
}

function ownHash(wide) {
  wasm.hashInit(0, wide)
  for (let at = 0; at < SIZE; at += window.length) {
    const part = data.subarray(at, at + window.length)
    window.set(part)
    wasm.hashUpdate(0, wasm.inputAt(), part.length, wide)
  }
  wasm.hashFinish(0, wide)
}

function inBlocks(digest) {
  for (let at = 0; at < SIZE; at += BLOCK) digest(data.subarray(at, at + BLOCK))
}

/** The best of a few rounds, in MB/s. */
function speed(run) {
  run()
  let best = Infinity
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now()
    run()
    best = Math.min(best, performance.now() - start)
  }
  return SIZE / 1e3 / best
}

function row(name, own, hashWasm, crypto) {
  const ratio = (other) => `${(own / other).toFixed(2)} x`
  console.log(
    [
      name.padEnd(18),
      `${own.toFixed(0)} MB/s`.padStart(10),
      `hash-wasm ${hashWasm.toFixed(0)} (${ratio(hashWasm)})`.padStart(26),
      `node:crypto ${crypto.toFixed(0)} (${ratio(crypto)})`.padStart(28),
    ].join(''),
  )
}

const whole = (hasher) => () => hasher.init().update(data).digest()
for (const [name, wide, hasher] of [
  ['sha512', 1, await createSHA512()],
  ['sha256', 0, await createSHA256()],
]) {
  const blocks = () => inBlocks((block) => hasher.init().update(block).digest('binary'))
  const native = () => inBlocks((block) => createHash(name).update(block).digest())
  row(`fs-verity ${name}`, speed(() => ownVerity(wide)), speed(blocks), speed(native)) // prettier-ignore
  row(name, speed(() => ownHash(wide)), speed(whole(hasher)), speed(() => createHash(name).update(data).digest())) // prettier-ignore
}
