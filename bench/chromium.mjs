// The page in Chromium: seconds from the click on an image, served as a sample by `sealscope serve`, to the
// verdict; long tasks of the page meanwhile; the largest renderer process.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findChromium } from '../scripts/test-programs.mjs'

const PORT = 8196
const WAIT = 300_000

/** Null where there is no Chromium. */
export async function openChromium(layout, folder) {
  const executablePath = findChromium()
  const { chromium } = await import('@playwright/test')
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
  const browser = await chromium
    .launch({ args, ...(executablePath === null ? {} : { executablePath }) })
    .catch(() => null)
  if (browser === null) return null
  const server = serve(layout, folder)
  await answers()
  return {
    measure: () => measure(browser),
    async close() {
      await browser.close()
      server.kill()
    },
  }
}

/** The built page with the image as its only sample. */
function serve(layout, folder) {
  mkdirSync(join(folder, 'site/samples'), { recursive: true })
  cpSync('dist/cli', join(folder, 'site/cli'), { recursive: true })
  symlinkSync(resolve('dist/page'), join(folder, 'site/page'))
  symlinkSync(resolve(layout), join(folder, 'site/samples/bench'))
  const sample = { name: 'bench', title: 'Bench', description: 'The image to measure.' }
  writeFileSync(join(folder, 'site/samples/index.json'), JSON.stringify([sample]))
  const words = [join(folder, 'site/cli/sealscope.js'), 'serve', '--port', String(PORT)]
  return spawn(process.execPath, words, { stdio: 'ignore' })
}

async function answers() {
  for (let round = 0; round < 50; round++) {
    const ready = await fetch(`http://127.0.0.1:${PORT}/`).then(
      (response) => response.ok,
      () => false,
    )
    if (ready) return
    await new Promise((done) => setTimeout(done, 100))
  }
}

async function measure(browser) {
  const page = await browser.newPage()
  await page.addInitScript(() => {
    globalThis.longTasks = []
    const note = (list) => globalThis.longTasks.push(...list.getEntries().map((e) => e.duration))
    new PerformanceObserver(note).observe({ type: 'longtask' })
  })
  await page.goto(`http://127.0.0.1:${PORT}/`)
  const start = page.getByRole('button', { name: /^Bench/ })
  await start.waitFor()
  await page.evaluate(() => (globalThis.longTasks.length = 0))
  let peak = 0
  const timer = setInterval(() => (peak = Math.max(peak, rendererMegabytes())), 500)
  const begin = performance.now()
  await start.click()
  await page.getByRole('region', { name: 'Verdict' }).waitFor({ timeout: WAIT })
  const seconds = (performance.now() - begin) / 1000
  clearInterval(timer)
  const longTasks = await page.evaluate(() => globalThis.longTasks)
  await page.close()
  return { seconds, longTasks: longTasks.length, peak }
}

function rendererMegabytes() {
  const { stdout } = spawnSync('ps', ['-eo', 'rss,args'], { encoding: 'utf8' })
  const sizes = (stdout ?? '')
    .split('\n')
    .filter((line) => line.includes('--type=renderer'))
    .map((line) => Number.parseInt(line.trim(), 10) / 1024)
  return Math.round(Math.max(0, ...sizes))
}
