import { expect, test } from '@playwright/test'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  archiveOf,
  drop,
  editor,
  folder,
  go,
  headline,
  openSample,
  rail,
  tool,
  verdict,
} from './parts'

test('the first click on a sample shows the answer, and what it rests on', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto('./')
  await expect(page.getByRole('textbox', { name: 'Image reference' })).toBeFocused()
  await page.getByRole('button', { name: /^Sealed, and the seal holds/ }).click()
  await expect(headline(page)).toHaveText(/^The seal holds\. bootc .* installs this image\.$/)
  await expect(page).toHaveTitle('Seal holds – sealed – Sealscope')
  await expect(page.getByRole('img', { name: /of six links hold/ })).toBeVisible()
  await go(page, 'Boot')
  await expect(page.getByRole('region', { name: /^Kernel image / })).toContainText('composefs=')
  await go(page, 'Layers')
  await expect(page.locator('.layers > li')).toHaveCount(2)
  await go(page, 'Seal')
  await expect(page.getByRole('region', { name: 'Digests' })).toContainText('demanded')
  expect(errors).toEqual([])
})

const HEADLINES = [
  ['mismatch', 'The seal is broken. No bootc release installs this image.', 'broken'],
  [
    'sealed-old-bootc',
    /^Sealed for bootc .*\. Newer releases refuse to install it\.$/,
    'older form',
  ],
  ['verity-optional', 'Not sealed: the digest is only a name.', 'not sealed'],
  ['classic', 'Not sealed: an ordinary kernel and initramfs.', 'not sealed'],
] as const

for (const [sample, words, badge] of HEADLINES) {
  test(`${sample} is told by its worst consequence`, async ({ page }) => {
    await openSample(page, sample)
    await expect(headline(page)).toHaveText(words)
    await expect(rail(page).getByRole('link', { name: /^Seal/ })).toContainText(badge)
  })
}

test('a broken seal: cause with its line, how it is known, repair as a diff', async ({ page }) => {
  await openSample(page, 'mismatch')
  await expect(verdict(page)).toContainText(
    'Layer 2, RUN echo hello > /usr/share/motd, came after sealing and changed 2 paths.',
  )
  await expect(verdict(page)).toContainText(
    'Proved. Without that layer the image has exactly the digest',
  )
  const diff = verdict(page).getByLabel('Change of the Containerfile')
  await expect(diff).toContainText('+ RUN echo hello > /usr/share/motd')
  await expect(diff).toContainText('- RUN echo hello > /usr/share/motd')
  const then = page.getByRole('complementary', { name: 'If you deploy it as it is' })
  await expect(then).toContainText('Installation stops')
  await expect(then).toContainText('Upgrades stop')
  await verdict(page).getByRole('link', { name: 'Show the 2 paths' }).click()
  await expect(page).toHaveURL(/at=seal\/causes$/)
  await expect(page.getByText('/usr/share/motd', { exact: true })).toBeVisible()
})

test('views have addresses: rail, back, forward, reload, keys', async ({ page }) => {
  await openSample(page, 'mismatch')
  await go(page, 'Disk')
  await expect(page).toHaveURL(/#sample=mismatch&at=disk$/)
  await expect(rail(page).getByRole('link', { name: /^Disk/ })).toHaveAttribute(
    'aria-current',
    'page',
  )
  await go(page, 'Seal')
  await page.goBack()
  await expect(headline(page)).toHaveText(/^A GPT disk/)
  await page.goBack()
  await expect(verdict(page)).toBeVisible()
  await page.goForward()
  await page.reload()
  await expect(headline(page)).toHaveText(/^A GPT disk/)
  await page.keyboard.press('1')
  await expect(verdict(page)).toBeVisible()
  await page.keyboard.press(']')
  await expect(page).toHaveURL(/at=seal$/)
  await page.keyboard.press('[')
  await expect(page).toHaveURL(/#sample=mismatch$/)
})

test('the blueprint stays while views are walked, and back to another image brings its own', async ({
  page,
}) => {
  await openSample(page, 'sealed', 'plan')
  await page.getByLabel('Templates').selectOption('A serial console')
  await expect(page).toHaveURL(/#plan=.*at=plan/)
  await go(page, 'Overview')
  await expect(page.getByRole('region', { name: 'Your blueprint' })).toContainText(
    'Kernel arguments',
  )
  await page.goBack()
  await expect(editor(page)).toContainText('ttyS0')
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByRole('button', { name: /^No seal: kernel/ }).click()
  await expect(headline(page)).toHaveText(/ordinary kernel/)
  await page.goBack()
  await page.goBack()
  await expect(editor(page)).toContainText('ttyS0')
})

test('terms explain themselves in place', async ({ page }) => {
  await openSample(page, 'mismatch')
  await page.getByRole('button', { name: 'composefs' }).first().click()
  await expect(page.locator('.pop:popover-open')).toContainText('describes a whole tree of files')
  await page.keyboard.press('Escape')
  await expect(page.locator('.pop:popover-open')).toHaveCount(0)
})

test('an archive and a layout folder give the same report; a reload says what is lost', async ({
  page,
}) => {
  await page.goto('./')
  await page.getByLabel('Choose a file').setInputFiles(archiveOf('mismatch'))
  await expect(headline(page)).toHaveText(/^The seal is broken/)
  await page.goBack()
  await expect(page.getByRole('heading', { name: /that teach$/ })).toBeVisible()
  await page.goForward()
  await expect(headline(page)).toHaveText(/^The seal is broken/)
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('loaded again has no files')
  await page.getByLabel('Choose a folder').setInputFiles('dist/samples/sealed')
  await expect(headline(page)).toHaveText(/^The seal holds/)
})

test('what cannot be opened is a sentence, at the start and beside a report', async ({ page }) => {
  await page.goto('./')
  await drop(page, 'body', { 'a.txt': 'hello' })
  await expect(page.getByRole('alert')).toContainText('a.txt is nothing that can be opened here')
  await drop(page, 'body', { 'a.txt': 'x', 'b.txt': 'y' })
  await expect(page.getByRole('alert')).toContainText('2 files were dropped')
  await page.goto('./#sample=../../etc/passwd')
  await expect(page.getByRole('alert')).toContainText('nothing that this page can show')
  await page.goto('./#plan=AAAA')
  await expect(page.getByRole('alert')).toContainText('link cannot be read')
})

test('saved facts open again, and cut ones are a sentence', async ({ page }) => {
  const text = tool('inspect', 'sample:mismatch', '--json')
  const file = join(folder(), 'facts.json')
  writeFileSync(file, text)
  await page.goto('./')
  await page.getByLabel('Choose a file').setInputFiles(file)
  await expect(headline(page)).toHaveText(/^The seal is broken/)
  await page.getByRole('button', { name: 'Sealscope' }).click()
  writeFileSync(file, JSON.stringify({ ...(JSON.parse(text) as object), seal: null }))
  await page.getByLabel('Choose a file').setInputFiles(file)
  await expect(page.getByRole('alert')).toContainText('key seal, expected an object, found null')
})

test('facts of an attacker are text, and their words no keys', async ({ page }) => {
  const html = '<img src=x onerror=alert(1)>'
  const facts = JSON.parse(tool('inspect', 'sample:mismatch', '--json')) as {
    os: { prettyName: string }
    seal: { modifiers: string[] }
    kargs: string[]
    installConfig: { raw: unknown }
  }
  facts.os.prettyName = html
  facts.seal.modifiers = ['__proto__', 'constructor']
  facts.kargs = Array.from({ length: 30_000 }, (_, index) => `karg${index}`)
  const file = join(folder(), 'facts.json')
  writeFileSync(file, JSON.stringify(facts))
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto('./')
  await page.getByLabel('Choose a file').setInputFiles(file)
  await expect(page.getByText(html).first()).toBeVisible()
  await go(page, 'Seal')
  await expect(page.getByText('__proto__').first()).toBeVisible()
  await go(page, 'Boot')
  await expect(page.getByText('and 29900 more')).toBeVisible()
  expect(errors).toEqual([])
})

test('without its parts the page does with less', async ({ page }) => {
  await page.route('**/code-editor-*.js', (route) => route.abort())
  await openSample(page, 'sealed', 'plan')
  await page.getByLabel('Blueprint text').fill('[customizations]\nhostname = "a"\n')
  await expect(headline(page)).toContainText('1 of 1 customizations is lost.')
  await page.route('**/main-*.js', (route) => route.abort())
  await page.getByRole('button', { name: 'Sealscope' }).click()
  await page.getByRole('button', { name: /^A file came after/ }).click()
  await expect(page.getByRole('alert')).toContainText('worker died')
})

test('what is cancelled while it is read shows nothing later', async ({ page }) => {
  let release: () => void = () => undefined
  const held = new Promise<void>((resolve) => (release = resolve))
  await page.route('**/blobs/**', async (route) => {
    await held
    await route.continue().catch(() => undefined)
  })
  await page.goto('./')
  const sample = page.getByRole('button', { name: /^Sealed, and the seal holds/ })
  await sample.click()
  await expect(page.getByRole('heading', { name: 'Reading sample:sealed' })).toBeVisible()
  await expect(page).toHaveTitle(/Reading sample:sealed – Sealscope$/)
  await page.keyboard.press('Escape')
  await expect(sample).toBeVisible()
  release()
  await page.getByRole('button', { name: /^A file came after/ }).click()
  await expect(headline(page)).toHaveText(/^The seal is broken/)
})

test('a comparison is in the address, with facts, paths and filters', async ({ page }) => {
  await openSample(page, 'sealed', 'compare')
  await page.getByLabel('Reference of the other image').fill('sample:mismatch')
  await page.keyboard.press('Enter')
  await expect(headline(page)).toHaveText('2 paths differ.')
  await expect(page).toHaveURL(/at=compare\/sample:mismatch$/)
  await page.reload()
  await expect(headline(page)).toHaveText('2 paths differ.')
  const paths = page.getByRole('region', { name: 'Paths that differ' })
  await paths.getByRole('button', { name: /^only/ }).first().click()
  await expect(paths.getByRole('listitem')).toHaveCount(1)
  await page.getByLabel('Reference of the other image').fill('sample:sealed')
  await page.keyboard.press('Enter')
  await expect(headline(page)).toHaveText('Nothing differs.')
})

test('a browser that keeps nothing shows everything all the same', async ({ page }) => {
  await page.addInitScript(() => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, {
        get: () => {
          throw new DOMException('blocked', 'SecurityError')
        },
      })
    }
  })
  await page.goto('./')
  await page.getByRole('button', { name: /^Sealed, and the seal holds/ }).click()
  await expect(headline(page)).toHaveText(/^The seal holds/)
})

test('what a newcomer learns, link by link', async ({ page }) => {
  await page.goto('./')
  await page.getByRole('link', { name: 'What is a sealed image?' }).click()
  await expect(page).toHaveURL(/#at=learn$/)
  await page.getByRole('button', { name: 'Close the next link' }).click()
  await expect(page.getByRole('img', { name: '2 of six links closed' })).toBeVisible()
  await page.goBack()
  await expect(page.getByRole('textbox', { name: 'Image reference' })).toBeVisible()
})

test('the manifest of the page is that of the command line', async ({ page }) => {
  await openSample(page, 'sealed', 'manifest')
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download manifest' }).click()
  const manifest = readFileSync(await (await waiting).path(), 'utf8')
  expect(manifest).toBe(tool('manifest', 'sample:sealed'))
  await page.getByLabel('Find a stage').fill('mkfs.fat')
  await expect(page.locator('.stages li')).toHaveCount(1)
})
