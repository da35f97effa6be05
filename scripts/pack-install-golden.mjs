// Packs golden runs of `bootc install` and the OCI layouts they use into one fixture:
//   node scripts/pack-install-golden.mjs GOLDEN/install GOLDEN/composefs src/answers/facts/fixtures/install.json.br
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'

const [install = '', composefs = '', out = ''] = process.argv.slice(2)
const golden = JSON.parse(readFileSync(join(install, 'install.json'), 'utf8'))
const blobs = {}
const layouts = {}

function keep(folder, digest) {
  const name = digest.replace('sha256:', '')
  const bytes = readFileSync(join(folder, 'blobs/sha256', name))
  blobs[name] ??= bytes.toString('base64')
  return bytes
}

function keepImage(folder, descriptor) {
  const manifest = JSON.parse(keep(folder, descriptor.digest).toString())
  for (const child of manifest.manifests ?? []) keepImage(folder, child)
  for (const { digest } of [manifest.config, ...(manifest.layers ?? [])].filter(Boolean)) {
    keep(folder, digest)
  }
}

for (const { layout } of golden.cases) {
  if (layouts[layout] !== undefined) continue
  const folders = [join(install, 'layouts', layout), join(composefs, 'oci', layout)]
  const folder = folders.find((path) => existsSync(join(path, 'oci-layout')))
  const index = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
  layouts[layout] = index
  for (const descriptor of index.manifests) keepImage(folder, descriptor)
}

// Of what was printed only the last line counts.
const cases = golden.cases.map(({ about, stdout, stderr, kernel, ...rest }) => {
  void [about, stdout, kernel]
  return { ...rest, text: stderr.filter((line) => line.trim() !== '').at(-1) ?? null }
})
const text = JSON.stringify({ program: golden.program, cases, layouts, blobs })
const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24 }
writeFileSync(out, brotliCompressSync(text, { params }))
