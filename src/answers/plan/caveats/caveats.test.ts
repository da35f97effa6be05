import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { ImageFacts } from '../../../contract/facts'
import { DEFAULT_OPTIONS, type PlanOptions } from '../options'
import { planImage } from '../plan'
import { exampleFacts, sealedFacts } from '../testing/facts'
import { exampleSystem, withSystem } from '../testing/system'
import { keyProblem } from './ssh-key'

const ORDINARY = withSystem(exampleFacts())
const SEALED = withSystem(sealedFacts('composefs=abc rw'))
const KEY = sshKey()

/** A public key as ssh-keygen writes it. */
function sshKey(): string {
  const { publicKey } = generateKeyPairSync('ed25519')
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32)
  const field = (bytes: Uint8Array) => Buffer.concat([Buffer.from([0, 0, 0, bytes.length]), bytes])
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)])
  return `ssh-ed25519 ${blob.toString('base64')} me@example`
}

function caveats(
  facts: ImageFacts,
  customizations: Record<string, unknown>,
  options: Partial<PlanOptions> = {},
): string[] {
  const blueprint = { text: JSON.stringify({ customizations }), format: 'json' as const }
  const { plan } = planImage({ facts, blueprint, options: { ...DEFAULT_OPTIONS, type: 'raw', ...options } }) // prettier-ignore
  return plan.outcomes.flatMap((outcome) =>
    outcome.caveats.map(({ id, stops }) => `${id}${stops ? '!' : ''}`),
  )
}

const HOME = '/var/home/core'
const user = (members: Record<string, unknown>) => ({ user: [{ name: 'core', home: HOME, ...members }] }) // prettier-ignore

describe('accounts', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['nothing against a user', user({ key: KEY, groups: ['wheel'] }), []],
    ['no home', { user: [{ name: 'core', key: KEY }] }, ['home-in-deployment']],
    ['a home in the read-only part', user({ home: '/data/core' }), ['home-read-only']],
    ['a home by the link', user({ home: '/home/core' }), []],
    ['an unknown group', user({ groups: ['libvirt'] }), ['unknown-group!']],
    ['a group of the blueprint', { ...user({ groups: ['x'] }), group: [{ name: 'x' }] }, []],
    ['a group of usr/lib', user({ groups: ['audio'] }), ['group-elsewhere']],
    ['a group of sysusers.d', user({ groups: ['docker'] }), ['group-at-boot!']],
    ['an unknown gid', user({ gid: 4711 }), ['unknown-gid!']],
    ['a known gid', user({ gid: 10 }), []],
    [
      'a group of the same name',
      { ...user({}), group: [{ name: 'core' }] },
      ['group-of-same-name!'],
    ],
    ['the number of another user', user({ uid: 1000 }), ['uid-taken']],
    [
      'another number for a known user',
      { user: [{ name: 'old', uid: 7 }] },
      ['uid-of-existing-user!'],
    ],
    ['a known user', { user: [{ name: 'old', key: KEY }] }, []],
    ['a shell that is not there', user({ shell: '/bin/zsh' }), ['no-such-shell']],
    ['a shell that is there', user({ shell: '/bin/bash' }), []],
    ['a plain password', user({ password: 'hunter2' }), ['plain-password']],
    ['a hashed password', user({ password: '$6$salt$hash' }), []],
    ['a yescrypt hash', user({ password: '$y$j9T$a$b' }), ['password-hash-as-text']],
    ['a broken key', user({ key: 'ssh-ed25519 AAAA me' }), ['ssh-key-unreadable']],
    ['a key alone', { sshkey: [{ user: 'root', key: KEY }] }, []],
    ['a taken gid', { group: [{ name: 'new', gid: 10 }] }, ['gid-taken']],
    ['a known group', { group: [{ name: 'wheel', gid: 99 }] }, ['group-exists']],
  ])('%s', (_, customizations, expected) => {
    expect(caveats(ORDINARY, customizations)).toEqual(expected)
  })

  it('says nothing of a tree that is not known', () => {
    expect(caveats(exampleFacts(), { user: [{ name: 'core', groups: ['no'] }] })).toEqual([])
  })

  it('follows the home rule of the release', () => {
    expect(caveats(ORDINARY, { user: [{ name: 'core' }] }, { target: '0.274' })).toEqual([])
  })
})

describe('keys', () => {
  it.each<[string, string | null]>([
    [KEY, null],
    [`command="echo a b",no-pty ${KEY}`, null],
    [`# two\n${KEY}\n${KEY}\n`, null],
    ['-----BEGIN OPENSSH PRIVATE KEY-----', 'it is a private key'],
    ['ssh-ed25519', 'nothing stands behind its type'],
    [KEY.replace('ssh-ed25519 ', 'ssh-rsa '), 'its type is not the one inside'],
    [KEY.slice(0, 40), 'it is cut off'],
    ['hello world', 'it begins with no type of key that sshd knows'],
  ])('%s', (text, problem) => {
    expect(keyProblem(text)).toBe(problem)
  })
})

describe('mounts', () => {
  const disk = (mountpoint: string, part_type?: string) => ({
    disk: {
      partitions: [
        { mountpoint, fs_type: 'ext4', minsize: '1 GiB', ...(part_type ? { part_type } : {}) },
        { mountpoint: '/', fs_type: 'ext4', minsize: '20 GiB' },
      ],
    },
  })
  it.each<[string, ImageFacts, Record<string, unknown>, string[]]>([
    ['a link', ORDINARY, disk('/home'), ['mount-through-link']],
    ['below a link', ORDINARY, disk('/srv/data'), ['mount-through-link']],
    ['what the link leads to', ORDINARY, disk('/var/home'), []],
    ['no directory', ORDINARY, disk('/data'), ['mount-point-missing']],
    ['below /var', ORDINARY, disk('/var/lib/data'), []],
    ['a file', ORDINARY, disk('/etc/hosts'), ['mount-point-no-directory']],
    ['what the system runs from', ORDINARY, disk('/usr'), ['mount-hides-image']],
    ['sealed: nobody', SEALED, disk('/var/lib/data'), ['nobody-mounts']],
    [
      'sealed: nobody, and no directory',
      SEALED,
      disk('/data'),
      ['nobody-mounts', 'mount-point-missing'],
    ],
    [
      'sealed: by type, through a link',
      SEALED,
      disk('/srv', '3B8F8425-20E0-4F3B-907F-1A25A76F98E8'),
      ['mount-through-link'],
    ],
    ['sealed: by type', SEALED, disk('/var/tmp', '7EC6F557-3BC5-4ACA-B293-16EF5DF639D1'), []],
    [
      'sealed: a unit in the image',
      withSystem(SEALED, exampleSystem({}, ['usr/lib/systemd/system/var-lib-data.mount'])),
      disk('/var/lib/data'),
      [],
    ],
    [
      'sealed: filesystem',
      SEALED,
      { filesystem: [{ mountpoint: '/var/log', minsize: 1e9 }] },
      ['nobody-mounts'],
    ],
  ])('%s', (_, facts, customizations, expected) => {
    expect(caveats(facts, customizations)).toEqual(expected)
  })

  it('takes links in an fstab, which systemd follows', () => {
    const diskYaml = 'mount_configuration: fstab\npartition_table:\n  type: gpt\n  partitions:\n    - size: 1 MiB\n      type: "21686148-6449-6E6F-744E-656564454649"\n    - size: 500 MiB\n      type: "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"\n      payload_type: filesystem\n      payload:\n        type: vfat\n        mountpoint: /boot/efi\n    - size: 5 GiB\n      payload_type: filesystem\n      payload:\n        type: ext4\n        mountpoint: /\n' // prettier-ignore
    const { builder } = ORDINARY
    if (builder === null) throw new Error('the example has no builder')
    expect(caveats({ ...ORDINARY, builder: { ...builder, diskYaml } }, disk('/home'))).toEqual([])
  })
})

describe('files and directories', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    ['a file', { files: [{ path: '/etc/ssh/a.conf', data: '' }] }, []],
    ['no parent', { files: [{ path: '/etc/no/a.conf', data: '' }] }, ['no-parent-directory!']],
    [
      'a parent of the blueprint',
      {
        directories: [{ path: '/etc/no/b', ensure_parents: true }],
        files: [{ path: '/etc/no/a', data: '' }],
      },
      [],
    ],
    ['a directory', { files: [{ path: '/etc/ssh', data: '' }] }, ['path-is-a-directory!']],
    [
      'a directory without a parent',
      { directories: [{ path: '/etc/a/b' }] },
      ['no-parent-directory!'],
    ],
    [
      'an unknown owner',
      { files: [{ path: '/etc/a', data: '', user: 'app' }] },
      ['unknown-owner!'],
    ],
    [
      'an owner of the blueprint',
      { ...user({}), files: [{ path: '/etc/a', data: '', user: 'core', group: 'core' }] },
      [],
    ],
  ])('%s', (_, customizations, expected) => {
    expect(caveats(ORDINARY, customizations)).toEqual(expected)
  })
})

describe('what the image must have for it', () => {
  it.each<[string, Record<string, unknown>, string[]]>([
    [
      'units',
      {
        services: {
          enabled: ['sshd', 'getty@tty2', 'no.timer', 'getty@', 'masked'],
          masked: ['x'],
        },
      },
      ['no-such-unit', 'template-unit', 'masked-unit'],
    ],
    [
      'firewall',
      { firewall: { ports: ['22:tcp', 'x'], services: { enabled: ['ssh', 'nope'] } } },
      ['no-such-firewall-service', 'firewall-port'],
    ],
    ['time zone', { timezone: { timezone: 'Europe/Berlin' } }, []],
    [
      'another time zone',
      { timezone: { timezone: 'Europe/Bonn', ntpservers: ['a'] } },
      ['no-such-timezone', 'no-chrony'],
    ],
    ['language', { locale: { languages: ['en_US.UTF-8'], keyboard: 'us' } }, []],
    [
      'another language',
      { locale: { languages: ['fr_FR.UTF-8', 'x'], keyboard: 'dvorak' } },
      ['no-such-locale', 'one-language', 'no-such-keyboard'],
    ],
  ])('%s', (_, customizations, expected) => {
    expect(caveats(ORDINARY, customizations)).toEqual(expected)
  })
})
