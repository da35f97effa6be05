import { describe, expect, it } from 'vitest'
import { planFails, planHeadline } from '../words/plan-words'
import type { ImageFacts } from '../../contract/facts'
import type { PlanResult } from '../../contract/plan'
import { DEFAULT_OPTIONS, type PlanOptions } from './options'
import { planImage } from './plan'
import { exampleFacts, sealedFacts } from './testing/facts'
import { exampleSystem, withSystem } from './testing/system'

const DIGEST = 'a'.repeat(128)
const SEAL = {
  claimed: [{ form: 'composefs', version: 'v1', algorithm: 'sha512', digest: DIGEST, optional: false }], // prettier-ignore
} as const

function sealed(cmdline: string, changes: Partial<ImageFacts> = {}): ImageFacts {
  const facts = withSystem(sealedFacts(`composefs=${DIGEST} ${cmdline}`, changes))
  return { ...facts, seal: { ...facts.seal, claimed: [...SEAL.claimed] } }
}

function plan(
  facts: ImageFacts,
  customizations: unknown = {},
  options: Partial<PlanOptions> = {},
): PlanResult {
  const blueprint = { text: JSON.stringify({ customizations }), format: 'json' as const }
  return planImage({ facts, blueprint, options: { ...DEFAULT_OPTIONS, type: 'raw', ...options } }).plan // prettier-ignore
}

const answers = ({ build, checks }: PlanResult) => [build.answer, ...checks.map(({ id, answer }) => `${id} ${answer}`)] // prettier-ignore
const ids = ({ consequences }: PlanResult) => consequences.map(({ id, severity }) => `${severity} ${id}`) // prettier-ignore
const GPT = { disk: { type: 'gpt' } }
const OK = ['builds', 'install yes', 'boot yes']
/** The example's initramfs is not known, so the rest of booting is not, either. */
const ROOT_FOUND = ['builds', 'install yes', 'boot unknown']

describe('the root of a sealed image', () => {
  const lvm = { disk: { partitions: [{ type: 'lvm', minsize: '9 GiB', logical_volumes: [{ mountpoint: '/', fs_type: 'ext4', minsize: '8 GiB' }] }] } } // prettier-ignore
  const btrfs = { disk: { partitions: [{ type: 'btrfs', part_type: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709', minsize: '9 GiB', subvolumes: [{ name: 'root', mountpoint: '/' }] }] } } // prettier-ignore
  it.each<[string, ImageFacts, unknown, string[], string | null]>([
    ['typed Linux data', sealed('rw'), {}, ['builds', 'install yes', 'boot no'], 'root-not-found'],
    ['typed root', sealed('rw'), GPT, ROOT_FOUND, null],
    [
      'in a DOS table',
      sealed('rw'),
      { disk: { type: 'dos' } },
      ['builds', 'install yes', 'boot no'],
      'root-not-found',
    ],
    ['inside LVM', sealed('rw'), lvm, ['builds', 'install yes', 'boot no'], 'root-not-found'],
    ['a subvolume', sealed('rw'), btrfs, ['builds', 'install yes', 'boot no'], 'wrong-subvolume'],
    [
      'a subvolume that is named',
      sealed('rw rootflags=compress=zstd,subvol=root'),
      btrfs,
      ROOT_FOUND,
      null,
    ],
    [
      'another UUID',
      sealed('root=UUID=1234'),
      GPT,
      ['builds', 'install yes', 'boot no'],
      'root-not-found',
    ],
    [
      'no search',
      sealed('systemd.gpt_auto=0'),
      GPT,
      ['builds', 'install yes', 'boot no'],
      'root-not-found',
    ],
    [
      'xfs',
      sealed('rw', { installConfig: { filesystemRootType: 'xfs', bootloader: null, raw: {} } }),
      GPT,
      ['stops', 'install no', 'boot no'],
      'not-protected',
    ],
  ])('%s', (_, facts, customizations, expected, reason) => {
    const result = plan(facts, customizations)
    expect(answers(result)).toEqual(expected)
    expect(result.checks[1]?.reasons.find(({ severity }) => severity === 'error')?.id ?? null).toBe(reason) // prettier-ignore
    expect(planFails(result)).toBe(reason !== null)
  })

  it('is of no concern where bootc writes root=', () => {
    expect(answers(plan(withSystem(exampleFacts())))).toEqual(OK)
  })
})

describe('what it means', () => {
  const user = { user: [{ name: 'core', home: '/var/home/core', password: '$6$a$b' }] }
  it('nobody can log in', () => {
    const result = plan(sealed('rw console=ttyS0'), { ...GPT, ...user })
    expect(ids(result)[0]).toBe('error nobody-can-log-in')
    expect(result.consequences[0]?.items).toEqual(['customizations.user[0]'])
    expect(planHeadline(result)).toMatch(/^Nobody can log in: the user core is not made/)
  })
  it.each<[string, ImageFacts, unknown, string | null]>([
    ['the user is made', withSystem(exampleFacts()), user, null],
    ['nobody asked', withSystem(exampleFacts()), {}, 'warning nobody-can-log-in'],
    [
      'cloud-init',
      withSystem(
        sealed('rw'),
        exampleSystem({ loginWays: [{ id: 'cloud-init', path: 'usr/bin/cloud-init' }] }),
      ),
      { ...GPT, ...user },
      'warning user-missing',
    ],
    [
      'the image has the user',
      withSystem(
        sealed('rw'),
        exampleSystem({
          users: [
            {
              name: 'core',
              uid: 1,
              gid: 1,
              home: '/var/home/core',
              shell: '/bin/bash',
              login: ['ssh-key'],
              from: 'etc/passwd',
            },
          ],
        }),
      ),
      { ...GPT, ...user },
      null,
    ],
    [
      'the tree is unknown',
      { ...sealed('rw'), system: null },
      { ...GPT, ...user },
      'warning user-missing',
    ],
    [
      'a key nobody can read',
      withSystem(exampleFacts()),
      { user: [{ name: 'core', key: 'ssh-rsa x' }] },
      'warning nobody-can-log-in',
    ],
  ])('%s', (_, facts, customizations, expected) => {
    const found = ids(plan(facts, customizations)).find((id) => /log-in|user-missing/.test(id))
    expect(found ?? null).toBe(expected)
  })

  const big = (size: number) => {
    const facts = sealed('rw console=ttyS0')
    return { ...facts, ukis: facts.ukis.map((uki) => ({ ...uki, size })) }
  }
  it.each<[number, string | null, Partial<PlanOptions>]>([
    [100 * 2 ** 20, null, {}],
    [240 * 2 ** 20, 'warning esp-full', {}],
    [300 * 2 ** 20, 'error esp-full', {}],
    [600 * 2 ** 20, null, {}],
    [120 * 2 ** 20, 'error esp-full', { target: '0.274' }],
  ])('a kernel image of %d bytes', (size, expected, options) => {
    const facts = big(size)
    if (facts.image !== null) facts.image.labels = { 'containers.bootc': '1' }
    const result = plan(facts, GPT, options)
    expect(ids(result).find((id) => id.endsWith('esp-full')) ?? null).toBe(expected)
    if (size > 501 * 2 ** 20)
      expect(answers(result)).toEqual(['stops', 'install no', 'boot unknown'])
  })

  it('the disk is full', () => {
    const root = (minsize: number) => ({ filesystem: [{ mountpoint: '/', minsize }] })
    const facts = withSystem(exampleFacts())
    expect(ids(plan(facts, root(7e9)))).not.toContain('warning disk-full')
    if (facts.image !== null) facts.image.storageSize = 30e9
    expect(ids(plan(facts, root(7e9)))).toContain('warning disk-full')
    expect(ids(plan(facts, root(70e9)))).not.toContain('warning disk-full')
  })

  it('a refusal is said alone, per program', () => {
    const facts = withSystem(exampleFacts())
    const refused = plan(facts, { filesystem: [{ mountpoint: '/data', minsize: 1 }] })
    expect([answers(refused)[0], ids(refused)]).toEqual([
      'refused',
      ['error image-builder-refuses'],
    ])
    expect(planHeadline(refused)).toMatch(
      /^image-builder refuses: nothing is built\. The following errors/,
    )
    expect(ids(plan(facts))).toContain('info bootc-image-builder-refuses')
    const older = plan(facts, {}, { target: '0.274' })
    expect(older.build.reasons[0]).toMatchObject({ id: 'no-bootc-label', upstream: 'image example.org/os/bootc:1 is not a bootc image' }) // prettier-ignore
    expect(planHeadline(older)).toMatch(/^bootc-image-builder refuses: nothing is built/)
  })

  it('the build stops', () => {
    const result = plan(withSystem(exampleFacts()), { user: [{ name: 'core', groups: ['no'] }] })
    expect(answers(result)).toEqual(['stops', 'install yes', 'boot yes'])
    expect(planHeadline(result)).toMatch(
      /^The build would stop: customizations\.user\[0\]: the image has no group no/,
    )
  })
})

describe('kernel arguments', () => {
  it('come from all who contribute, in order, less what is deleted', () => {
    const raw = { kargs: ['console=ttyS1', 'debug'], 'karg-deletes': ['debug', 'quiet=1', 'nosmt'] }
    const installConfig = { filesystemRootType: 'ext4', bootloader: null, raw }
    const facts = withSystem(exampleFacts({ installConfig, kargs: ['quiet', 'nosmt=force'] }))
    const result = plan(facts, { kernel: { append: 'x=1' } })
    expect(
      result.kernelArguments.map(
        ({ value, from, effective, deletedBy }) =>
          `${effective ? '+' : '-'}${value.replace(/UUID=.*/, 'UUID')} ${from}${deletedBy === null ? '' : ` ${deletedBy}`}`,
      ),
    ).toEqual([
      // prettier-ignore
      '+root=UUID bootc',
      '+boot=UUID bootc',
      '+console=ttyS1 install-config',
      '-debug install-config install-config',
      '+quiet kargs.d',
      '-nosmt=force kargs.d install-config',
      '+rw default',
      '+console=tty0 default',
      '+console=ttyS0 default',
      '+x=1 blueprint',
    ])
    expect(result.commandLine?.replace(/UUID=\S+/g, 'UUID')).toBe('root=UUID boot=UUID console=ttyS1 quiet rw console=tty0 console=ttyS0 x=1') // prettier-ignore
  })

  it('of a sealed image are those of its UKI; add-ons wait to be asked for', () => {
    const facts = sealed('rw quiet', { installConfig: { filesystemRootType: 'ext4', bootloader: null, raw: { kargs: ['console=ttyS1'] } } }) // prettier-ignore
    const [uki] = facts.ukis
    if (uki === undefined) throw new Error('the example has no UKI')
    const result = plan({ ...facts, ukis: [{ ...uki, addons: [{ path: 'a', cmdline: 'debug' }] }] })
    expect(result.commandLine).toBe(`composefs=${DIGEST} rw quiet`)
    expect(result.kernelArguments.filter(({ effective }) => !effective).map(({ from }) => from)).toEqual(['addon', 'install-config', 'default', 'default']) // prettier-ignore
  })
})

describe('installers', () => {
  const payload = { type: 'bootc-installer', installerPayload: 'localhost/payload:1' }
  it('show their kickstart with who wrote each line, and the modules', () => {
    const contents = 'text\n%post\necho hi\n%end\n'
    const installer = { kickstart: { contents }, modules: { disable: ['org.fedoraproject.Anaconda.Modules.Users'] } } // prettier-ignore
    const { installer: made, manifestSha256, notes } = plan(withSystem(exampleFacts()), { installer }, payload) // prettier-ignore
    expect(made?.kickstart.filter(({ by }) => by === 'blueprint').map(({ text }) => text)).toEqual(['text', '%post', 'echo hi', '%end']) // prettier-ignore
    expect(made?.modules.find(({ name }) => name.endsWith('.Users'))).toMatchObject({ active: false, by: 'blueprint' }) // prettier-ignore
    expect([made?.hasAnaconda, manifestSha256, notes.length]).toEqual([false, null, 1])
  })

  it('leave hashes in the manifest', () => {
    const user = [{ name: 'core', password: '$6$salt$secret', groups: ['wheel'] }]
    const result = plan(withSystem(exampleFacts()), { user, kernel: { append: 'quiet' } }, payload)
    const text = result.installer?.kickstart.map((line) => line.text).join('\n') ?? ''
    expect(text).toContain('user --name core --password HASH --iscrypted --groups wheel')
    expect(text).toContain('bootloader --append="quiet"')
    expect(text).toContain('autopart --nohome --type=plain --fstype=ext4')
    expect(text).not.toContain('secret')
  })

  it('of a sealed image do not exist', () => {
    const result = plan({ ...sealed('rw'), builder: null }, {}, payload)
    expect(result.build.answer).toBe('refused')
  })
})
