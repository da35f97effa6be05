import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import type { UpgradePlan } from '../../contract/upgrade'
import { openLayout } from '../../formats/oci/layout'
import { ImageSession } from '../../image/session/image-session'
import { judgeOf, type Repository } from '../seal/releases'
import { upgradeDocument } from '../upgrade/document'
import { askBoth, INSTALL_CAPTURE, InstallReading } from './install-reading'
import { CAPTURE, factsNeeds } from './needs'
import { installLayout } from './testing/install-golden'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

async function read(layout: string): Promise<InstallReading> {
  const image = await openLayout(installLayout(layout), null, null)
  const capture = [...CAPTURE, ...INSTALL_CAPTURE]
  const session = await ImageSession.open(image, { kernels, verity: ['sha512'], quick: false, capture }) // prettier-ignore
  await session.provide(factsNeeds)
  return new InstallReading(session, kernels)
}

async function upgrade(a: string, b: string, repository: Repository = 'new'): Promise<UpgradePlan> {
  const [one, other] = [await read(a), await read(b)]
  const judge = judgeOf('1.16.9')
  const side = (name: string, reading: InstallReading) => ({ containerName: `localhost/${name}:latest`, objects: reading.objectSizes(), packages: reading.packages }) // prettier-ignore
  return askBoth([one, other], judge.release, repository, (first, second) =>
    upgradeDocument({
      a: { image: first, layerSizes: first.layerSizes, ...side(a, one) },
      b: { image: second, layerSizes: second.layerSizes, ...side(b, other) },
      judge,
      repository,
      etc: null,
      checks: [],
    }),
  )
}

const CONTEXT = 'error: Upgrading: Upgrading composefs: Performing Upgrade Operation: '
/** The words of a real host (`bootc switch` of sealed and optional variants, and of an image without UKI). */
const SAME_DIGEST =
  'Target image has the same fs-verity digest as the existing Some(Booted) deployment.'
const NO_UKI = 'Setting up BLS boot: Found NonEFI config'

/** Texts of a real host where the second column says so; otherwise rules read in boot.rs, update.rs and gc.rs. */
const PAIRS: [
  a: string,
  b: string,
  answer: UpgradePlan['answer'],
  text: string | null,
  soft: boolean,
][] = [
  ['in-sealed', 'in-sealed', 'same', null, false],
  ['in-sealed', 'in-optional', 'no', CONTEXT + SAME_DIGEST, false],
  ['in-sealed', 'in-bls', 'no', CONTEXT + NO_UKI, false],
  ['in-sealed', 'in-etc-odd', 'yes', null, true],
  ['in-sealed', 'in-sbkeys', 'yes', null, true],
  ['in-sealed', 'in-no-osrel', 'no', `${CONTEXT}${SAME_DIGEST}`, false],
  ['in-bls', 'in-bls-kargs', 'yes', null, false],
  ['in-bls', 'in-sealed', 'yes', null, false],
  ['in-sbkeys', 'in-uki-type1', 'no', `${CONTEXT}${NO_UKI}`, false],
  ['in-sbkeys', 'in-bls-no-initrd', 'no', `${CONTEXT}${NO_UKI}`, false],
]

describe('what an upgrade does', () => {
  it.each(PAIRS)('%s to %s', async (a, b, answer, text, soft) => {
    const plan = await upgrade(a, b)
    expect(plan.answer).toBe(answer)
    expect(plan.refusal?.text ?? null).toBe(text)
    expect(plan.softReboot.possible).toBe(soft)
    expect(plan.entries.staged).toHaveLength(answer === 'yes' ? 2 : 0)
    expect(plan.entries.before).toHaveLength(1)
  })

  it('fetches what is not shared, and says what goes later', async () => {
    const plan = await upgrade('in-sealed', 'in-optional')
    expect(plan.fetch).toMatchObject({ layers: 1, sharedLayers: 1 })
    expect(plan.objects).toEqual({ new: 1, bytes: 7168, shared: 7 })
    const other = await upgrade('in-sealed', 'in-sbkeys')
    const { before } = other.deployments
    expect(other.collected).toContain(`EFI/Linux/bootc/bootc_composefs-${before ?? ''}.efi`)
    expect(other.collected).toContain(`state/deploy/${before ?? ''}`)
    expect(other.esp?.fits).toBeGreaterThan(2)
  })

  it('takes the booted options of kernel and initramfs, with what changed in kargs.d', async () => {
    const plan = await upgrade('in-bls', 'in-bls-kargs')
    const text = plan.entries.staged.find(({ path }) => path.endsWith('-1.conf'))?.text ?? ''
    expect(text).toMatch(/^options rw composefs=[0-9a-f]{128} console=ttyS0,115200 mitigations=auto,nosmt /m) // prettier-ignore
    expect(text).toContain('root=/dev/zzz')
    // Kernel and initramfs are the same: they stay where they are.
    expect(text).toContain(
      `linux /EFI/Linux/bootc_composefs-${plan.deployments.before ?? ''}/vmlinuz`,
    )
  })

  it('is refused on a host whose repository writes V2 images, with a way out', async () => {
    const plan = await upgrade('in-v2', 'in-sbkeys', 'v2')
    expect(plan.answer).toBe('no')
    expect(plan.refusal?.text).toContain('The UKI has the wrong composefs= parameter')
    expect(plan.refusal?.fix).toContain('erofs_formats')
  })
})
