import { expect, it } from 'vitest'
import type { Blueprint, Customizations } from '../blueprint/model'
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
