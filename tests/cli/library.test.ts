import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'sealscope-library-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Packs the package as npm would publish it, and installs it beside nothing else. */
beforeAll(() => {
  const pack = ['pack', '--ignore-scripts', '--json', '--pack-destination', folder]
  const [packed] = JSON.parse(execFileSync('npm', pack, { encoding: 'utf8' })) as { filename: string }[] // prettier-ignore
  const target = join(folder, 'node_modules', 'sealscope')
  mkdirSync(target, { recursive: true })
  execFileSync('tar', ['-xzf', join(folder, packed?.filename ?? ''), '-C', target, '--strip-components=1']) // prettier-ignore
}, 120_000)

it('runs the example of its documentation', () => {
  const [, example = ''] =
    /```js\n([\s\S]*?)```/.exec(readFileSync('docs/library.md', 'utf8')) ?? []
  const layout = resolve('dist/samples/sealed')
  writeFileSync(join(folder, 'example.mjs'), example.replace("'my-image'", JSON.stringify(layout)))
  const printed = execFileSync(process.execPath, ['example.mjs'], { cwd: folder, encoding: 'utf8' })
  const [verdict, manifest] = printed.trim().split('\n')
  const cli = (...args: string[]) =>
    JSON.parse(execFileSync(process.execPath, ['dist/cli/sealscope.js', ...args, '--json'], { encoding: 'utf8' })) as Record<string, unknown> // prettier-ignore
  expect(cli('inspect', `oci:${layout}`)).toMatchObject({ seal: { verdict } })
  expect(manifest).toMatch(/^[0-9a-f]{64}$/)
})

it('has types for all that it gives', () => {
  const types = join(folder, 'node_modules/sealscope/dist/library/types/faces/library/main.d.ts')
  expect(readFileSync(types, 'utf8')).toContain('export declare function planImage(')
})
