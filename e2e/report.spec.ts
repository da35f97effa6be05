import { expect, test, type Page } from '@playwright/test'
import AxeBuilder from '@axe-core/playwright'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

async function openSample(page: Page, title: string): Promise<void> {
  await page.goto('./')
  await page.getByRole('button', { name: title }).click()
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
}

test('the first click on a sample shows a full report', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await openSample(page, 'Sealed, and the seal holds')
  const verdict = page.getByRole('region', { name: 'Verdict' })
  await expect(verdict.getByRole('heading', { name: 'Sealed', exact: true })).toBeVisible()
  await expect(verdict.getByRole('heading', { name: 'The seal holds' })).toBeVisible()
  await expect(verdict).toContainText('v1-nsec-kept/sha512')
  const uki = page.getByRole('region', { name: 'Unified kernel image' })
  await expect(uki).toContainText('composefs=')
  await expect(uki.getByRole('cell', { name: '.cmdline' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Layers' }).getByRole('row')).toHaveCount(3)
  await expect(page.getByRole('region', { name: 'System' })).toContainText('Example Linux 43')
  expect(errors).toEqual([])
})

const SAMPLES = [
  ['Sealed by an old bootc', 'Sealed', 'The seal holds'],
  ['Sealed, then changed', 'Sealed', 'The seal does not hold'],
  ['A digest that is only a name', 'Not sealed: the digest is optional', 'The seal holds'],
] as const

for (const [title, claimed, proved] of SAMPLES) {
  test(`${title}: claimed and proved are two things`, async ({ page }) => {
    await openSample(page, title)
    const verdict = page.getByRole('region', { name: 'Verdict' })
    await expect(verdict.getByRole('heading', { name: claimed, exact: true })).toBeVisible()
    await expect(verdict.getByRole('heading', { name: proved })).toBeVisible()
  })
}

test('an image without a UKI is told from its kernel', async ({ page }) => {
  await openSample(page, 'Classic kernel and initramfs')
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText('Not sealed')
})

test('an archive from disk gives the same report, and a text file a sentence', async ({ page }) => {
  const archive = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'image.tar')
  execFileSync('tar', ['-cf', archive, '-C', 'dist/samples/sealed', '.'])
  await page.goto('./')
  await page.getByLabel('A file', { exact: true }).setInputFiles(archive)
  await expect(page.getByRole('heading', { name: 'The seal holds' })).toBeVisible()
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByLabel('A file', { exact: true }).setInputFiles('LICENSE')
  await expect(page.getByRole('alert')).toContainText('LICENSE is nothing that can be opened')
})

test('saved facts open again, and cut ones are a sentence', async ({ page }) => {
  await openSample(page, 'Sealed, then changed')
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save facts' }).click()
  const text = readFileSync(await (await waiting).path(), 'utf8')
  const facts = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'facts.json')
  writeFileSync(facts, text)
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByLabel('A file', { exact: true }).setInputFiles(facts)
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
  writeFileSync(facts, JSON.stringify({ ...(JSON.parse(text) as object), seal: null }))
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByLabel('A file', { exact: true }).setInputFiles(facts)
  await expect(page.getByRole('alert')).toContainText('key seal, expected an object, found null')
})

test('the matrix says which release accepts the seal, and why another does not', async ({
  page,
}) => {
  await openSample(page, 'Sealed by an old bootc')
  const matrix = page.getByRole('table').filter({ hasText: 'Fresh install' })
  await expect(matrix.getByRole('columnheader')).toHaveCount(4)
  await expect(matrix.getByText('accepts').first()).toBeVisible()
  await expect(matrix.getByText('refuses').first()).toBeVisible()
  await expect(page.getByRole('region', { name: 'Verdict' })).toContainText(
    'bootc >=1.16.4 refuses a fresh install',
  )
})

test('reload, back and forward keep the view', async ({ page }) => {
  await openSample(page, 'Sealed, then changed')
  await page.reload()
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Built-in samples' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Forget mismatch' })).toBeVisible()
  await page.goForward()
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
})

test('an address that names nothing says so', async ({ page }) => {
  await page.goto('./#sample=../../etc/passwd')
  await expect(page.getByRole('alert')).toContainText('nothing that this page can show')
})

test('the keyboard alone is enough', async ({ page }) => {
  await page.goto('./')
  await page.getByRole('button', { name: 'Sealed, and the seal holds' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'The seal holds' })).toBeVisible()
})

for (const scheme of ['light', 'dark'] as const) {
  test(`start and report have no accessibility violation (${scheme})`, async ({ browser }) => {
    const context = await browser.newContext({
      colorScheme: scheme,
      viewport: { width: 360, height: 740 },
    })
    const page = await context.newPage()
    await page.goto('./')
    await expect(page.getByRole('heading', { name: 'Built-in samples' })).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    await openSample(page, 'Sealed, then changed')
    await expect(page.getByText('The chain breaks at: UKI karg')).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(360)
    await context.close()
  })
}
