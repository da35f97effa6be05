import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { buildContainerfile } from '../../answers/plan/testing/containerfile'
import { exampleFacts, sealedFacts } from '../../answers/plan/testing/facts'
import { readSystem } from '../../answers/facts/system-record'
import { planImage } from '../../answers/plan/plan'
import { DEFAULT_OPTIONS } from '../../answers/plan/options'
import { OUTCOME_WORDS } from '../../answers/plan/words'
import type { ImageFacts } from '../../contract/facts'
import type { Instead, Outcome, PlanResult } from '../../contract/plan'
import { readKargs } from '../../rules/bootc/kargs'
import { buildTree, treeReader, type TreeEntry } from '../../rules/bootc/testing/trees'
import { parseArguments } from './arguments'

const file = (path: string, content = ''): TreeEntry => ({ path, type: 'file', content })
const link = (path: string, target: string): TreeEntry => ({ path, type: 'symlink', target })

/** An image that has everything which advice needs. */
const BASE: TreeEntry[] = [
  link('home', 'var/home'),
  link('srv', 'var/srv'),
  { path: 'var/tmp', type: 'dir' },
  file('etc/passwd', 'root:x:0:0:root:/root:/bin/bash\n'),
  file('etc/group', 'root:x:0:\nwheel:x:10:\n'),
  ...['dnf', 'rpm', 'oscap-im', 'update-ca-trust', 'update-crypto-policies', 'firewall-offline-cmd', 'subscription-manager', 'cloud-init'].map((name) => file(`usr/bin/${name}`)), // prettier-ignore
  file('usr/lib/systemd/system/sshd.service'),
  file('usr/lib/systemd/system/firewalld.service'),
  file('usr/share/zoneinfo/Europe/Berlin'),
]

const KEY = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAINPA/yLpIXXmFd1SaPwkn6GpE6hSWSL2V4N8umyZndWL me'
const plain = (mountpoint: string, more: object = {}) => ({ mountpoint, fs_type: 'ext4', minsize: '2 GiB', ...more }) // prettier-ignore
const PEM = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'

/** A value for every key that image-builder knows, as people write it. */
const VALUES: Readonly<Record<string, unknown>> = {
  packages: [{ name: 'vim', version: '*' }],
  modules: [{ name: 'git' }],
  enabled_modules: [{ name: 'nodejs', stream: '20' }],
  groups: [{ name: 'development' }],
  containers: [{ source: 'quay.io/a/b:1' }],
  hostname: 'node1',
  kernel: { name: 'kernel-rt', append: 'quiet x="a b"' },
  sshkey: [
    { user: 'root', key: KEY },
    { user: 'ops', key: KEY },
  ],
  user: [{ name: 'core', key: KEY, groups: ['wheel'], password: '$6$a$b', uid: 1001 }],
  group: [{ name: 'app', gid: 900 }],
  timezone: { timezone: 'Europe/Berlin', ntpservers: ['a.example', 'b.example'] },
  locale: { languages: ['de_DE.UTF-8'], keyboard: 'de' },
  firewall: { ports: ['22:tcp'], services: { enabled: ['http'], disabled: ['telnet'] } },
  services: { enabled: ['sshd'] },
  filesystem: [
    { mountpoint: '/var/log', minsize: 1e9 },
    { mountpoint: '/', minsize: 9e9 },
  ],
  installation_device: '/dev/vda',
  partitioning_mode: 'lvm',
  fdo: { manufacturing_server_url: 'http://x', diun_pub_key_insecure: 'true' },
  openscap: { profile_id: 'p', datastream: '/usr/share/xml/x.xml' },
  ignition: { firstboot: { url: 'http://x/ign' } },
  directories: [{ path: '/etc/app.d' }],
  files: [
    { path: '/etc/app.conf', data: 'a="$HOME"\n' },
    { path: '/root/x', data: 'no end' },
  ],
  repositories: [{ id: 'r', baseurls: ['http://x'] }],
  fips: true,
  installer: { unattended: true },
  rpm: { import_keys: { files: ['/etc/pki/a'] } },
  rhsm: {
    config: {
      dnf_plugins: { product_id: { enabled: true } },
      subscription_manager: { rhsm: { manage_repos: false } },
    },
  },
  cacerts: { pem_certs: [PEM] },
  'containers-storage': { 'destination-path': '/usr/share/store' },
  firstboot: { scripts: [{ type: 'custom', contents: 'echo hi' }] },
  dnf: { config: { set_releasever: true } },
  iso: { volume_id: 'X' },
  sshd: { password_authentication: false },
  bootloader: { grub2: { serial: 'serial --unit=1 --speed=115200' } },
}
const TOP = ['packages', 'modules', 'enabled_modules', 'groups', 'containers']
/** Nothing that works instead is known: other programs read them. */
const NO_ADVICE = ['customizations.fdo', 'customizations.iso']

type Blueprint = Record<string, unknown>

function blueprintOf(key: string): Blueprint {
  const name = key.split('.').at(-1) ?? ''
  if (TOP.includes(key)) return { [key]: VALUES[key] }
  if (key === 'customizations.disk') {
    const partitions = [plain('/var/tmp'), plain('/home'), { fs_type: 'swap', minsize: '1 GiB', type: 'plain' }, plain('/', { minsize: '9 GiB' })] // prettier-ignore
    return { customizations: { disk: { partitions } } }
  }
  if (key.startsWith('customizations.kernel.')) {
    return { customizations: { kernel: { [name]: (VALUES['kernel'] as Blueprint)[name] } } }
  }
  return { customizations: { [name]: VALUES[name] } }
}

async function factsWith(sealed: boolean, entries: readonly TreeEntry[]): Promise<ImageFacts> {
  const tree = buildTree([...BASE, ...entries])
  const reader = await treeReader(tree)
  const system = readSystem(tree.root, reader, ['ignition'])
  const kargs = readKargs(tree.root, reader, 'x86_64')
  const common = { system, kargs, initrdModules: ['ignition'] }
  // sealing bakes kargs.d into the UKI, before the digest
  return sealed ? sealedFacts([...kargs, 'composefs=abc'].join(' '), common) : exampleFacts(common)
}

function plan(facts: ImageFacts, blueprint: Blueprint): PlanResult {
  const text = JSON.stringify(blueprint)
  return planImage({ facts, blueprint: { text, format: 'json' }, options: { ...DEFAULT_OPTIONS, type: 'raw' } }).plan // prettier-ignore
}

interface Tried {
  sealed: boolean
  facts: ImageFacts
  blueprint: Blueprint
  outcome: Outcome
  way: Instead
}

/** Does what a snippet says, and looks whether the item is in effect. */
const EXECUTE: Readonly<Record<Instead['how'], (tried: Tried) => Promise<void> | void>> = {
  async containerfile({ sealed, blueprint, outcome, way }) {
    const built = buildContainerfile(way.snippet)
    await inEffect(sealed, built.entries, built.commands, blueprint, outcome)
  },
  async credential({ sealed, blueprint, outcome, way }) {
    const [, name = '', base64 = ''] = /credential\.binary:([\w.-]+)=([\w+/=]+)/.exec(way.snippet) ?? [] // prettier-ignore
    const text = Buffer.from(base64, 'base64').toString()
    expect(way.snippet).toContain(`printf %s ${base64} |`)
    const folder = { 'sysusers.extra': 'sysusers.d', 'tmpfiles.extra': 'tmpfiles.d' }[name]
    if (folder === undefined) {
      expect(name).toMatch(/^(passwd\.hashed-password|ssh\.authorized_keys|system\.hostname|firstboot\.(timezone|locale|keymap))/) // prettier-ignore
      return expect(JSON.stringify(blueprint)).toContain(JSON.stringify(text.trim()).slice(1, -1))
    }
    // of a user the account comes by one credential and the key by another
    const account = folder === 'tmpfiles.d' && /core|ops/.test(text) ? [file('usr/lib/sysusers.d/a.conf', `u core - - /var/home/core /bin/bash\nu ops - - /var/home/ops /bin/bash\n`)] : [] // prettier-ignore
    const key = folder === 'sysusers.d' && text.includes('u core') ? [file('usr/lib/tmpfiles.d/a.conf', 'f /var/home/core/.ssh/authorized_keys 0600 core core - k\n')] : [] // prettier-ignore
    const made = linesOf(folder, text)
    await inEffect(sealed, [file(`usr/lib/${folder}/x.conf`, text), ...account, ...key, ...made], [], blueprint, outcome) // prettier-ignore
  },
  blueprint({ facts, blueprint, outcome, way }) {
    const value = parse(way.snippet) as Blueprint
    const { part_type: type } = value
    if (typeof type !== 'string') {
      const again = plan(facts, value)
      expect(again.errors).toEqual([])
      return expect(again.outcomes.map(({ outcome: is }) => is)).toEqual(['applied'])
    }
    const where = /for (\/\S+):/.exec(way.title)?.[1]
    const { partitions = [] } = ((blueprint['customizations'] as Blueprint)['disk'] ?? {}) as { partitions?: Blueprint[] } // prettier-ignore
    const typed = partitions.map((part) => part['mountpoint'] === where || (where === undefined && part['fs_type'] === 'swap') ? { ...part, part_type: type } : part) // prettier-ignore
    const again = plan(facts, { customizations: { disk: { partitions: typed } } })
    const left = again.outcomes[0]?.caveats.filter(({ message }) => where === undefined ? message.includes('swap') : message.includes(`${where},`)) // prettier-ignore
    expect([again.errors, left, outcome.item]).toEqual([[], [], 'customizations.disk'])
  },
  'user-data'({ way, outcome }) {
    const [head, users = ''] = way.snippet.split('\n')
    expect(head).toBe('#cloud-config')
    const [entry] = JSON.parse(users.slice('users: '.length)) as { name: string }[]
    expect(outcome.title).toContain(entry?.name)
  },
  extension({ way }) {
    const [, target = ''] = /^install -D -m \d+ content '?tree(\/[^']+)'?$/m.exec(way.snippet) ?? []
    expect(target).toMatch(way.title.includes('confext') ? /^\/etc\// : /^\/(usr|opt)\//)
    expect(way.snippet).toContain('mkfs.erofs')
  },
  addon({ sealed, way }) {
    expect(sealed).toBe(true)
    expect(way.snippet).toMatch(/^ukify build --cmdline '?\S/)
  },
  command({ way }) {
    const [line = ''] = way.snippet.split('\n')
    if (line.startsWith('sealscope ')) return void parseArguments(line.split(' ').slice(1))
    expect(line).toMatch(/^podman run .* IMAGE bootc install to-disk \/dev\/vda$/)
  },
}

/** Files that tmpfiles.d makes at boot. */
function linesOf(folder: string, text: string): TreeEntry[] {
  if (folder !== 'tmpfiles.d') return []
  return text.split('\n').flatMap((line): TreeEntry[] => {
    const [type = '', path = ''] = line.split(' ')
    if (type.startsWith('d')) return [{ path: path.slice(1), type: 'dir' }]
    return type.startsWith('f') ? [file(path.slice(1), 'x')] : []
  })
}

async function inEffect(
  sealed: boolean,
  entries: TreeEntry[],
  commands: string[],
  blueprint: Blueprint,
  outcome: Outcome,
): Promise<void> {
  const again = plan(await factsWith(sealed, entries), blueprint)
  const found = again.outcomes.find(({ item }) => item === outcome.item)
  if (found?.inImage !== null && found !== undefined) return
  // the same file of a way of several steps, or a program whose effect no tree of names shows
  const values = JSON.stringify(blueprint).match(/"[^"\\]{2,}"/g) ?? []
  const said = [...commands, ...entries.map(({ content = '', path = '' }) => `${path} ${content}`)]
  const carried = values.some((value) => said.some((text) => text.includes(value.slice(1, -1))))
  expect(carried || /FIPS|releasever|plugins/.test(said.join()), `${outcome.item}: ${said.join('\n')}`).toBe(true) // prettier-ignore
}

const kinds: [string, boolean][] = [
  ['a sealed image', true],
  ['an ordinary image', false],
]

describe.each(kinds)('advice for %s', (_, sealed) => {
  it.each(Object.keys(OUTCOME_WORDS))('%s: every snippet was executed', async (key) => {
    const facts = await factsWith(sealed, [])
    const blueprint = blueprintOf(key)
    const { outcomes, errors } = plan(facts, blueprint)
    expect(errors).toEqual([])
    expect(outcomes.length).toBeGreaterThan(0)
    for (const outcome of outcomes) {
      const lost = !outcome.changesPipelines && outcome.outcome !== 'refused' && outcome.outcome !== 'overridden' // prettier-ignore
      if (lost && sealed && !NO_ADVICE.includes(key)) expect(outcome.instead.length, outcome.item).toBeGreaterThan(0) // prettier-ignore
      for (const way of outcome.instead) {
        expect(way.price).not.toBe('')
        await EXECUTE[way.how]({ sealed, facts, blueprint, outcome, way })
      }
    }
  })

  it('one Containerfile replaces everything that goes into the image', async () => {
    const customizations = Object.assign({}, ...Object.keys(VALUES).filter((key) => !TOP.includes(key) && !['filesystem', 'fdo', 'installer', 'sshkey'].includes(key)).map((key) => ({ [key]: VALUES[key] }))) as Blueprint // prettier-ignore
    const blueprint = { packages: VALUES['packages'], customizations }
    const before = plan(await factsWith(sealed, []), blueprint)
    const text = before.containerfile ?? ''
    const built = buildContainerfile(text)
    for (const { item, instead } of before.outcomes) {
      if (instead.some(({ how }) => how === 'containerfile')) expect(text).toContain(`# ${item}: `)
    }
    expect(text.match(/bootc container ukify --rootfs/g)?.length ?? 0).toBe(sealed ? 1 : 0)
    expect(text.indexOf('customizations.hostname')).toBeLessThan(text.lastIndexOf(sealed ? 'AS sealing' : 'container lint')) // prettier-ignore
    const after = plan(await factsWith(sealed, built.entries), blueprint)
    const brought = after.outcomes.filter(({ inImage }) => inImage !== null).map(({ item }) => item)
    const wanted = ['customizations.hostname', 'customizations.timezone', 'customizations.services', 'customizations.fips', 'customizations.repositories[0]'] // prettier-ignore
    const ofSeal = ['customizations.user[0]', 'customizations.group[0]', 'customizations.files[0]', 'customizations.kernel.append'] // prettier-ignore
    expect(brought).toEqual(expect.arrayContaining(sealed ? [...wanted, ...ofSeal] : wanted))
    if (!sealed) return
    expect(before.errors).toEqual([])
    expect(before.consequences.map(({ id }) => id)).toContain('user-missing')
    expect(after.consequences.map(({ id }) => id)).not.toContain('user-missing')
  })
})

describe('conditions of advice', () => {
  it('no partition by type and no mount where a link stands, no add-on without a UKI, no xfs', async () => {
    const home = { customizations: { disk: { partitions: [plain('/home'), plain('/', { minsize: '9 GiB' })] } } } // prettier-ignore
    const all = [plan(await factsWith(true, []), home), plan(await factsWith(false, []), blueprintOf('customizations.fips'))] // prettier-ignore
    const ways = all.flatMap(({ outcomes }) => outcomes.flatMap(({ instead }) => instead))
    expect(ways.map(({ how }) => how)).toEqual(['containerfile', 'containerfile', 'containerfile'])
    expect(ways[0]?.snippet).toContain('Where=/var/home\n')
    expect(ways.map(({ snippet }) => snippet).join()).not.toContain('xfs')
  })

  it('nothing by programs that the image does not have', async () => {
    const facts = await factsWith(true, [])
    const { system } = facts
    if (system === null) throw new Error('the example has no tree')
    const bare = { ...facts, system: { ...system, paths: system.paths.filter((path) => !path.startsWith('usr/bin/')) } } // prettier-ignore
    const keys = ['packages', 'customizations.firewall', 'customizations.cacerts', 'customizations.rpm', 'customizations.openscap'] // prettier-ignore
    for (const key of keys) {
      const [outcome] = plan(bare, blueprintOf(key)).outcomes
      expect([key, outcome?.instead.map(({ how }) => how)]).toEqual([key, []])
    }
  })
})
