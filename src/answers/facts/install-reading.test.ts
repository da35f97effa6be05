import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import type { InstallFile, InstallPlan } from '../../contract/install'
import { openLayout } from '../../formats/oci/layout'
import { ImageSession } from '../../image/session/image-session'
import { judgeOf } from '../seal/releases'
import { requestAnswer } from '../install/answer'
import { INSTALL_CAPTURE, InstallReading } from './install-reading'
import { CAPTURE, factsNeeds } from './needs'
import { type GoldenFile, goldenRequests, goldenRuns, installLayout, isLayout } from './testing/install-golden' // prettier-ignore

const judge = judgeOf('1.16.9')
let kernels: Kernels
const readings = new Map<string, Promise<InstallReading>>()
beforeAll(async () => {
  kernels = await loadKernels()
})

async function read(layout: string, large?: number): Promise<InstallReading> {
  const image = await openLayout(installLayout(layout), null, null)
  const capture = [...CAPTURE, ...INSTALL_CAPTURE]
  const session = await ImageSession.open(image, { kernels, verity: ['sha512'], quick: false, capture }) // prettier-ignore
  await session.provide(factsNeeds)
  return new InstallReading(session, kernels, large)
}

async function answer(name: string): Promise<InstallPlan> {
  const request = goldenRequests.find((each) => each.name === name)
  if (request === undefined) throw new RangeError(name)
  const { layout } = request
  const reading = readings.get(layout) ?? read(layout)
  readings.set(layout, reading)
  const opens = (path: string) => isLayout(path.slice(path.lastIndexOf('/') + 1))
  return (await reading).ask(judge.release, (image) => requestAnswer({ image, request, judge, from: 'request', opens })) // prettier-ignore
}

/** What a stand-in for bootupd wrote, and what is random. */
const NOT_OURS = /stub-bootupctl\.txt$|loader\/random-seed$|(^|\/)grub2\/(grub|bootuuid)\.cfg$/
const STREAM = /composefs\/streams\/[^/]*$/

/** Of both sides what the golden file knows; what the machine brings or is random counts as equal. */
function comparable(golden: GoldenFile, ours: InstallFile | undefined): [GoldenFile, GoldenFile] {
  const known = Object.keys(golden) as (keyof GoldenFile)[]
  const skipped = (key: string) => (key === 'target' && STREAM.test(golden.path)) || ((key === 'sha256' || key === 'size') && ours?.[key] === null) // prettier-ignore
  const pick = (from: object): GoldenFile =>
    Object.fromEntries(Object.entries(from).filter(([key]) => known.includes(key as keyof GoldenFile) && !skipped(key))) as unknown as GoldenFile // prettier-ignore
  return [pick(golden), pick(ours ?? {})]
}

/** Whether a file can be read on the machine that runs bootc is not in the image. */
const HOST_FILE = ['sealed-ssh-missing']

describe('what bootc install 1.16.9 did, in 160 runs', () => {
  const runs = goldenRuns.filter(({ name }) => !HOST_FILE.includes(name))
  it.each(runs)('$name', async (run) => {
    const plan = await answer(run.name)
    expect(plan.exit).toBe(run.exit)
    expect(plan.refusal?.text ?? null).toBe(run.exit === 0 ? null : run.text)
    expect(plan.table).toEqual(run.table ?? null)
    for (const golden of plan.filesystems === null ? [] : run.filesystems) {
      const ours = plan.filesystems?.find(({ n }) => n === golden.n)
      const { type = null, label = null, uuid = null, version = null } = golden
      expect(ours).toMatchObject({ n: golden.n, type, label, uuid, version })
      const theirs = (golden.files ?? []).filter(({ path }) => !NOT_OURS.test(path))
      const files = new Map(ours?.files.map((file) => [file.path, file]))
      expect([...files.keys()].filter((path) => !NOT_OURS.test(path))).toEqual(theirs.map(({ path }) => path)) // prettier-ignore
      const pairs = theirs.map((file) => comparable(file, files.get(file.path)))
      expect(pairs.map(([, mine]) => mine)).toEqual(pairs.map(([wanted]) => wanted))
      if (golden.objects === undefined) continue
      const { count, with_verity } = golden.objects
      expect(ours?.objects).toEqual({ count, with_verity })
    }
  })

  it('takes files of the machine as readable, and says so', async () => {
    const plan = await answer('sealed-ssh-missing')
    expect(plan.warnings.map(({ id }) => id)).toContain('host-file')
  })

  it('says why there is no list of what ostree writes', async () => {
    const plan = await answer('grub-ostree')
    expect(plan.filesystems).toBeNull()
    expect(plan.backend.value).toBe('ostree')
    expect(plan.warnings.map(({ id }) => id)).toContain('ostree-files')
  })

  it('knows each argument, where it comes from, and that none of bootc reaches a UKI', async () => {
    const bls = await answer('bls-karg')
    expect(
      bls.kernelArguments.map(({ value, from, effective }) => `${value} ${from} ${effective}`),
    ).toEqual([
      // prettier-ignore
      'root=UUID=aaaaaaaa-0000-4000-8000-000000000002 bootc true',
      'rw bootc true',
      'debug bootc true',
      'console=tty1 bootc true',
      `composefs=${bls.deploymentId ?? ''} bootc true`,
      'console=ttyS0,115200 kargs.d true',
      'mitigations=auto,nosmt kargs.d true',
    ])
    const uki = await answer('sealed')
    expect(uki.kernelArguments.some(({ from, effective }) => from === 'uki' && effective)).toBe(
      true,
    )
    expect(uki.kernelArguments.filter(({ from }) => from === 'bootc').every(({ effective }) => !effective)).toBe(true) // prettier-ignore
  })

  it.each(['sealed', 'bls', 'two-ukis', 'no-osrel', 'no-initrd-section'])(
    'hashes kernels that are too large to be kept as they stream by: %s',
    async (name) => {
      const request = goldenRequests.find((each) => each.name === name)
      if (request === undefined) throw new RangeError(name)
      const streamed = await read(request.layout, 64)
      const plan = await streamed.ask(judge.release, (image) => requestAnswer({ image, request, judge, from: 'request', opens: () => true })) // prettier-ignore
      expect(plan).toEqual(await answer(name))
    },
  )

  it('takes the digest that a release computes', async () => {
    const request = goldenRequests.find(({ name }) => name === 'v2')
    if (request === undefined) throw new RangeError('v2')
    const old = judgeOf('1.16.3')
    const reading = await read(request.layout)
    const plan = await reading.ask(old.release, (image) => requestAnswer({ image, request, judge: old, from: 'option', opens: () => true })) // prettier-ignore
    expect(plan.exit).toBe(0)
    expect(plan.warnings.map(({ id }) => id)).toContain('release-rules')
    expect((await answer('v2')).exit).toBe(1)
  })

  it('counts the room on the ESP', async () => {
    const { espRoom } = await answer('esp-three')
    expect(espRoom?.fits).toBeGreaterThanOrEqual(1)
    expect(espRoom?.perUpgrade).toBeGreaterThan(0)
  })
})
