import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import type { CheckId } from '../../contract/checks'
import type { ImageFacts, UkiRecord } from '../../contract/facts'
import type { InstallationInputs } from '../../contract/installation'
import { openLayout } from '../../formats/oci/layout'
import { bootCheck } from '../boot/boot-check'
import { checksOf } from '../boot/checks'
import type { BootDisk, BootRoot } from '../boot/disk'
import { faultsOf } from '../boot/known-kernels'
import { USUAL_CHECKS, verifyFacts, type VerifyQuestion } from '../boot/verify'
import { judgeOf } from '../seal/releases'
import { inspectImage } from './inspect-image'
import { goldenLayouts, layoutFiles, type GoldenLayout } from './testing/layouts'

let kernels: Kernels
const known = new Map<string, ImageFacts>()
beforeAll(async () => {
  kernels = await loadKernels()
  for (const layout of goldenLayouts) known.set(layout.name, await read(layout))
})

async function read(layout: GoldenLayout): Promise<ImageFacts> {
  const image = await openLayout(layoutFiles(layout), 'latest', { os: 'linux', architecture: 'amd64', variant: null }) // prettier-ignore
  const options = { kernels, verity: ['sha512'] as const, quick: false }
  return (await inspectImage(image, { kind: 'oci', ref: layout.name }, options)).facts
}

function golden(name: string): ImageFacts {
  const facts = known.get(name)
  if (facts === undefined) throw new Error(`no layout ${name}`)
  return structuredClone(facts)
}

const QUESTION: VerifyQuestion = { bootc: null, checks: USUAL_CHECKS, repository: 'new', strict: false, policy: null } // prettier-ignore
const only = (...checks: CheckId[]) => ({ ...QUESTION, checks })
const check = (facts: ImageFacts, id: CheckId) => {
  const found = checksOf(facts).find((each) => each.id === id)
  if (found === undefined) throw new Error(id)
  return found
}
const errors = (facts: ImageFacts, id: CheckId) =>
  check(facts, id).reasons.filter(({ severity }) => severity === 'error').map((each) => each.id) // prettier-ignore

describe('golden layouts', () => {
  it.each(goldenLayouts.map(({ name }) => name))('%s: all five, and the seal as before', (name) => {
    const facts = golden(name)
    const checks = checksOf(facts)
    expect(checks.map(({ id }) => id)).toEqual(['import', 'seal', 'install', 'boot', 'secure-boot'])
    expect(checks.every(({ summary }) => summary !== '')).toBe(true)
    const layout = goldenLayouts.find((each) => each.name === name)
    const image = layout?.expected.images.find(({ architecture }) => architecture === 'amd64')
    const accepted = image?.verdict === 'UKI_SEALED' && image.accepted_by?.['bootc 1.16.4-1.16.9'] === true // prettier-ignore
    expect(verifyFacts(facts, only('seal')).good).toBe(accepted)
  })

  /** What the real bootc 1.16.9 did to these, on a disk with an ESP. */
  it.each([
    ['sealed-v1', null],
    ['whiteouts', null],
    ['dual-karg', null],
    ['sealed-v2-old-bootc', 'The UKI has the wrong composefs= parameter (is '],
    ['sealed-plain-digest', 'The UKI has the wrong composefs= parameter (is '],
    ['boot-dumpfile', 'The UKI has the wrong composefs= parameter (is '],
    ['two-ukis-one-stale', "The UKI has the wrong composefs= parameter (is '5a5a5a5a"],
    ['type1-entries', 'Setting up composefs boot: Setting up BLS boot: Found Type1 entries in /boot'],
    ['uki-no-cmdline', "Writing 6.12.0-100.example.x86_64.efi to ESP: Getting UKI cmdline: UKI doesn't contain a '.cmdline' section"],
    ['cfsctl-karg-sha256', 'Writing 6.12.0-100.example.x86_64.efi to ESP: No composefs image in UKI cmdline'],
    ['addon-shadows-uki', 'Writing 00-extra.addon.efi to ESP: No composefs image in UKI cmdline'],
    ['broken-uki-cmdline', 'invalid utf-8 sequence of 1 bytes from index 20'],
    ['selinux-policy', "g_file_get_path: assertion 'G_IS_FILE (file)' failed"],
  ])('%s: install as bootc answered', (name, refusal) => {
    const { answer, reasons } = check(golden(name), 'install')
    expect(answer).toBe(refusal === null ? 'yes' : 'no')
    if (refusal !== null) expect(reasons[0]?.upstream).toContain(refusal)
  }) // prettier-ignore

  it.each(['type1-entries', 'two-ukis-one-stale'])('%s: the seal holds, and verify says no', (name) => {
    const facts = golden(name)
    expect([facts.seal.proof?.holds, verifyFacts(facts, only('seal')).good]).toEqual([true, true])
    expect(verifyFacts(facts, only('import', 'seal', 'install')).good).toBe(false)
  }) // prettier-ignore

  it('without a boot loader is installed and does not boot', () => {
    const facts = golden('sealed-v1')
    expect(check(facts, 'install').answer).toBe('yes')
    expect(errors(facts, 'boot')).toEqual(['no-systemd-boot'])
  })
})

/** A sealed image with everything that installation and boot ask for. */
function whole(
  change: (facts: ImageFacts, inputs: InstallationInputs, uki: UkiRecord) => void = () => undefined,
): ImageFacts {
  const facts = golden('sealed-v1')
  const { installation } = facts
  const [uki] = facts.ukis
  if (installation === null || uki === undefined) throw new Error('no UKI')
  installation.systemdBoot = ['usr/lib/systemd/boot/efi/systemd-bootx64.efi']
  installation.programs = installation.programs.map(({ name }) => ({ name, path: `usr/bin/${name}` })) // prettier-ignore
  uki.cmdline = (uki.cmdline ?? '').replace(/root=\S+ /, '')
  uki.initrd = { parts: [], modules: ['bash', 'bootc'], composefs: [], entries: 40, problem: null }
  change(facts, installation, uki)
  return facts
}

describe('a sealed image', () => {
  it('with everything right is four times yes, and asks for keys', () => {
    expect(checksOf(whole()).map(({ answer }) => answer)).toEqual(['yes', 'yes', 'yes', 'yes', 'no'])
    expect(verifyFacts(whole(), { ...QUESTION, strict: true }).good).toBe(true)
    expect(checksOf(whole()).slice(0, 4).every(({ reasons }) => reasons.length === 0)).toBe(true)
  }) // prettier-ignore

  it.each<[string, string, (facts: ImageFacts, inputs: InstallationInputs, uki: UkiRecord) => void, string | null]>([
    ['no-root-filesystem', 'install', (facts) => void (facts.installConfig = { filesystemRootType: null, bootloader: null, raw: {} }), 'No root filesystem specified'],
    ['no-verity', 'install', (facts) => void (facts.installConfig = { filesystemRootType: 'xfs', bootloader: null, raw: {} }), 'Specified filesystem xfs does not support fs-verity'],
    ['bootloader-none', 'install', (facts) => void (facts.installConfig = { filesystemRootType: 'ext4', bootloader: 'none', raw: {} }), 'Bootloader set to none is not supported with the composefs backend'],
    ['no-prepare-root', 'install', (_, inputs) => void (inputs.prepareRoot = null), 'Failed to find ostree/prepare-root.conf in /usr/lib or /etc'],
    ['prepare-root-broken', 'install', (_, inputs) => void (inputs.prepareRoot = { path: 'a', problem: 'Key file contains line' }), 'Key file contains line'],
    ['stray-secureboot-key', 'install', (_, inputs) => void (inputs.secureBootKeys.stray = ['x/PK.auth']), '/usr/lib/bootc/install/secureboot-keys/"PK.auth" is not a directory'],
    ['no-entry-token', 'install', (_, inputs) => void (inputs.entryToken = false), 'carries no ID=/IMAGE_ID= fields.'],
    ['missing-tmp', 'install', (_, inputs) => void (inputs.folders = inputs.folders.filter((name) => name !== 'tmp')), 'Mounting tmpfs into composefs root'],
    ['missing-var', 'install', (_, inputs) => void (inputs.folders = inputs.folders.filter((name) => name !== 'var')), 'cp: cannot stat'],
    ['missing-boot', 'install', (_, inputs) => void (inputs.folders = inputs.folders.filter((name) => name !== 'boot')), 'Directory entry "boot" does not exist'],
    ['boot-entries', 'install', (_, inputs) => void (inputs.bootEntriesError = '"aaa.efi" is not a regular file'), 'is not a regular file'],
    ['no-bootupd', 'install', (facts) => void (facts.installConfig = { filesystemRootType: 'ext4', bootloader: 'grub', raw: {} }), null],
    ...['systemd', 'grub-cc'].map((bootloader): [string, string, (facts: ImageFacts, inputs: InstallationInputs) => void, string] => ['bootupd-required', 'install', (facts, inputs) => {
      facts.kernel = { version: '6.12.0', unified: false, path: 'usr/lib/modules/6.12.0/vmlinuz' }
      facts.installConfig = { filesystemRootType: 'ext4', bootloader, raw: {} }
      inputs.bootupd = true
    }, 'Installing to disk: bootupd is required for ostree-based installs']),
    ['uki-no-osrel', 'install', (_, __, uki) => void (uki.sections = uki.sections.filter(({ name }) => name !== '.osrel')), "UKI doesn't contain a '.osrel' section"],
    ['uki-no-initrd', 'install', (_, __, uki) => void (uki.sections = uki.sections.filter(({ name }) => name !== '.initrd')), ".initrd not present: UKI doesn't contain a '.initrd' section"],
    ['entry-name', 'install', (_, __, uki) => void (uki.osrel = 'ID=x\nNAME=x\nVERSION_ID=1/2\n'), 'Writing conf file: No such file or directory'],
    ['uki-no-name', 'install', (_, __, uki) => void (uki.osrel = 'VERSION_ID=1\n'), 'No name information found in .osrel section'],
    ['uki-exceeds-esp', 'install', (_, __, uki) => void (uki.size = 1100 * 2 ** 20), 'Writing UKI: No space left on device'],
    ['selinux-no-policy', 'install', (_, inputs) => void (inputs.selinux = { mode: 'permissive', type: 'targeted', policy: false }), 'Installing to disk: Creating rootfs: Loading SELinux policy: While calculating SELinux checksum'],
    ['selinux-no-type', 'install', (_, inputs) => void (inputs.selinux = { mode: 'enforcing', type: null, policy: false }), null],
    ['initramfs-ignores-composefs', 'boot', (_, __, uki) => void (uki.initrd = { parts: [], modules: ['bash', 'ostree'], composefs: [], entries: 40, problem: null }), null],
    ['no-systemd-boot', 'boot', (_, inputs) => void (inputs.systemdBoot = []), null],
    ['no-systemd-boot', 'boot', (_, inputs) => void (inputs.systemdBoot = ['usr/lib/systemd/boot/efi/systemd-bootaa64.efi']), null],
    ['no-grub-cc', 'boot', (facts, inputs) => { facts.installConfig = { filesystemRootType: 'ext4', bootloader: 'grub-cc', raw: {} }; inputs.bootupctl = 'usr/bin/bootupctl' }, null],
    ['root-not-found', 'boot', (_, __, uki) => void (uki.cmdline = `${uki.cmdline ?? ''} systemd.gpt_auto=0`), null],
  ])('%s', (id, name, change, upstream) => {
    const facts = whole(change)
    const { answer, reasons } = check(facts, name === 'install' ? 'install' : 'boot')
    expect([answer, reasons.map((each) => each.id)]).toEqual(['no', expect.arrayContaining([id])])
    const found = reasons.find((each) => each.id === id)
    if (upstream !== null) expect(found?.upstream).toContain(upstream)
    expect(found?.fix).not.toBeNull()
    expect(verifyFacts(facts, QUESTION).good).toBe(false)
  }) // prettier-ignore

  it.each([
    ['hooks/composefs', ['hooks/composefs'], []],
    ['a unit', ['usr/lib/systemd/system/bootc-root-setup.service'], []],
    ['the module of composefs-rs', [], ['composefs']],
  ])('boots with %s in its initramfs', (_, composefs, modules) => {
    const facts = whole((__, ___, uki) => void (uki.initrd = { parts: [], modules, composefs, entries: 9, problem: null })) // prettier-ignore
    expect(check(facts, 'boot').answer).toBe('yes')
  })

  it.each([
    [{ parts: [], modules: [], composefs: [], entries: 0, problem: null }, 'initramfs-empty'],
    [{ parts: [], modules: null, composefs: [], entries: 3, problem: 'lzo' }, 'initramfs-unread'],
    [{ parts: [], modules: [], composefs: null, entries: 3, problem: null }, null],
    [null, null],
  ])('is open about an initramfs that it cannot see into: %j', (initrd, id) => {
    const found = check(
      whole((_, __, uki) => void (uki.initrd = initrd)),
      'boot',
    )
    expect([found.answer, found.reasons[0]?.id ?? null]).toEqual(['unknown', id])
    expect(found.summary).toContain('initramfs')
  })

  it('names programs that are missing, as a warning', () => {
    const facts = whole((_, inputs) => {
      inputs.programs = inputs.programs.map(({ name }) => ({ name, path: null }))
    })
    const { answer, reasons } = check(facts, 'install')
    expect([answer, reasons.map(({ id, severity }) => `${severity} ${id}`)]).toEqual(['yes', ['warning no-bootc', 'warning no-podman', 'warning missing-programs']]) // prettier-ignore
    expect(reasons[2]?.message).toContain('skopeo, sfdisk, mkfs.fat, mkfs.ext4, bootctl')
    expect(verifyFacts(facts, QUESTION).good).toBe(true)
  })

  it.each([
    ['7.0.1', 'unknown'],
    ['7.0.6-300.fc45.x86_64', 'unknown'],
    ['7.0.7', 'yes'],
    ['7.0-rc7', 'yes'],
    ['7.0', 'yes'],
    ['6.17.3', 'yes'],
  ])('kernel %s: boot is %s', (version, answer) => {
    const found = check(
      whole((_, __, uki) => void (uki.kernelVersion = version)),
      'boot',
    )
    expect(found.answer).toBe(answer)
    if (answer === 'unknown') expect(found.reasons[0]?.message).toMatch(/Linux 7\.0\.1 to 7\.0\.6 .*unless your distribution carries the fix/) // prettier-ignore
  })

  it('is not judged by the marker of newer releases before they are there', () => {
    const facts = whole((_, inputs) => {
      inputs.prepareRoot = null
      inputs.setupRootConf = true
    })
    expect(check(facts, 'install').answer).toBe('no')
    const next = checksOf(facts, { judge: judgeOf('next') }).find(({ id }) => id === 'install')
    expect(next?.answer).toBe('yes')
  })
})

describe('faults of kernels', () => {
  it.each([['7.0.3', 1], ['7.0.6', 1], ['7.0.0', 0], ['70.0.3', 0], ['', 0], ['next', 0]] as const)('%s', (version, count) => {
    expect(faultsOf(version)).toHaveLength(count)
  }) // prettier-ignore
})

describe('a planned disk', () => {
  const ROOT: BootRoot = {
    partition: 3,
    type: '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709',
    within: 'partition',
    fileSystem: 'ext4',
    verity: true,
    subvolume: null,
    uuid: null,
    label: 'root',
    partUuid: null,
    partLabel: 'root',
  }
  const disk = (change: Partial<BootRoot>, table: BootDisk['table'] = 'gpt'): BootDisk => {
    return { madeBy: 'image-builder', table, root: { ...ROOT, ...change } }
  }
  const LINUX = '0FC63DAF-8483-4772-8E79-3D69D8477DE4'
  const ids = (facts: ImageFacts, on: BootDisk) => bootCheck(facts, on).reasons.map(({ id }) => id)

  it.each<[string, BootDisk, string[]]>([
    ['the type of the architecture', disk({}), []],
    ['Linux data', disk({ type: LINUX }), ['root-not-found']],
    ['LVM', disk({ within: 'lvm' }), ['root-not-found']],
    ['a DOS table', disk({ type: '83' }, 'dos'), ['root-not-found']],
    ['no root', { madeBy: 'image-builder', table: 'gpt', root: null }, ['root-not-found']],
    ['ext4 without verity', disk({ verity: false }), ['not-protected']],
    ['xfs', disk({ fileSystem: 'xfs', verity: false }), ['not-protected']],
    ['a subvolume', disk({ fileSystem: 'btrfs', subvolume: 'root' }), ['wrong-subvolume']],
  ])('%s', (_, on, expected) => {
    expect(ids(whole(), on)).toEqual(expected)
    expect(bootCheck(whole(), on).answer).toBe(expected.length === 0 ? 'yes' : 'no')
  })

  it.each([
    ['root=UUID=AAAA', disk({ uuid: 'aaaa', type: LINUX }), [], 'yes'],
    ['root=UUID=bbbb', disk({ uuid: 'aaaa' }), ['root-not-found'], 'no'],
    ['root=UUID=bbbb', disk({}), ['root-by-name'], 'unknown'],
    ['root=LABEL=root', disk({ type: LINUX }), [], 'yes'],
    ['root=/dev/sda3', disk({}), ['root-by-name'], 'unknown'],
    ['root=gpt-auto', disk({ type: LINUX }), ['root-not-found'], 'no'],
    ['rootflags=subvol=/root', disk({ fileSystem: 'btrfs', subvolume: 'root' }), [], 'yes'],
    ['rootflags=compress=zstd,subvol=other', disk({ fileSystem: 'btrfs', subvolume: 'root' }), ['wrong-subvolume'], 'no'],
  ] as const)('%s', (words, on, expected, answer) => {
    const facts = whole((_, __, uki) => void (uki.cmdline = `${uki.cmdline ?? ''} ${words}`))
    expect([ids(facts, on), bootCheck(facts, on).answer]).toEqual([expected, answer])
  }) // prettier-ignore
})

describe('verify', () => {
  it('says whose judgement it is', () => {
    const asked = (bootc: string | null) => verifyFacts(golden('sealed-v1'), { ...QUESTION, bootc })
    expect(asked(null).result.bootc).toEqual({ version: '1.16.9', from: 'newest' })
    expect(asked('1.16.3').result.bootc).toEqual({ version: '1.16.3', from: 'option' })
    expect(asked('image')).toMatchObject({ warning: expect.stringContaining('no bootc was found'), result: { bootc: { from: 'newest' } } }) // prettier-ignore
    const facts = {
      ...golden('sealed-v1'),
      bootcInImage: { version: '1.15.1', from: 'rpm' as const },
    }
    expect(verifyFacts(facts, { ...QUESTION, bootc: 'image' })).toMatchObject({ warning: expect.stringContaining('1.15.1 is not in the table'), result: { bootc: { version: '1.15.1', from: 'image' } } }) // prettier-ignore
  })

  it.each([
    ['sealed-v1', 'new', '1.16.9', true],
    ['sealed-v1', 'v2', '1.16.9', false],
    ['sealed-v1', 'v2', 'next', true],
    ['sealed-v2-old-bootc', 'v2', '1.16.9', true],
    ['sealed-v2-old-bootc', 'new', '1.16.3', true],
    ['sealed-v2-old-bootc', 'new', 'any', true],
    ['multi-member-layers', 'new', '1.16.9', false],
    ['multi-member-layers', 'new', '1.16.12', true],
    ['multi-member-layers', 'new', 'next', true],
    ['nsec-current', 'new', '1.16.12', false],
    ['nsec-current', 'new', 'next', true],
    ['nsec-old', 'new', '1.16.12', true],
    ['dual-karg', 'new', 'next', true],
    ['cfsctl-karg', 'new', '1.16.9', true],
    ['xattrs-keep-user', 'new', 'next', true],
  ] as const)('%s on a %s host of bootc %s: %s', (name, repository, bootc, good) => {
    const question = { ...only('import', 'seal'), repository, bootc }
    expect(verifyFacts(golden(name), question).good).toBe(good)
  })

  it('says where an inferred release could differ', () => {
    const { result } = verifyFacts(golden('nsec-old'), { ...QUESTION, bootc: '1.16.13' })
    const seal = result.checks.find(({ id }) => id === 'seal')
    expect(seal?.reasons.map(({ id, severity }) => [id, severity])).toEqual([['inferred-nanoseconds', 'warning']]) // prettier-ignore
  })

  it.each([
    ['strict', 'sealed', false],
    ['degraded', 'sealed', true],
    ['degraded', 'optional', true],
    ['strict', 'optional', false],
    ['degraded', 'broken', false],
  ] as const)('policy %s of a seal that is %s: %s', (policy, kind, good) => {
    const facts = whole((each) => {
      if (kind === 'optional') each.seal.verdict = 'UKI_UNSEALED'
      const [claim] = each.seal.claimed
      if (kind === 'broken' && claim !== undefined) claim.digest = 'f'.repeat(128)
    })
    expect(verifyFacts(facts, { ...QUESTION, policy }).good).toBe(good)
    if (facts.secureBoot !== null) facts.secureBoot = { ...facts.secureBoot, answer: 'yes' }
    if (policy === 'strict') expect(verifyFacts(facts, { ...QUESTION, policy }).good).toBe(kind === 'sealed') // prettier-ignore
  })

  it('gives no answer for what was not read', () => {
    const facts = golden('sealed-v1')
    facts.evidence.unread = [{ layer: 1, digest: 'sha256:x', kind: 'network', code: 'x', message: 'the connection was lost', bytesRead: 3, size: 9 }] // prettier-ignore
    const checks = checksOf(facts)
    expect(checks.every(({ answer, reasons }) => answer === 'unknown' && reasons.length === 0)).toBe(true) // prettier-ignore
    expect(checks[1]?.summary).toContain('layer 1 was not read')
  })
})
