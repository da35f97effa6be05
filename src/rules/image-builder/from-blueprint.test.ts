import { expect, it } from 'vitest'
import type { Blueprint, Customizations, UserCustomization } from '../../formats/blueprint/model'
import { wishesFrom } from './from-blueprint'

const EMPTY: Customizations = {
  hostname: null,
  kernel: null,
  sshkey: null,
  user: null,
  group: null,
  timezone: null,
  locale: null,
  firewall: null,
  services: null,
  filesystem: null,
  disk: null,
  installationDevice: '',
  partitioningMode: '',
  fdo: null,
  openscap: null,
  ignition: null,
  directories: null,
  files: null,
  repositories: null,
  fips: null,
  installer: null,
  rpm: null,
  rhsm: null,
  cacerts: null,
  containersStorage: null,
  firstboot: null,
  dnf: null,
  iso: null,
  sshd: null,
  bootloader: null,
}

function blueprint(
  customizations: Partial<Customizations>,
  top: Partial<Blueprint> = {},
): Blueprint {
  return {
    name: '',
    description: '',
    version: '',
    packages: null,
    modules: null,
    enabledModules: null,
    groups: null,
    containers: null,
    customizations: { ...EMPTY, ...customizations },
    distro: '',
    arch: '',
    ...top,
  }
}

it('names what is set in declaration order and by its key', () => {
  const given = blueprint(
    {
      containersStorage: { destinationPath: null },
      fips: false,
      files: [],
      kernel: { name: 'k', append: 'quiet' },
      hostname: '',
    },
    { arch: 'x86_64', packages: [{ name: 'a', version: '' }] },
  )
  expect(wishesFrom(given).setOptions).toEqual([
    'packages',
    'customizations.hostname',
    'customizations.kernel.name',
    'customizations.kernel.append',
    'customizations.fips',
    'customizations.containers-storage',
    'architecture',
  ])
})

it('puts ssh keys before users and tells an empty list from none', () => {
  const wishes = wishesFrom(
    blueprint({ sshkey: [{ user: 'core', key: 'ssh-ed25519 A' }], filesystem: [] }),
  )
  expect(wishes.users.map(({ name, key }) => [name, key])).toEqual([['core', 'ssh-ed25519 A']])
  expect(wishes.filesystems).toEqual([])
  expect(wishesFrom(blueprint({})).filesystems).toBeNull()
})

const USER: UserCustomization = {
  name: 'root',
  description: 'd',
  password: '$6$x',
  key: 'ssh-ed25519 A',
  home: null,
  shell: null,
  groups: null,
  uid: null,
  gid: null,
  expireDate: null,
  forcePasswordReset: null,
}

const INSTALLER: Customizations['installer'] = {
  unattended: false,
  sudoNopasswd: null,
  kickstart: { contents: '' },
  modules: null,
  bootloader: null,
  payload: null,
}

/** Texts of image-builder 79.0.0 and images 0.274.0 for the same blueprints. */
it.each<[string, Partial<Customizations>, string | null]>([
  ['an empty kickstart', { installer: INSTALLER }, null],
  ['a user besides no kickstart', { installer: { ...INSTALLER, kickstart: null }, user: [USER] }, null], // prettier-ignore
  [
    'an empty kickstart and unattended',
    { installer: { ...INSTALLER, unattended: true } },
    'kickstart unattended options are not compatible with user-supplied kickstart content',
  ],
  [
    'an empty kickstart and sudo',
    { installer: { ...INSTALLER, sudoNopasswd: ['core'] } },
    'kickstart sudo nopasswd drop-in file creation is not compatible with user-supplied kickstart content',
  ],
  [
    'a kickstart and a user',
    { installer: { ...INSTALLER, kickstart: { contents: 'text' } }, user: [USER] },
    'kickstart users and/or groups are not compatible with user-supplied kickstart content',
  ],
  [
    'a kickstart and a key',
    { installer: INSTALLER, sshkey: [{ user: 'core', key: 'A' }] },
    'kickstart users and/or groups are not compatible with user-supplied kickstart content',
  ],
  [
    'options of root',
    { user: [USER, { ...USER, groups: [], uid: 0n, home: '', forcePasswordReset: false }] },
    'unsupported kickstart options for user "root": force_password_reset, groups, home, uid',
  ],
  ['options of others', { user: [{ ...USER, name: 'core', uid: 0n }] }, null],
])('installer: %s', (_, customizations, expected) => {
  const check = () => {
    wishesFrom(blueprint(customizations)).checkInstaller()
  }
  if (expected === null) expect(check).not.toThrow()
  else expect(check).toThrow(expected)
})
