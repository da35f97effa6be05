import { expect, test } from '@playwright/test'
import { BLUEPRINT, editor, go, headline, openSample, paste, tool } from './parts'
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

test('a pasted blueprint: what is lost, on the lines and in the inspector', async ({ page }) => {
  const errors = await openSample(page, 'sealed', 'plan')
  await paste(page, BLUEPRINT)
  await expect(headline(page)).toContainText('3 of 4 customizations are lost')
  await expect(headline(page)).toContainText('Nobody can log in')
  await expect(editor(page)).toContainText('dropped in silence')
  const inspector = page.getByRole('region', { name: 'The item under the cursor' })
  await inspector.getByRole('button', { name: /User core$/ }).click()
  await expect(page).toHaveURL(/at=plan\/customizations\.user\[0\]$/)
  await expect(inspector).toContainText('dropped in silence')
  await expect(inspector.getByRole('button', { name: /then seal again/ }).first()).toBeVisible()
  await page.keyboard.press('Alt+ArrowDown')
  await expect(inspector.getByRole('heading', { name: 'File /etc/motd' })).toBeVisible()
  const dock = page.getByRole('region', { name: 'What comes out' })
  await expect(dock.getByLabel('Containerfile', { exact: true })).toContainText(
    '/usr/lib/sysusers.d/60-core.conf',
  )
  await dock.getByRole('button', { name: /^Other image types/ }).click()
  await expect(dock.getByRole('button', { name: /anaconda-iso/ })).toHaveClass(/bad/)
  await dock.getByRole('button', { name: /^Kernel arguments/ }).click()
  await expect(dock.getByLabel('What the kernel gets')).toContainText('composefs=')
  expect(errors).toEqual([])
})

test('the manifest with a blueprint is that of the command line', async ({ page }) => {
  await openSample(page, 'classic', 'plan')
  await paste(page, BLUEPRINT)
  await expect(headline(page)).toContainText(/4 customizations/)
  const waiting = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Manifest', exact: true }).click()
  const manifest = readFileSync(await (await waiting).path(), 'utf8')
  const file = join(mkdtempSync(join(tmpdir(), 'sealscope-')), 'blueprint.toml')
  writeFileSync(file, BLUEPRINT)
  expect(manifest).toBe(tool('manifest', 'sample:classic', '--blueprint', file))
  await go(page, 'Manifest')
  await page.getByLabel('Find a stage').fill('org.osbuild.users')
  await page.getByRole('link', { name: 'user[0]' }).click()
  await expect(page).toHaveURL(/at=plan\/customizations\.user\[0\]$/)
})

test('an unknown key is told with its line, and mended by one click', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, '[customizations]\nhostnam = "y"\n')
  const problems = page.getByRole('list', { name: 'Problems of the blueprint' })
  await expect(problems).toContainText('did you mean customizations.hostname?')
  await editor(page).getByText('hostnam').hover()
  await page.getByRole('button', { name: 'Write hostname' }).click()
  await expect(editor(page)).toContainText('hostname = "y"')
  await expect(problems).toHaveCount(0)
})

test('keys are completed from the schema', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, '[[customizations.user]]\ngr')
  await page.keyboard.type('o')
  await expect(page.getByRole('option', { name: /^groups/ })).toBeVisible()
})

test('the keyboard leaves the editor', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await editor(page).focus()
  await page.keyboard.type('a = 1')
  await page.keyboard.press('Tab')
  await expect(editor(page)).not.toBeFocused()
})

test('2,000 lines at once block nothing, and the address carries them', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await expect(editor(page)).toBeVisible()
  const files = Array.from({ length: 660 }, (_, index) => {
    return `[[customizations.files]]\npath = "/etc/a/${index}"\ndata = "hello"\n`
  })
  await paste(page, files.join(''))
  await expect(headline(page)).toContainText('660 of 660 customizations are lost.', {
    timeout: 20_000,
  })
  await expect(page).toHaveURL(/#plan=/)
  await page.reload()
  await expect(headline(page)).toContainText('660 of 660 customizations are lost.', {
    timeout: 20_000,
  })
})

test('a type that the other release lacks stays chosen, and is named as unknown', async ({
  page,
}) => {
  await openSample(page, 'sealed', 'plan')
  const type = page.getByLabel('Image type')
  await type.selectOption('oci')
  await page.getByLabel('Tool').selectOption('0.274')
  await expect(type).toHaveValue('oci')
  await expect(type).toContainText('oci: unknown to this release')
  await expect(headline(page)).toHaveText('image-builder refuses: nothing is built.')
})

test('what differs between the releases is told from two plans', async ({ page }) => {
  await openSample(page, 'sealed', 'plan')
  await paste(page, BLUEPRINT)
  const dock = page.getByRole('region', { name: 'What comes out' })
  await dock.getByRole('button', { name: /^Against images/ }).click()
  const table = dock.getByRole('group', { name: 'Differences between the releases' })
  await expect(table.getByRole('row').filter({ hasText: 'partition' }).first()).toBeVisible()
})
