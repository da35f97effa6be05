import { describe, expect, it } from 'vitest'
import { sealscope } from './run'

const CHANGED = [
  { name: 'bootc', from: '1.16.9-1.fc43', to: '1.16.10-1.fc43' },
  { name: 'openssl-libs', from: '3.5.4-1.fc43', to: '3.5.5-1.fc43' },
  { name: 'podman', from: '5.6.2-1.fc43', to: '5.7.0-1.fc43' },
  { name: 'tzdata', from: '2025b-1.fc43', to: '2025c-1.fc43' },
]
const PACKAGES = { added: [], removed: [], changed: CHANGED }
const LINES = [
  '4 packages change: 4 in another version',
  ...CHANGED.map(({ name, from, to }) => `  ${name}: ${from} -> ${to}`),
]

describe('packages of two builds', () => {
  it('are told by upgrade', async () => {
    const pair = ['sample:sealed', 'sample:sealed-next']
    const { stdout } = await sealscope('upgrade', ...pair, '--json')
    expect(JSON.parse(stdout)).toMatchObject({ packages: PACKAGES })
    expect((await sealscope('upgrade', ...pair)).stdout).toContain(`\n${LINES.join('\n')}\n`)
  })

  it('are told by compare, with kernel, command line and size', async () => {
    const pair = ['sample:sealed', 'sample:sealed-next']
    const { stdout, code } = await sealscope('compare', ...pair, '--json')
    const kernel = '6.17.1-300.fc43.x86_64'
    expect(code).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({
      images: { packages: PACKAGES, kernel: { left: kernel, right: kernel } },
    })
    const text = (await sealscope('compare', ...pair)).stdout
    expect(text).toContain(`\n${LINES.join('\n')}\n`)
    expect(text).toContain(`\nkernel: ${kernel}\ncommand line: console=tty0 console=ttyS0,115200n8 composefs=`) // prettier-ignore
    expect(text).toMatch(/\nsize: [1-9][0-9]* bytes/)
  })
})
