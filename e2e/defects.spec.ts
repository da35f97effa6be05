import { expect, test } from '@playwright/test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  BLUEPRINT,
  drop,
  editor,
  folder,
  go,
  headline,
  openSample,
  paste,
  rail,
  verdict,
} from './parts'

/** The defects of the review, by their numbers. */
test('D1: a layer that is not read gives no verdict, and a way on', async ({ page }) => {
  const layers = JSON.parse(readFileSync('dist/samples/sealed/index.json', 'utf8')) as { manifests: { digest: string }[] } // prettier-ignore
  const digest = layers.manifests[0]?.digest.replace('sha256:', '') ?? ''
  const manifest = JSON.parse(readFileSync(`dist/samples/sealed/blobs/sha256/${digest}`, 'utf8')) as { layers: { digest: string }[] } // prettier-ignore
  const layer = manifest.layers[1]?.digest.replace('sha256:', '') ?? ''
  await page.route(`**/blobs/sha256/${layer}`, (route) => route.abort())
  await openSample(page, 'sealed')
  await expect(headline(page)).toHaveText('Not checked: layer 2 of 2 could not be read.')
  await expect(rail(page).getByRole('link', { name: /^Seal/ })).toContainText('not read')
  await expect(verdict(page)).not.toContainText(/proved|refuses/i)
  await page.unroute(`**/blobs/sha256/${layer}`)
  await page.getByRole('button', { name: 'Read it again' }).click()
  await expect(headline(page)).toHaveText(/^The seal holds/)
})

const SECRET = '# mine\n[[customizations.user]]\nname = "core"\npassword = "hunter2"\n'

test('D2, D14: a reload keeps the own text; a receiver is asked for the secret', async ({
  page,
  browser,
}) => {
  await openSample(page, 'classic', 'plan')
  await paste(page, SECRET)
  await expect(page).toHaveURL(/#plan=/)
  const address = page.url()
  await page.reload()
  await expect(editor(page)).toContainText('hunter2')
  await expect(editor(page)).toContainText('# mine')
  const other = await (await browser.newContext()).newPage()
  await other.goto(address)
  await expect(headline(other)).toContainText(
    '1 secret is missing: no manifest until you enter it.',
  )
  await expect(other.getByRole('status').filter({ hasText: 'A shared plan' })).toContainText(
    'left out of the link',
  )
  await expect(other.getByRole('button', { name: 'Manifest', exact: true })).toBeDisabled()
  await expect(editor(other)).not.toContainText('hunter2')
  await other.context().close()
})

test('D3: the headline is the worst consequence, never a bare Sealed', async ({ page }) => {
  await openSample(page, 'mismatch')
  await expect(page.getByRole('heading', { name: 'Sealed', exact: true })).toHaveCount(0)
  await expect(verdict(page)).toHaveClass(/bad/)
})

test('D4: a dropped blueprint goes into the editor, an unknown file changes nothing', async ({
  page,
}) => {
  await openSample(page, 'sealed')
  await drop(page, 'main', { 'bp.toml': BLUEPRINT })
  await expect(editor(page)).toContainText('quiet')
  await drop(page, 'main', { 'notes.txt': 'hello' })
  await expect(page.getByRole('alert')).toContainText(
    'notes.txt is nothing that can be opened here',
  )
  await expect(editor(page)).toContainText('quiet')
})

test('D5: the receiver sees what the link is about', async ({ page, browser }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, BLUEPRINT)
  await expect(page).toHaveURL(/#plan=/)
  const other = await (await browser.newContext()).newPage()
  await other.goto(page.url())
  await expect(headline(other)).toContainText('3 of 4 customizations are lost')
  await expect(other.getByText('A shared plan')).toBeVisible()
  await other.context().close()
})

test('D5: an unknown registry is asked about first', async ({ page }) => {
  await page.goto('./#image=registry.corp.invalid/a/b')
  await expect(headline(page)).toHaveText('This link wants to read from registry.corp.invalid')
})

test('D6: the card tells the seal, the repair and sizes for people', async ({ page }) => {
  await openSample(page, 'mismatch', 'plan')
  await paste(page, BLUEPRINT)
  await expect(headline(page)).toContainText('are lost')
  await page.getByRole('button', { name: 'Share' }).click()
  const card = page.locator('.gh')
  await expect(card).toContainText('Broken seal')
  await expect(card).toContainText('Move the line before the stage that seals')
  await expect(card).toContainText('30 GiB GPT')
})

test('D7: a refused build says only that', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, BLUEPRINT)
  await page.getByLabel('Image type').selectOption('anaconda-iso')
  await expect(headline(page)).toHaveText('image-builder refuses: nothing is built.')
  await expect(editor(page)).not.toContainText('applied')
})

test('D8: a partition that nothing mounts is in part', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await page.getByLabel('Templates').selectOption('20 GiB with its own /var/log')
  await expect(headline(page)).toContainText('in part')
  await expect(editor(page)).toContainText('in part')
})

test('D10: without the clipboard the text is copied another way, or selected', async ({ page }) => {
  await page.addInitScript(() =>
    Object.defineProperty(navigator, 'clipboard', { value: undefined }),
  )
  await openSample(page, 'mismatch')
  await page.getByRole('button', { name: 'Copy review card' }).click()
  await expect(
    page.getByRole('button', { name: 'Copied' }).or(page.getByRole('alert')),
  ).toBeVisible()
  await page.evaluate(() => Object.defineProperty(document, 'execCommand', { value: () => false }))
  await page
    .getByRole('button', { name: /^Copy the digest/ })
    .first()
    .click()
  await expect(page.getByLabel('Text to copy')).toBeFocused()
})

test('D12: whether the kernel finds its root on the disk is said', async ({ page }) => {
  await openSample(page, 'sealed-xfs', 'disk')
  await expect(page.getByRole('region', { name: 'What this disk means' })).toContainText(
    'The system does not start.',
  )
})

test('D15: paper gets all views, without bars and buttons', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, BLUEPRINT)
  await expect(headline(page)).toContainText('are lost')
  await page.evaluate(() => window.dispatchEvent(new Event('beforeprint')))
  await page.emulateMedia({ media: 'print' })
  await expect(page.getByRole('region', { name: 'Digests' })).toBeVisible()
  await expect(page.locator('.paper > li')).toHaveCount(4)
  await expect(page.locator('.top')).toBeHidden()
})

test('D16: the disk is drawn to scale', async ({ page }) => {
  await openSample(page, 'sealed', 'disk')
  await expect(page.locator('.disk-bar i').first()).toBeVisible()
  const shares = await page.locator('.disk-bar i').evaluateAll((parts) => {
    const whole = parts[0]?.parentElement?.getBoundingClientRect().width ?? 1
    return parts.map((part) => part.getBoundingClientRect().width / whole)
  })
  expect(Math.max(...shares)).toBeGreaterThan(0.75)
  expect(shares.reduce((sum, share) => sum + share, 0)).toBeLessThan(1.02)
})

test('D17: what people have on their clipboard is understood', async ({ page }) => {
  await page.goto('./')
  const field = page.getByRole('textbox', { name: 'Image reference' })
  await field.fill('sample:classic')
  await page.keyboard.press('Enter')
  await expect(headline(page)).toHaveText(/ordinary kernel/)
  await page.getByRole('textbox', { name: 'Image reference' }).fill('oci:some-folder')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('alert')).toContainText('Drop the file or the folder on the page.')
})

test('D20, D21, D22: state beside each view, one place per finding, digests by value', async ({
  page,
}) => {
  await openSample(page, 'mismatch', 'seal')
  await expect(rail(page).getByRole('link', { name: /^Manifest/ })).toContainText('ready')
  const rows = page.getByRole('region', { name: 'Digests' }).locator('.forms > li')
  expect(await rows.count()).toBeLessThan(12)
  await go(page, 'Findings')
  await expect(page.getByRole('main')).not.toContainText('the seal does not hold')
  await expect(page.getByRole('main')).toContainText('The broken seal is told under')
})

test('D23: the final command line comes first, each word once', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  const dock = page.getByRole('region', { name: 'What comes out' })
  await dock.getByRole('button', { name: /^Kernel arguments/ }).click()
  await expect(dock.getByLabel('What the kernel gets')).toContainText('rw')
})

test('D24: opened before, with what was said of it', async ({ page }) => {
  await openSample(page, 'mismatch')
  await page.getByRole('button', { name: 'Sealscope' }).click()
  const recent = page.getByRole('region', { name: 'Opened before' })
  await expect(recent).toContainText('seal broken')
  await expect(recent).toContainText('just now')
  await recent.getByRole('button', { name: 'Forget sample:mismatch' }).click()
  await expect(recent).toHaveCount(0)
})

test('D26: the field has the focus at the start', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 800 })
  await page.goto('./')
  await expect(page.getByRole('textbox', { name: 'Image reference' })).toBeFocused()
  const open = await page.getByRole('button', { name: 'Open', exact: true }).boundingBox()
  const field = await page.getByRole('textbox', { name: 'Image reference' }).boundingBox()
  expect(Math.abs((open?.y ?? 0) - (field?.y ?? 99))).toBeLessThan(30)
})

test('a bundle has the same bytes twice, and opens again by a drop', async ({ page }) => {
  await openSample(page, 'mismatch', 'plan')
  await paste(page, BLUEPRINT)
  await expect(headline(page)).toContainText('are lost')
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('button', { name: 'Bundle (.zip)' }).click()
  const save = async () => {
    const waiting = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save everything' }).click()
    return readFileSync(await (await waiting).path())
  }
  const [first, second] = [await save(), await save()]
  expect(first.equals(second)).toBe(true)
  const file = join(folder(), 'a.sealscope.zip')
  writeFileSync(file, first)
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByLabel('Choose a file').setInputFiles(file)
  await expect(headline(page)).toHaveText(/^The seal is broken/)
  await go(page, 'Blueprint')
  await expect(editor(page)).toContainText('# of the web team')
})

test('the report is one file without a script that opens offline', async ({ page, context }) => {
  await openSample(page, 'mismatch')
  await page.getByRole('button', { name: 'Share' }).click()
  await page.getByRole('button', { name: 'Report as one HTML file' }).click()
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save the report' }).click()
  const html = readFileSync(await (await waiting).path(), 'utf8')
  expect(html).not.toMatch(/<script|<button|javascript:/)
  const file = join(folder(), 'report.html')
  writeFileSync(file, html)
  await context.setOffline(true)
  const other = await context.newPage()
  await other.goto(`file://${file}`)
  await expect(other.getByRole('heading', { level: 1 }).first()).toHaveText(/^The seal is broken/)
  await expect(other.getByText('forms of the digest').first()).toBeVisible()
})

test('D25: the bundled server sends the page packed', async ({ request }) => {
  const text = await (await request.get('./')).text()
  const script = /src="\.\/(assets\/index-[^"]+\.js)"/.exec(text)?.[1] ?? ''
  const response = await request.get(`./${script}`)
  expect(response.headers()['content-encoding']).toBe('gzip')
  expect(Number(response.headers()['content-length'])).toBeLessThan(150_000)
})
