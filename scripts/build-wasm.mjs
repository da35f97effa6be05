// Compiles wasm/index.ts to wasm/build/sealscope.wasm and holds its size limit.
import asc from 'assemblyscript/asc'
import { mkdirSync, statSync } from 'node:fs'

const OUT = 'wasm/build/sealscope.wasm'
const LIMIT = 60_000

mkdirSync('wasm/build', { recursive: true })
const { error, stderr } = await asc.main([
  'wasm/index.ts',
  '--outFile',
  OUT,
  '--runtime',
  'stub',
  '--enable',
  'simd',
  '-O3',
  '--noAssert',
  '--use',
  'abort=',
])
if (error !== null) {
  process.stderr.write(`${stderr.toString()}\n${error.message}\n`)
  process.exit(1)
}
const { size } = statSync(OUT)
if (size > LIMIT) {
  process.stderr.write(`error: ${OUT} has ${size} bytes, the limit is ${LIMIT}\n`)
  process.exit(1)
}
