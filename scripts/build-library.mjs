// Builds what `import … from 'sealscope'` gives: one module for browsers and Node, its types, and the
// WebAssembly module beside it.
import { spawnSync } from 'node:child_process'
import { build } from 'esbuild'
import { copyFileSync, mkdirSync } from 'node:fs'

mkdirSync('dist/library', { recursive: true })
await build({
  entryPoints: ['src/faces/library/main.ts'],
  outfile: 'dist/library/sealscope.js',
  bundle: true,
  platform: 'neutral',
  mainFields: ['module', 'main'],
  target: 'es2023',
  format: 'esm',
  legalComments: 'linked',
})
copyFileSync('wasm/build/sealscope.wasm', 'dist/library/sealscope.wasm')
const types = ['-p', 'tsconfig.library.json']
const tsc = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', ...types], {
  stdio: 'inherit',
})
process.exitCode = tsc.status ?? 1
