// Says what is inside of page and command line: the licence texts of every bundled package
// (dist/cli/THIRD-PARTY.txt, dist/page/third-party.txt) and a bill of materials in CycloneDX 1.6
// (dist/sbom.cdx.json). The same tree gives the same bytes: no time, no random serial number.
// Stops when a bundled package has a licence that is not on the list, or no licence text.
import { build } from 'esbuild'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const ALLOWED = ['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0', 'OFL-1.1']
const WORKERS = 'src/hosts/browser'
/** Compiled into the WebAssembly module, so no import names it. */
const COMPILED_IN = ['assemblyscript']
const LICENCE_FILE = /^(licen[cs]e|copying|ofl|notice)/i

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages
const own = JSON.parse(readFileSync('package.json', 'utf8'))
const packages = await bundledPackages()
const refused = packages.filter(({ licence, texts }) => !ALLOWED.includes(licence) || texts === '')
if (refused.length > 0) {
  const list = refused.map(({ name, licence }) => `${name} (${licence})`).join(', ')
  process.stderr.write(`error: bundled without an allowed licence and its text: ${list}\n`)
  process.exit(1)
}
const notices = packages
  .map(({ name, version, licence, texts }) => `${name} ${version} (${licence})\n\n${texts}\n`)
  .join(`\n${'-'.repeat(78)}\n\n`)
mkdirSync('dist/cli', { recursive: true })
mkdirSync('dist/page', { recursive: true })
writeFileSync('dist/cli/THIRD-PARTY.txt', notices)
writeFileSync('dist/page/third-party.txt', notices)
writeFileSync('dist/sbom.cdx.json', `${JSON.stringify(billOfMaterials(), null, 2)}\n`)

/** The packages whose files are part of a bundle, told by esbuild's own account of its inputs. */
async function bundledPackages() {
  const workers = readdirSync(WORKERS).filter((file) => /(worker|main)\.ts$/.test(file))
  const entries = [
    'src/faces/cli/main.ts',
    'src/faces/app/main.tsx',
    ...workers.map((file) => join(WORKERS, file)),
  ]
  const { metafile } = await build({
    entryPoints: entries,
    bundle: true,
    write: false,
    metafile: true,
    outdir: 'dist',
    format: 'esm',
    platform: 'node',
    logLevel: 'error',
    external: ['*.wasm', '*.wasm?url'],
    loader: { '.woff2': 'empty', '.woff': 'empty', '.svg': 'empty', '.png': 'empty' },
  })
  const folders = new Set(COMPILED_IN.map((name) => `node_modules/${name}`))
  for (const input of Object.keys(metafile.inputs)) {
    const match = /^(?:.*\/)?(node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    if (match !== null) folders.add(input.slice(0, match.index + match[0].length - 1))
  }
  return [...folders].sort().map(describe)
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  const texts = readdirSync(folder)
    .filter((file) => LICENCE_FILE.test(basename(file)))
    .sort()
    .map((file) => readFileSync(join(folder, file), 'utf8').trim())
    .join('\n\n')
  return { name, version, licence: license, texts, integrity: lock[folder]?.integrity ?? null }
}

function billOfMaterials() {
  const components = packages.map(component)
  const serial = createHash('sha256').update(JSON.stringify(components)).digest('hex')
  const uuid = `${serial.slice(0, 8)}-${serial.slice(8, 12)}-5${serial.slice(13, 16)}-8${serial.slice(17, 20)}-${serial.slice(20, 32)}`
  const root = `pkg:npm/${own.name}@${own.version}`
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': root,
        name: own.name,
        version: own.version,
        description: own.description,
        licenses: [{ license: { id: own.license } }],
        purl: root,
      },
    },
    components,
    dependencies: [{ ref: root, dependsOn: components.map((each) => each['bom-ref']) }],
  }
}

function component({ name, version, licence, integrity }) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`
  const hashes =
    integrity === null || !integrity.startsWith('sha512-')
      ? []
      : [{ alg: 'SHA-512', content: Buffer.from(integrity.slice(7), 'base64').toString('hex') }]
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version,
    licenses: [{ license: { id: licence } }],
    purl,
    hashes,
  }
}
