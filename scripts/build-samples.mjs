// Makes the built-in sample images, sealed with the project's own code: dist/samples.
import { build } from 'esbuild'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-samples-'))
try {
  const outfile = join(folder, 'make.mjs')
  await build({
    entryPoints: ['samples/make.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
  const { makeSamples } = await import(pathToFileURL(outfile).href)
  await makeSamples('dist/samples')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
