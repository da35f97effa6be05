import { describe, expect, it } from 'vitest'
import type { ImageFacts, Platform } from '../../contract/facts'
import { DEFAULT_OPTIONS, type PlanOptions } from './options'
import { planImage } from './plan'
import { exampleFacts } from './testing/facts'

const SEED = `${BigInt('0xffffffffffffffff') >> 1n}`
const AMD64 = { os: 'linux', architecture: 'amd64', variant: null }
const ARM64 = { os: 'linux', architecture: 'arm64', variant: null }
const ARM64_V8 = { ...ARM64, variant: 'v8' }

function commands(facts: ImageFacts, options: Partial<PlanOptions> = {}): string[] {
  const blueprint = { text: '', format: 'toml' } as const
  const { plan } = planImage({ facts, blueprint, options: { ...DEFAULT_OPTIONS, ...options } })
  return plan.commands.map(({ command }) => command)
}

function factsOf(
  platform: Platform,
  platforms: Platform[],
  source: ImageFacts['source'] = { kind: 'registry', ref: 'example.org/os/bootc:1' },
): ImageFacts {
  const facts = exampleFacts({ source })
  if (facts.image === null) throw new Error('no image')
  return { ...facts, image: { ...facts.image, platform, platforms } }
}

describe('commands that repeat a plan', () => {
  it('name nothing that is so anyway but the seed of a manifest', () => {
    const plain = commands(exampleFacts())
    expect(plain).toEqual([
      'sudo podman pull example.org/os/bootc:1',
      `sudo image-builder manifest qcow2 --bootc-ref example.org/os/bootc:1 --blueprint blueprint.toml --seed ${SEED} --ignore-warnings`,
      `sudo image-builder build qcow2 --bootc-ref example.org/os/bootc:1 --blueprint blueprint.toml --seed ${SEED} --ignore-warnings`,
      'sealscope plan docker://example.org/os/bootc:1 --blueprint blueprint.toml --type qcow2 --strict',
      `sealscope manifest docker://example.org/os/bootc:1 --blueprint blueprint.toml --type qcow2 --seed ${SEED}`,
    ])
    const own = { rootfs: 'ext4', bootloader: null, imgref: 'example.org/os/bootc:1', seed: SEED }
    expect(commands(exampleFacts(), own)).toEqual(plain)
  })

  it('name what was chosen', () => {
    const chosen = { rootfs: 'xfs', bootloader: 'systemd', imgref: 'localhost/a:1', size: '20G' }
    expect(commands(exampleFacts(), { ...chosen, seed: '-5' }).at(-1)).toBe(
      'sealscope manifest docker://example.org/os/bootc:1 --blueprint blueprint.toml --type qcow2 --size 20G --rootfs xfs --bootloader systemd --imgref localhost/a:1 --seed=-5',
    )
    expect(commands(exampleFacts(), { rootfs: 'xfs', target: '0.274' }).join('\n')).toMatch(
      /--rootfs xfs example\.org.*sealscope plan .* --rootfs xfs --target 0\.274 --strict/s,
    )
  })

  it.each([
    ['the only one', ARM64, [ARM64], '', ''],
    ['the default of several', AMD64, [ARM64, AMD64], 'linux/amd64', ''],
    ['another of several', ARM64, [AMD64, ARM64], 'linux/arm64', 'linux/arm64'],
    ['one whose variant only the config names', ARM64_V8, [AMD64, ARM64], 'linux/arm64', 'linux/arm64'], // prettier-ignore
    ['one of two variants', ARM64_V8, [ARM64, ARM64_V8], 'linux/arm64/v8', 'linux/arm64/v8'],
  ])('name the platform: %s', (_, platform, platforms, pull, own) => {
    const [first, ...others] = commands(factsOf(platform, platforms))
    const option = (name: string) => (name === '' ? '' : `--platform ${name} `)
    expect(first).toBe(`sudo podman pull ${option(pull)}example.org/os/bootc:1`)
    for (const command of others.slice(-2)) {
      expect(command).toContain(`docker://example.org/os/bootc:1 ${option(own)}--blueprint`)
    }
  })

  it('name the platform as skopeo takes it', () => {
    const source = { kind: 'oci', ref: 'my images/os' } as const
    expect(commands(factsOf(ARM64_V8, [ARM64, ARM64_V8], source))[0]).toBe(
      "sudo skopeo --override-os linux --override-arch arm64 --override-variant v8 copy 'oci:my images/os' containers-storage:localhost/os:latest",
    )
  })
})
