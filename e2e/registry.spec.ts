import { expect, test } from '@playwright/test'
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { headline } from './parts'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { requireProgram } from '../scripts/test-programs.mjs'

let registry: ChildProcess
let host = ''

/** A port that nobody listens on. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
}

test.beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sealscope-registry-'))
  host = `localhost:${await freePort()}`
  const config = join(folder, 'config.yml')
  writeFileSync(
    config,
    `version: 0.1\nlog: {level: error}\nstorage: {filesystem: {rootdirectory: ${join(folder, 'data')}}}\nhttp: {addr: "${host}"}\n`,
  )
  registry = spawn(requireProgram('docker-registry'), ['serve', config], { stdio: 'ignore' })
  await expect
    .poll(() =>
      fetch(`http://${host}/v2/`).then(
        ({ status }) => status,
        () => 0,
      ),
    )
    .toBe(200)
  execFileSync(requireProgram('skopeo'), [
    'copy',
    '--quiet',
    '--dest-tls-verify=false',
    'oci:dist/samples/sealed',
    `docker://${host}/example/bootc:sealed`,
  ])
})

test.afterAll(() => registry.kill())

test('an image of a real registry: typed, read, judged, pinned, kept', async ({ page }) => {
  const errors: string[] = []
  page.on('pageerror', (error) => errors.push(error.message))
  await page.goto('./')
  await page.getByLabel('Image reference').fill(`podman pull ${host}/example/bootc:sealed`)
  await page.getByRole('button', { name: 'Open', exact: true }).click()
  await expect(headline(page)).toHaveText(/^The seal holds/)
  await expect(page).toHaveURL(/#image=.*example\/bootc:sealed@sha256:[0-9a-f]{64}$/)
  await page.reload()
  await expect(headline(page)).toHaveText(/^The seal holds/)
  await page.getByRole('button', { name: 'Sealscope' }).click()
  const recent = page.getByRole('region', { name: 'Opened before' })
  await expect(recent.getByRole('listitem')).toHaveCount(1)
  await recent.getByRole('button', { name: `${host}/example/bootc:sealed`, exact: true }).click()
  await expect(headline(page)).toHaveText(/^The seal holds/)
  expect(errors).toEqual([])
})

const REFUSED = [
  ['a tag that is not there', () => `${host}/example/bootc:other`, /has no manifests\/other/],
  ['a repository that is not there', () => `${host}/no/such`, /has no manifests\/latest/],
  ['a host that is on no list', () => 'registry.invalid/a/b', /no such host \(add it with/],
  ['a registry that is not there', () => 'localhost:1/a/b', /refuses the connection/],
  ['a name with a capital', () => 'quay.io/Fedora/x', /name cannot be read/],
] as const

for (const [title, reference, message] of REFUSED) {
  test(`${title} is a sentence`, async ({ page }) => {
    await page.goto('./')
    await page.getByLabel('Image reference').fill(reference())
    await page.keyboard.press('Enter')
    await expect(page.getByRole('alert')).toContainText(message)
  })
}

test('the tool reads the same image from the same registry', () => {
  const args = ['dist/cli/sealscope.js', 'verify', `docker://${host}/example/bootc:sealed`]
  expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toContain('the seal holds')
})
