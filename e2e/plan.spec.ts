import AxeBuilder from '@axe-core/playwright'
import { expect, test, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const BLUEPRINT = `name = "web"

[customizations.kernel]
append = "quiet"

[[customizations.user]]
name = "core"
password = "$6$saltsaltsaltsalt$0123456789abcdefghijABCDEFGHIJ./0123456789abcdefghijABCDEFGHIJ./0123456789abcdefghijAB"

[[customizations.files]]
path = "/etc/motd"
data = "hello"

[customizations.disk]
minsize = "30 GiB"
`

async function openSample(page: Page, name: string): Promise<string[]> {
  const errors: string[] = []
  await page.exposeFunction('tellViolation', (directive: string) => errors.push(directive))
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective }) => {
      void (window as unknown as { tellViolation(text: string): void }).tellViolation(
        violatedDirective,
      )
    })
  })
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(`./#sample=${name}`)
  await expect(page.getByRole('region', { name: 'Verdict' })).toBeVisible()
  await expect(page.getByRole('region', { name: 'Disk' })).toBeVisible()
  return errors
}

/** As a user pastes: into the editor, by keyboard. */
async function paste(page: Page, text: string): Promise<void> {
  const editor = page.getByRole('textbox', { name: 'Blueprint text' })
  await editor.click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

test('a pasted blueprint: what a sealed image loses, the disk, the manifest', async ({ page }) => {
  const errors = await openSample(page, 'sealed')
  await paste(page, BLUEPRINT)
  const plan = page.getByRole('region', { name: 'Blueprint' })
  await expect(plan.getByText('3 of 4 customizations would be lost.')).toBeVisible()
  const user = plan.getByRole('listitem').filter({ hasText: 'customizations.user[0]' })
  await expect(user.first()).toContainText('dropped in silence')
  await plan.getByRole('button', { name: /^dropped in silence 3/ }).click()
  const items = plan.getByRole('listitem')
  await expect(items.filter({ hasText: 'customizations.disk' })).toHaveCount(0)
  const disk = page.getByRole('region', { name: 'Disk' })
  await expect(disk.getByRole('img', { name: /A disk of .*partitions 1: fat/ })).toBeVisible()
  await expect(disk.getByRole('row')).toHaveCount(3)
  await expect(disk).toContainText('root, x86-64')

  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Download manifest' }).click()
  const manifest = readFileSync(await (await waiting).path(), 'utf8')
  const file = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'blueprint.toml')
  writeFileSync(file, BLUEPRINT)
  const args = ['dist/cli/sealscope.js', 'manifest', 'sample:sealed', '--blueprint', file]
  expect(manifest).toBe(execFileSync(process.execPath, args, { encoding: 'utf8' }))
  expect(errors).toEqual([])
})

test('an ordinary image takes what a sealed one loses', async ({ page }) => {
  await openSample(page, 'classic')
  await paste(page, BLUEPRINT)
  const plan = page.getByRole('region', { name: 'Blueprint' })
  await expect(plan.getByText('All 4 customizations are applied.')).toBeVisible()
  await page.getByLabel('Image type').selectOption('bootc-installer')
  await expect(plan.getByText(/customizations would be lost/)).toBeVisible()
})

test('a stage leads to the customization that caused it', async ({ page }) => {
  const errors = await openSample(page, 'classic')
  await paste(page, BLUEPRINT)
  const manifest = page.getByRole('region', { name: 'Manifest' })
  await manifest.getByLabel('Find').fill('org.osbuild.users')
  await manifest.getByText('org.osbuild.users', { exact: true }).click()
  const cause = manifest.getByText('Because of').filter({ hasText: 'customizations.user[0]' })
  await cause.getByRole('button', { name: 'line 6' }).click()
  await expect(page.getByRole('textbox', { name: 'Blueprint text' })).toBeFocused()
  expect(errors).toEqual([])
})

test('an unknown key is told with its line, and the line is one click away', async ({ page }) => {
  await openSample(page, 'sealed')
  await paste(page, 'name = "x"\n\n[customizations]\nhostnam = "y"\n')
  const plan = page.getByRole('region', { name: 'Blueprint' })
  await expect(plan.getByRole('list', { name: 'Problems of the blueprint' })).toContainText(
    'line 4',
  )
  await plan.getByRole('button', { name: 'line 4' }).click()
  await expect(page.getByRole('textbox', { name: 'Blueprint text' })).toBeFocused()
})

test('a link shows others the same, without the password', async ({ page, context }) => {
  await openSample(page, 'sealed')
  await paste(page, BLUEPRINT)
  await expect(page.getByText('3 of 4 customizations would be lost.')).toBeVisible()
  await page.getByRole('button', { name: 'Share' }).click()
  await expect(page.getByText('customizations.user[0].password')).toBeVisible()
  const link = await page.getByLabel('Link').inputValue()
  const other = await context.newPage()
  await other.goto(link)
  await expect(other.getByText('3 of 4 customizations would be lost.')).toBeVisible()
  await expect(other.getByRole('textbox', { name: 'Blueprint text' })).toContainText(
    'removed from the link',
  )
  await page.reload()
  await expect(page.getByText('3 of 4 customizations would be lost.')).toBeVisible()
})

test('a broken link is a sentence', async ({ page }) => {
  await page.goto('./#plan=AAAA')
  await expect(page.getByRole('alert')).toContainText('the link cannot be read')
})

for (const colorScheme of ['light', 'dark'] as const) {
  test(`plan, disk and manifest have no accessibility violation (${colorScheme})`, async ({
    browser,
  }) => {
    const viewport = { width: 360, height: 740 }
    const context = await browser.newContext({ colorScheme, viewport })
    const page = await context.newPage()
    await openSample(page, 'sealed')
    await paste(page, BLUEPRINT)
    await expect(page.getByText('3 of 4 customizations would be lost.')).toBeVisible()
    expect((await new AxeBuilder({ page }).analyze()).violations).toEqual([])
    const width = await page.evaluate(() => document.documentElement.scrollWidth)
    expect(width).toBeLessThanOrEqual(360)
    await context.close()
  })
}

test('what differs between the releases is told from two plans', async ({ page }) => {
  const errors = await openSample(page, 'sealed')
  await paste(page, BLUEPRINT)
  const plan = page.getByRole('region', { name: 'Blueprint' })
  await expect(plan.getByText('3 of 4 customizations would be lost.')).toBeVisible()
  await plan.getByText('What differs between image-builder 79 and images 0.274').click()
  const table = plan.getByRole('group', { name: 'Differences between the releases' })
  await expect(table.getByRole('row').filter({ hasText: 'partition' }).first()).toBeVisible()
  await expect(plan.getByText('The plans differ:')).toBeVisible()
  expect(errors).toEqual([])
})
