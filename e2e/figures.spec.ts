import AxeBuilder from '@axe-core/playwright'
import { expect, test } from '@playwright/test'
import { gzipSync } from 'node:zlib'
import { BLUEPRINT, drop, headline, openSample, rail } from './parts'

const PLACES = [
  '',
  'seal',
  'install',
  'plan',
  'disk',
  'boot',
  'files',
  'manifest',
  'findings',
  'compare',
]

for (const colorScheme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    test(`no view has an accessibility violation or overflows (${colorScheme}, ${width})`, async ({
      browser,
    }) => {
      test.slow()
      const context = await browser.newContext({ colorScheme, viewport: { width, height: 900 } })
      const page = await context.newPage()
      await openSample(page, 'mismatch')
      await drop(page, 'main', { 'bp.toml': BLUEPRINT })
      await expect(headline(page)).toContainText('are lost')
      for (const place of PLACES) {
        await page.goto(`./#sample=mismatch${place === '' ? '' : `&at=${place}`}`)
        await expect(rail(page)).toBeVisible()
        await expect(headline(page)).toBeVisible()
        await page.waitForTimeout(200)
        const { violations } = await new AxeBuilder({ page }).analyze()
        expect(violations.map(({ id, nodes }) => [place, id, nodes[0]?.html])).toEqual([])
        const wide = await page.evaluate(() => document.documentElement.scrollWidth)
        expect([place, wide <= width]).toEqual([place, true])
      }
      await context.close()
    })
  }
  test(`start, learn and share have no accessibility violation (${colorScheme})`, async ({
    browser,
  }) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 390, height: 800 } })
    const page = await context.newPage()
    for (const place of ['./', './#at=learn']) {
      await page.goto(place)
      await expect(headline(page)).toBeVisible()
      await page.waitForTimeout(200)
      expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    }
    await openSample(page, 'mismatch')
    await page.getByRole('button', { name: 'Share' }).click()
    await expect(page.getByRole('dialog')).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    await context.close()
  })
}

test('first load, layout shift and length, measured', async ({ page }) => {
  const sizes = { script: 0, styleAndFonts: 0 }
  page.on('response', async (response) => {
    const body = await response.body().catch(() => Buffer.alloc(0))
    if (/\.js$/.test(response.url())) sizes.script += gzipSync(body).length
    if (/\.css$/.test(response.url())) sizes.styleAndFonts += gzipSync(body).length
    if (/\.woff2$/.test(response.url())) sizes.styleAndFonts += body.length
  })
  await page.addInitScript(() => {
    Object.assign(window, { shift: 0 })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number
        hadRecentInput: boolean
      })[]) {
        if (!entry.hadRecentInput) (window as unknown as { shift: number }).shift += entry.value
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto('./', { waitUntil: 'networkidle' })
  const first = { ...sizes }
  await page.setViewportSize({ width: 390, height: 844 })
  await openSample(page, 'mismatch')
  await page.waitForTimeout(800)
  const { shift, height } = await page.evaluate(() => ({
    shift: (window as unknown as { shift: number }).shift,
    height: document.documentElement.scrollHeight,
  }))
  const words = `first load: ${first.script} B script, ${first.styleAndFonts} B style and fonts (gzip); layout shift ${shift.toFixed(4)}; overview at 390 px: ${height} px`
  test.info().annotations.push({ type: 'measured', description: words })
  process.stdout.write(`\n${words}\n`)
  expect(first.script).toBeLessThan(220_000)
  expect(first.styleAndFonts).toBeLessThan(90 * 1024)
  expect(shift).toBeLessThan(0.02)
  expect(height).toBeLessThan(3000)
})
