import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ImageFacts } from '../../contract/facts'
import { compareAnswers } from './compare-answers'
import { DEFAULT_OPTIONS, type PlanOptions } from './options'
import { planImage, type PlanAnswer, type PlanInput } from './plan'
import { exampleFacts, sealedFacts } from './testing/facts'

const USER = '[[customizations.user]]\nname = "core"\n'

function plan(
  facts: ImageFacts,
  toml: string | null = null,
  options: Partial<PlanOptions> = {},
): PlanAnswer {
  return planImage({
    facts,
    blueprint: toml === null ? null : { text: toml, format: 'toml' },
    options: { ...DEFAULT_OPTIONS, ...options },
  })
}

describe('a plan of an image', () => {
  it('uses the digests of the image, its name and 63 bits of its digest as seed', () => {
    const { manifest, plan: result } = plan(exampleFacts())
    expect(result.errors).toEqual([])
    expect(manifest).toContain(`"sha256:${'c'.repeat(64)}"`)
    expect(manifest).toContain('"example.org/os/bootc:1"')
    expect(result.commands.map(({ command }) => command).join('\n')).toContain(
      `--seed ${BigInt('0xffffffffffffffff') >> 1n}`,
    )
    expect(manifest).toBe(plan(exampleFacts(), null, { seed: '9223372036854775807' }).manifest)
  })

  it('names the sum of the text that is downloaded', () => {
    const { manifest, plan: result } = plan(exampleFacts())
    const sum = createHash('sha256')
      .update(manifest ?? '')
      .digest('hex')
    expect(result.manifestSha256).toBe(sum)
  })

  it('takes every option', () => {
    const small = plan(exampleFacts()).plan.layout?.diskSize ?? 0
    const { plan: result, manifest } = plan(exampleFacts(), null, {
      type: 'raw',
      size: '20G',
      rootfs: 'xfs',
      bootloader: 'systemd',
      imgref: 'localhost/mine:2',
    })
    expect(result.layout?.diskSize).toBeGreaterThan(20 * 2 ** 30)
    expect(small).toBeLessThan(20 * 2 ** 30)
    const root = result.layout?.partitions.find(({ payload }) => payload.mountpoint === '/')
    expect(root?.payload.kind).toBe('xfs')
    expect(manifest).toContain('"bootloader": "systemd"')
    expect(manifest).toContain('"localhost/mine:2"')
    expect(result.commands.some(({ command }) => command.includes("--image-size '20 GiB'"))).toBe(
      true,
    )
  })

  it.each([
    [{ size: '20X' }, '--size'],
    [{ size: '-1' }, '--size'],
    [{ seed: '9223372036854775808' }, '--seed'],
    [{ bootloader: 'lilo' }, '--bootloader'],
  ])('refuses %j by name', (options, part) => {
    expect(() => plan(exampleFacts(), null, options)).toThrow(part)
  })

  it.each<[string, Partial<ImageFacts>]>([
    ['image.storageSize', { image: { ...(exampleFacts().image as NonNullable<ImageFacts['image']>), storageSize: null } }], // prettier-ignore
    ['image', { image: null }],
    ['builder', { builder: null }],
    ['installConfig', { installConfig: null }],
  ])('says that %s is missing', (name, changes) => {
    const { plan: result, manifest } = plan(exampleFacts(changes), USER)
    expect(manifest).toBeNull()
    expect(result.errors).toEqual([`the facts do not say ${name}, which image-builder needs`])
    expect(result.outcomes.map(({ item, outcome }) => [item, outcome])).toEqual([
      ['customizations.user[0]', 'no-effect'],
    ])
  })

  it('stops where bootc and image-builder stop in the container', () => {
    const errors = { kernel: null, kargs: 'Parsing 10-a.toml', installConfig: null, import: null }
    expect(plan(exampleFacts({ errors })).plan.errors[0]).toContain('Parsing 10-a.toml')
    const os = { ...(exampleFacts().os as NonNullable<ImageFacts['os']>), versionId: null }
    expect(plan(exampleFacts({ os })).plan.errors).toEqual(['missing VERSION_ID in os-release'])
  })

  it('calls warned what a warning names, although another error comes first', () => {
    const facts = exampleFacts({ initrdModules: ['ostree', 'dmsquash-live', 'livenet'] })
    const toml = `[customizations.iso]
volume_id = "a b"
[[customizations.files]]
path = "/srv/no"
`
    const { plan: result } = plan(facts, toml, { type: 'pxe-tar-xz' })
    expect(result.errors).toEqual(['the following custom files are not allowed: ["/srv/no"]'])
    expect(result.outcomes.map(({ item, outcome, warning }) => [item, outcome, warning])).toEqual([
      [
        'customizations.iso',
        'warned',
        'blueprint validation failed for image type "pxe-tar-xz": customizations.iso: not supported',
      ],
      ['customizations.files[0]', 'refused', null],
    ])
  })

  it('calls warned what a warning would name if the blueprint could be read', () => {
    const filesystem = [{ mountpoint: '/home', minsize: 1 }, { mountpoint: '/' }]
    const { plan: result } = planImage({
      facts: exampleFacts(),
      blueprint: { text: JSON.stringify({ customizations: { filesystem } }), format: 'json' },
      options: DEFAULT_OPTIONS,
    })
    expect(result.errors[0]).toContain('minsize must be')
    expect(result.outcomes.map(({ item, outcome }) => [item, outcome])).toEqual([
      ['customizations.filesystem[0]', 'warned'],
      ['customizations.filesystem[1]', 'refused'],
    ])
  })

  it('tells which kernel arguments a sealed image gets', () => {
    const facts = sealedFacts('composefs=abc quiet', { kargs: ['quiet', 'debug'] })
    const { plan: result } = plan(facts, '[customizations.kernel]\nappend = "x=1 y"\n')
    expect(result.sealed).toBe(true)
    expect(
      result.kernelArguments.map(
        ({ value, from, effective }) => `${effective ? '+' : '-'}${value} ${from}`,
      ),
    ).toEqual([
      // prettier-ignore
      '+composefs=abc uki',
      '+quiet uki',
      '+quiet kargs.d',
      '-debug kargs.d',
      '-rw default',
      '-console=tty0 default',
      '-console=ttyS0 default',
      '-x=1 y blueprint',
    ])
  })

  it('points from a stage to what causes it', () => {
    const { stageOrigins, manifest } = plan(exampleFacts(), USER)
    const { pipelines } = JSON.parse(manifest ?? '') as {
      pipelines: { stages: { type: string }[] }[]
    }
    const caused = stageOrigins.map(({ pipeline, stage, items }) => [pipelines[pipeline]?.stages[stage]?.type, items]) // prettier-ignore
    expect(caused).toContainEqual(['org.osbuild.users', ['customizations.user[0]']])
  })

  it('keeps outcomes of the others when one is refused', () => {
    const { plan: result } = plan(
      exampleFacts(),
      `${USER}[[customizations.files]]\npath = "/opt/x"\ndata = ""\n[[customizations.group]]\nname = "a"\n`,
    )
    expect(result.outcomes.map(({ item, outcome }) => [item, outcome])).toEqual([
      ['customizations.user[0]', 'applied'],
      ['customizations.files[0]', 'refused'],
      ['customizations.group[0]', 'applied'],
    ])
    expect(result.errors).toEqual(['the following custom files are not allowed: ["/opt/x"]'])
  })

  it('explains installers of packages and compares the part that needs none', () => {
    const { plan: result, manifest } = plan(
      exampleFacts(),
      `${USER}[customizations]\nfips = true\n[customizations.kernel]\nappend = "quiet"\n`,
      { type: 'anaconda-iso' },
    )
    expect(manifest).toBeNull()
    expect(result.errors[0]).toContain('bootc-installer')
    expect(
      result.outcomes.find(({ item }) => item === 'customizations.kernel.append'),
    ).toMatchObject({
      outcome: 'applied',
      changesPipelines: true,
    })
    expect(result.outcomes[0]?.reason).toContain('need packages')
  })

  it('needs the modules of the initramfs for network boot', () => {
    const { plan: result } = plan(exampleFacts({ initrdModules: null }), null, {
      type: 'pxe-tar-xz',
    })
    expect(result.errors).toEqual(['the facts do not say initrdModules, which image-builder needs'])
  })
})

describe('both releases', () => {
  function compareTargets(asked: PlanInput) {
    const answer = (target: PlanOptions['target']) =>
      planImage({ ...asked, options: { ...asked.options, target } })
    return compareAnswers(answer('79'), answer('0.274'))
  }

  const input = { facts: exampleFacts(), blueprint: null, options: DEFAULT_OPTIONS }

  it('end the root partition elsewhere', () => {
    const { layout, errors, manifests, same } = compareTargets(input)
    expect([same, manifests, errors]).toEqual([false, 'different', null])
    expect(layout.map(({ what }) => what)).toContain('partition 4')
  })

  it('differ in what they know', () => {
    const text = '[customizations.bootloader.grub2]\nserial = "serial"\n'
    const compared = compareTargets({ ...input, blueprint: { text, format: 'toml' } })
    expect(compared.outcomes).toEqual([
      { item: 'customizations.bootloader', '79': 'applied', '0.274': 'refused' },
    ])
    expect(compared.manifests).toBe('one')
    expect(
      compareTargets({ ...input, options: { ...DEFAULT_OPTIONS, type: 'oci' } }).errors,
    ).toEqual({
      // prettier-ignore
      '79': [],
      '0.274': ['invalid image type: oci'],
    })
  })
})
