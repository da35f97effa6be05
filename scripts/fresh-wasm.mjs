// Builds wasm/build/sealscope.wasm where it is missing or older than its sources: before any test runs
// (vitest's globalSetup), so that `npx vitest` works in a fresh clone.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { fingerprint, isFresh, writeStamp } from './stamps.mjs'

const OUT = 'wasm/build/sealscope.wasm'
const STAMP = 'wasm/build/.stamp'
export const WASM_INPUTS = ['wasm', 'scripts/build-wasm.mjs']

export function setup() {
  const value = fingerprint(WASM_INPUTS, ['wasm/build'])
  if (isFresh(STAMP, value) && existsSync(OUT)) return
  const { status } = spawnSync(process.execPath, ['scripts/build-wasm.mjs'], {
    stdio: ['ignore', 2, 2],
  })
  if (status !== 0) throw new Error('wasm/ cannot be built: see above')
  writeStamp(STAMP, value)
}
