import { expect, type Page } from '@playwright/test'
import { execFileSync } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const BLUEPRINT = `# of the web team
name = "web"

[customizations.kernel]
append = "quiet"

[[customizations.user]]
name = "core"
key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExample core@example"

[[customizations.files]]
path = "/etc/motd"
data = "hello"

[customizations.disk]
minsize = "30 GiB"
`

export const verdict = (page: Page) => page.getByRole('region', { name: 'Verdict' })
export const headline = (page: Page) => page.getByRole('main').getByRole('heading', { level: 1 })
export const editor = (page: Page) => page.getByRole('textbox', { name: 'Blueprint text' })
export const rail = (page: Page) => page.getByRole('navigation', { name: 'Parts of the report' })

/** A view of the report by its entry in the rail. */
export async function go(page: Page, name: string): Promise<void> {
  await rail(page)
    .getByRole('link', { name: new RegExp(`^${name}`) })
    .click()
}

/** Opens a sample at a place, and collects what goes wrong meanwhile. */
export async function openSample(page: Page, name: string, at = ''): Promise<string[]> {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text())
  })
  await page.goto(`./#sample=${name}${at === '' ? '' : `&at=${at}`}`)
  await expect(rail(page)).toBeVisible()
  return errors
}

/** As a user pastes: into the editor, by keyboard. */
export async function paste(page: Page, text: string): Promise<void> {
  await editor(page).click()
  await page.keyboard.press('ControlOrMeta+a')
  await page.keyboard.insertText(text)
}

/** Drops on an element what a user drags in: files with their text. */
export async function drop(
  page: Page,
  selector: string,
  files: Record<string, string>,
): Promise<void> {
  const transfer = await page.evaluateHandle((entries) => {
    const made = new DataTransfer()
    for (const [name, text] of entries) made.items.add(new File([text], name))
    return made
  }, Object.entries(files))
  for (const type of ['dragover', 'drop']) {
    await page.dispatchEvent(selector, type, { dataTransfer: transfer })
  }
}

export function folder(): string {
  return mkdtempSync(join(tmpdir(), 'sealscope-page-'))
}

/** A sample as an archive of an OCI layout. */
export function archiveOf(sample: string): string {
  const file = join(folder(), `${sample}.tar`)
  execFileSync('tar', ['-cf', file, '-C', `dist/samples/${sample}`, '.'])
  return file
}

/** What the command line prints. */
export function tool(...args: string[]): string {
  return execFileSync(process.execPath, ['dist/cli/sealscope.js', ...args], { encoding: 'utf8' })
}
