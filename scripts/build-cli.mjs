// Bundles the command line tool into one file that needs no node_modules: dist/cli/sealscope.js.
import { build } from 'esbuild'
import { chmodSync, mkdirSync } from 'node:fs'

mkdirSync('dist/cli', { recursive: true })
await build({
  entryPoints: ['src/faces/cli/main.ts'],
  outfile: 'dist/cli/sealscope.js',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'esm',
  minify: true,
  keepNames: false,
  legalComments: 'linked',
  loader: { '.wasm': 'binary' },
  banner: {
    js: `#!/usr/bin/env node\nimport { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
  },
})
chmodSync('dist/cli/sealscope.js', 0o755)
