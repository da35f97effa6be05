// Speed against cfsctl and gzip on the same machine. Prints ratios, never fails.
//   LARGE_IMAGE=DIR   an OCI layout (default: a smaller image, made here); cfsctl is taken from PATH.
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { openChromium } from './chromium.mjs'

const ROUNDS = Number(process.env.ROUNDS ?? 3)
const CLI = 'dist/cli/sealscope.js'
const folder = mkdtempSync(join(tmpdir(), 'sealscope-bench-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))

if (!existsSync(CLI)) {
  console.log('run `npm run build` first')
  process.exit(0)
}
const layout = process.env.LARGE_IMAGE ?? makeImage(join(folder, 'image'), 60)
console.log(`image: ${process.env.LARGE_IMAGE === undefined ? 'made here' : 'LARGE_IMAGE'}`)
await compareWithCfsctl()
quickShare()
linearity()
manifests()
spawnSync(process.execPath, ['bench/kernels.mjs'], { stdio: 'inherit' })

/** The same question to both, in turn: pull and digest from layers, digests and diff_ids checked. */
async function compareWithCfsctl() {
  const own = []
  const other = []
  const floor = []
  const peaks = []
  const pages = []
  const chromium = await openChromium(layout, folder)
  for (let round = 0; round < ROUNDS; round++) {
    const run = measured([process.execPath, CLI, 'verify', `oci:${layout}`])
    own.push(run.seconds)
    peaks.push(run.peak)
    const cfsctl = cfsctlSeconds()
    if (cfsctl !== null) other.push(cfsctl)
    floor.push(gzipSeconds())
    if (chromium !== null) pages.push(await chromium.measure())
  }
  await chromium?.close()
  row('sealscope verify', `${median(own).toFixed(2)} s`)
  row('gzip -dc of all layers', `${median(floor).toFixed(2)} s`, ratio(own, floor))
  if (other.length > 0)
    row('cfsctl pull and id', `${median(other).toFixed(2)} s`, ratio(own, other))
  else row('cfsctl', 'not on PATH')
  if (peaks.every((peak) => peak !== null)) row('peak memory', `${Math.max(...peaks)} MiB`)
  if (chromium === null) return row('Chromium', 'not found')
  const seconds = pages.map((page) => page.seconds)
  const against = other.length > 0 ? ratio(seconds, other) : ''
  row('page in Chromium', `${median(seconds).toFixed(2)} s`, against)
  row('long tasks of the page', `${Math.max(...pages.map((page) => page.longTasks))} over 50 ms`)
  row('peak of its renderer', `${Math.max(...pages.map((page) => page.peak))} MiB`)
}

function cfsctlSeconds() {
  const repo = join(folder, 'repo')
  rmSync(repo, { recursive: true, force: true })
  const steps = [
    ['cfsctl', 'init', repo, '--insecure'],
    ['cfsctl', '--repo', repo, 'oci', 'pull', `oci:${layout}:latest`, 'img'],
    ['cfsctl', '--repo', repo, 'oci', 'compute-id', '--bootable', 'img'],
  ]
  let seconds = 0
  for (const step of steps) {
    const run = measured(step)
    if (run.failed) return null
    seconds += run.seconds
  }
  return seconds
}

function gzipSeconds() {
  let seconds = 0
  for (const { digest, mediaType } of manifestOf(layout).layers) {
    if (!mediaType.endsWith('gzip')) continue
    seconds += measured(['gzip', '-dc', blobPath(digest)]).seconds
  }
  return seconds
}

function quickShare() {
  const run = spawnSync(process.execPath, [CLI, 'inspect', `oci:${layout}`, '--quick', '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  const { evidence } = JSON.parse(run.stdout)
  const total = manifestOf(layout).layers.reduce((sum, { size }) => sum + size, 0)
  row('quick verdict reads', `${((100 * evidence.bytesRead) / total).toFixed(2)} % of the bytes`)
}

/** Exponent of the cost over the size, from images of 20, 40 and 80 MB: 1 is linear. */
function linearity() {
  const points = [20, 40, 80].map((megabytes) => {
    const image = makeImage(join(folder, `linear-${megabytes}`), megabytes)
    const times = [1, 2, 3].map(
      () => measured([process.execPath, CLI, 'verify', `oci:${image}`]).seconds,
    )
    return [megabytes, Math.min(...times)]
  })
  const [[small, fast], , [large, slow]] = points
  row('exponent of the cost', (Math.log(slow / fast) / Math.log(large / small)).toFixed(2))
}

function manifests() {
  const request = join(folder, 'request.json')
  const one = {
    image_type: 'qcow2',
    effective_seed_text: '1',
    bootc: { imgref: 'example.org/os', arch: 'x86_64', default_root_fs: 'ext4', size: 1e9 },
    os_info: {
      os_release: { id: 'fedora', version_id: '43', name: 'Fedora' },
      uefi_vendor: 'fedora',
    },
    blueprint: {
      customizations: { user: [{ name: 'core' }], files: [{ path: '/etc/a', data: 'b' }] },
    },
  }
  const cases = (count) =>
    Array.from({ length: count }, (_, index) => ({ ...one, name: `c${index}` }))
  const seconds = (count) => {
    writeFileSync(request, JSON.stringify({ cases: cases(count) }))
    const words = ['manifest', '--request', request, '--mock-containers', '-o', join(folder, 'out')]
    return measured([process.execPath, CLI, ...words]).seconds
  }
  const each = (seconds(500) - seconds(1)) / 499
  row('one manifest', `${(1000 * each).toFixed(1)} ms, written to a file`)
}

/** An OCI layout of one gzip layer: half noise, half text, files of 64 kB. */
function makeImage(path, megabytes) {
  mkdirSync(join(path, 'blobs/sha256'), { recursive: true })
  const parts = ['usr/', 'boot/', 'sysroot/'].map((name) => tarHeader(name, 0, '5'))
  for (let index = 0; index < megabytes * 16; index++) {
    const data = Buffer.concat([randomBytes(32_768), Buffer.alloc(32_768, `line ${index}\n`)])
    parts.push(tarHeader(`usr/f${index}`, data.length, '0'), data)
  }
  const tar = Buffer.concat([...parts, Buffer.alloc(1024)])
  const put = (bytes) => {
    const hex = createHash('sha256').update(bytes).digest('hex')
    writeFileSync(join(path, 'blobs/sha256', hex), bytes)
    return { digest: `sha256:${hex}`, size: bytes.length }
  }
  const diffId = `sha256:${createHash('sha256').update(tar).digest('hex')}`
  const type = 'application/vnd.oci.image'
  const layer = { mediaType: `${type}.layer.v1.tar+gzip`, ...put(gzipSync(tar, { level: 6 })) }
  const rootfs = { type: 'layers', diff_ids: [diffId] }
  const config = put(Buffer.from(JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs })))
  const manifest = put(
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: `${type}.manifest.v1+json`,
        config: { mediaType: `${type}.config.v1+json`, ...config },
        layers: [layer],
      }),
    ),
  )
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' }
  const entry = { mediaType: `${type}.manifest.v1+json`, ...manifest, annotations }
  writeFileSync(join(path, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [entry] }))
  writeFileSync(join(path, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  return path
}

function tarHeader(name, size, type) {
  const block = Buffer.alloc(512)
  block.write(name, 0)
  block.write('0000755\0' + '0000000\0'.repeat(2), 100)
  block.write(`${size.toString(8).padStart(11, '0')}\0${'0'.repeat(11)}\0        ${type}`, 124)
  block.write('ustar\u000000', 257)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** Wall time, and peak memory where GNU time is there. */
function measured([program, ...words]) {
  const gnuTime = existsSync('/usr/bin/time')
  const start = performance.now()
  const run = gnuTime
    ? spawnSync('/usr/bin/time', ['-f', 'peak %M', program, ...words], { maxBuffer: 2 ** 31 - 1 })
    : spawnSync(program, words, { maxBuffer: 2 ** 31 - 1 })
  const seconds = (performance.now() - start) / 1000
  const peak = /peak (\d+)/.exec(run.stderr?.toString() ?? '')?.[1]
  const failed = run.error !== undefined || run.status !== 0
  return { seconds, failed, peak: peak === undefined ? null : Math.round(Number(peak) / 1024) }
}

function manifestOf(path) {
  const { manifests } = JSON.parse(readFileSync(join(path, 'index.json'), 'utf8'))
  return JSON.parse(
    readFileSync(join(path, 'blobs', manifests[0].digest.replace(':', '/')), 'utf8'),
  )
}

function blobPath(digest) {
  return join(layout, 'blobs', digest.replace(':', '/'))
}

function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN
}

function ratio(own, other) {
  return `${median(own.map((value, index) => value / other[index])).toFixed(2)} x`
}

function row(name, value, compared = '') {
  console.log(name.padEnd(26) + value.padStart(24) + compared.padStart(12))
}
