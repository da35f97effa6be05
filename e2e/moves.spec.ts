import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-moves-'))
const archive = join(folder, 'mismatch.tar')
test.beforeAll(() => {
  execFileSync('tar', ['-cf', archive, '-C', 'dist/samples/mismatch', '.'])
})

const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' })
const editor = (page: Page) => page.getByRole('textbox', { name: 'Blueprint text' })

async function write(page: Page, text: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

/** Holds the blobs of samples back until told. */
async function holdBlobs(page: Page): Promise<() => void> {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/blobs/**', async (route) => {
    await held
    await route.continue().catch(() => undefined)
  })
  return release
}

test('what is cancelled or left while it is read shows nothing later', async ({ page }) => {
  await page.goto('./')
  const release = await holdBlobs(page)
  const sample = page.getByRole('button', { name: 'Sealed, and the seal holds' })
  await sample.click()
  await expect(page.getByRole('heading', { name: 'sample sealed' })).toBeFocused()
  await expect(page).toHaveTitle('Reading sample sealed: Sealscope')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  await page.keyboard.press('Escape')
  await expect(sample).toBeVisible()
  await sample.click()
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await expect(sample).toBeVisible()
  await sample.click()
  await page.goto('./#plan=AAAA')
  await expect(page.getByRole('alert')).toBeFocused()
  release()
  await page.getByRole('button', { name: 'Sealed, then changed' }).click()
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
  await expect(verdict(page).getByRole('heading', { level: 1 })).toBeFocused()
  await expect(page).toHaveTitle('mismatch: Sealscope')
})

test('back from a report with a blueprint keeps both addresses', async ({ page }) => {
  await page.goto('./#sample=classic')
  await expect(editor(page)).toBeVisible()
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByRole('button', { name: 'Sealed, and the seal holds' }).click()
  await write(page, '[customizations]\nhostname = "a"\n')
  await expect(page).toHaveURL(/#plan=/)
  const address = page.url()
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await expect(page.getByRole('heading', { name: 'Built-in samples' })).toBeVisible()
  await page.waitForTimeout(400)
  expect(new URL(page.url()).hash).toBe('')
  await page.goBack()
  await expect(verdict(page)).toBeVisible()
  await expect(editor(page)).toContainText('hostname')
  expect(page.url()).toBe(address)
  await page.goBack()
  await page.goBack()
  await expect(page.getByText('Not sealed: kernel and initramfs')).toBeVisible()
  await page.waitForTimeout(400)
  expect(new URL(page.url()).hash).toBe('#sample=classic')
})

test('a file has its place in the history, and after a reload a sentence', async ({ page }) => {
  await page.goto('./')
  await page.getByLabel('A file', { exact: true }).setInputFiles(archive)
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('heading', { name: 'Built-in samples' })).toBeVisible()
  await page.goForward()
  await expect(page.getByRole('heading', { name: 'The seal does not hold' })).toBeVisible()
  await write(page, '[customizations]\nhostname = "a"\n')
  await expect(page).toHaveURL(/#plan=/)
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('loaded again has no files')
  await expect(page.getByText('The link brought a blueprint.')).toBeVisible()
  await page.getByRole('button', { name: 'Sealed, and the seal holds' }).click()
  await expect(editor(page)).toContainText('hostname')
})

test('a reference that cannot be opened stays in its field', async ({ page }) => {
  await page.goto('./')
  const field = page.getByRole('textbox', { name: 'Image reference' })
  await field.fill('registry.invalid/a/b')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toBeFocused()
  await expect(field).toHaveValue('registry.invalid/a/b')
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
})

test('a browser that keeps nothing shows everything all the same', async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, 'localStorage', {
      get: () => {
        throw new DOMException('blocked', 'SecurityError')
      },
    })
  })
  await page.goto('./')
  await page.getByRole('button', { name: 'Sealed, and the seal holds' }).click()
  await expect(page.getByRole('heading', { name: 'The seal holds' })).toBeVisible()
})

test('by keyboard: skip link, sections, and out of the editor again', async ({ page }) => {
  await page.goto('./#sample=sealed')
  await expect(editor(page)).toBeVisible()
  await page.reload()
  await expect(editor(page)).toBeVisible()
  await page.keyboard.press('Shift+Tab')
  await page.getByRole('link', { name: 'Skip to the content' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.locator('main')).toBeFocused()
  await page.getByRole('navigation').getByRole('button', { name: 'Layers' }).focus()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: /^Layers/ })).toBeFocused()
  await editor(page).focus()
  await page.keyboard.type('a = 1')
  await page.keyboard.press('Tab')
  await expect(page.getByRole('button', { name: 'Example' })).toBeFocused()
})

/** Drops on an element what a user drags in: files with their text. */
async function drop(page: Page, selector: string, files: Record<string, string>): Promise<void> {
  const transfer = await page.evaluateHandle((entries) => {
    const made = new DataTransfer()
    for (const [name, text] of entries) made.items.add(new File([text], name))
    return made
  }, Object.entries(files))
  for (const type of ['dragover', 'drop']) {
    await page.dispatchEvent(selector, type, { dataTransfer: transfer })
  }
}

test('a drop anywhere opens the file; several, or none that fits, are a sentence', async ({
  page,
}) => {
  await page.goto('./')
  await drop(page, '.hero', { 'a.txt': 'hello' })
  await expect(page.getByRole('alert')).toContainText('a.txt is nothing that can be opened')
  await drop(page, 'footer, .cards', { 'a.txt': 'x', 'b.txt': 'y' })
  await expect(page.getByRole('alert')).toContainText('2 files were dropped')
  const layout = join(folder, 'no-layout')
  mkdirSync(layout, { recursive: true })
  writeFileSync(join(layout, 'a'), '')
  await page.getByLabel('An OCI layout folder').setInputFiles(layout)
  await expect(page.getByRole('alert')).toContainText('holds no OCI layout')
  await page.getByLabel('An OCI layout folder').setInputFiles('dist/samples/sealed')
  await expect(page.getByRole('heading', { name: 'The seal holds' })).toBeVisible()
})

test('without its parts the page does with less', async ({ page }) => {
  await page.route('**/code-editor-*.js', (route) => route.abort())
  await page.route('**/compare-view-*.js', (route) => route.abort())
  await page.goto('./#sample=sealed')
  await expect(verdict(page)).toBeVisible()
  await editor(page).fill('[customizations]\nhostname = "a"\n')
  await expect(page.getByText('1 of 1 customizations would be lost.')).toBeVisible()
  await page.route('**/main-*.js', (route) => route.abort())
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByRole('button', { name: 'Sealed, then changed' }).click()
  await expect(page.getByRole('alert')).toContainText('the worker died')
})

test('a comparison: facts, paths, filters; axe finds nothing', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('./#sample=sealed')
  const compare = page.getByRole('region', { name: 'Compare' })
  await compare.getByLabel('With a file').setInputFiles(archive)
  await expect(compare.getByText('2 paths differ from mismatch.tar.')).toBeVisible()
  await compare.getByRole('button', { name: /^mtime/ }).click()
  await expect(compare.getByRole('listitem')).toHaveCount(1)
  expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await compare.getByLabel('Reference of the other image').fill('sample:sealed')
  await page.keyboard.press('Enter')
  await expect(compare.getByText('Nothing differs from sample sealed.')).toBeVisible()
  await compare.getByLabel('With a file').setInputFiles('LICENSE')
  await expect(compare.getByRole('alert')).toContainText('LICENSE is nothing')
})

test('facts of an attacker are text, and their words no keys', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  const args = ['dist/cli/sealscope.js', 'inspect', 'sample:mismatch', '--json']
  const text = execFileSync(process.execPath, args, { encoding: 'utf8' })
  const html = '<img src=x onerror=alert(1)>'
  const facts = JSON.parse(text) as {
    os: { prettyName: string }
    seal: { modifiers: string[] }
    kargs: string[]
    installConfig: { raw: unknown }
  }
  facts.os.prettyName = html
  facts.seal.modifiers = ['__proto__', 'constructor']
  facts.kargs = Array.from({ length: 30_000 }, (_, index) => `karg${index}`)
  const file = join(folder, 'facts.json')
  writeFileSync(file, JSON.stringify(facts))
  await page.goto('./')
  await page.getByLabel('A file', { exact: true }).setInputFiles(file)
  await expect(verdict(page).getByText('__proto__').first()).toBeVisible()
  await expect(page.getByText(html).first()).toBeVisible()
  await expect(page.getByRole('button', { name: /more rows$/ })).toBeVisible()
  await expect(page.getByRole('alert')).toHaveCount(0)
  expect(errors).toEqual([])
})

test('2,000 lines at once block nothing, and the address carries them', async ({ page }) => {
  await page.goto('./#sample=sealed')
  await expect(editor(page)).toBeVisible()
  await page.evaluate(() => {
    const seen: number[] = []
    Object.assign(window, { seen })
    new PerformanceObserver((list) => {
      seen.push(...list.getEntries().map(({ duration }) => duration))
    }).observe({ type: 'longtask' })
  })
  const files = Array.from({ length: 660 }, (_, index) => {
    return `[[customizations.files]]\npath = "/etc/a/${index}"\ndata = "hello"\n`
  })
  await write(page, files.join(''))
  await expect(page.getByText('660 of 660 customizations would be lost.')).toBeVisible()
  await expect(page).toHaveURL(/#plan=/)
  // Typed text took 10 s before; the limit leaves room for a busy machine.
  const longest = await page.evaluate(() =>
    Math.max(0, ...(window as unknown as { seen: number[] }).seen),
  )
  expect(longest).toBeLessThan(500)
  await page.reload()
  await expect(page.getByText('660 of 660 customizations would be lost.')).toBeVisible()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save everything' }).click()
  expect(
    readFileSync(await (await waiting).path())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK')
})

test('a type that the other release lacks stays chosen, and is named as unknown', async ({
  page,
}) => {
  await page.goto('./#sample=sealed')
  await expect(editor(page)).toBeVisible()
  const type = page.getByLabel('Image type')
  await type.selectOption('oci')
  await page.getByRole('combobox').nth(1).selectOption('0.274')
  await expect(type).toHaveValue('oci')
  await expect(type).toContainText('oci: unknown to this release')
  await expect(page.getByText(/image-builder refuses this/)).toBeVisible()
  // The ring is that of the host, which nothing cuts off.
  await editor(page).focus()
  await expect(page.locator('.code-host')).toHaveCSS('outline-style', 'solid')
})
