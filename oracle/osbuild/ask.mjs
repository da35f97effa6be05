// Gives requests to the real manifest generator and compares with Sealscope's:
//   MANIFEST_ORACLE=program node oracle/osbuild/ask.mjs CASES.json OUT
// The program is called as `program CASES.json OUT/real`. It reads the cases with the public API of image-builder v79.0.0
// (bootc distro from the container information, GetArch, GetImageType, Manifest, upstream's mock container resolver,
// Serialize) and writes OUT/real/NAME.manifest.json (two-space indent, one newline at the end) and NAME.result.json with
// warnings, error, exports, filename, mimeType, as docs/golden.md says. It is not part of this repository.
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const [cases, out] = process.argv.slice(2)
const program = process.env.MANIFEST_ORACLE
if (cases === undefined || out === undefined || program === undefined) {
  throw new Error('usage: MANIFEST_ORACLE=program ask.mjs CASES.json OUT')
}
const [real, ours] = ['real', 'ours'].map((name) => join(out, name))
for (const folder of [real, ours]) mkdirSync(folder, { recursive: true })
execFileSync(program, [cases, real], { stdio: 'inherit' })
const words = [
  'dist/cli/sealscope.js',
  'manifest',
  '--request',
  cases,
  '--mock-containers',
  '-o',
  ours,
]
execFileSync('node', words, { stdio: 'inherit' })

let equal = 0
for (const { name } of JSON.parse(readFileSync(cases, 'utf8')).cases) {
  const different = ['manifest', 'result'].filter((kind) => !same(`${name}.${kind}.json`, kind))
  if (different.length === 0) equal++
  else console.log(`${name}: ${different.join(', ')} differ`)
}
console.log(`${equal} requests equal`)

function same(path, kind) {
  const [a, b] = [real, ours].map((folder) => {
    const file = join(folder, path)
    return existsSync(file) ? readFileSync(file, 'utf8') : null
  })
  if (kind === 'manifest' || a === null || b === null) return a === b
  const [left, right] = [a, b].map((text) => JSON.parse(text))
  // Texts of Go's own packages are free (docs/golden.md).
  if (left.error !== null) return right.error !== null
  return JSON.stringify(left.warnings) === JSON.stringify(right.warnings)
}
