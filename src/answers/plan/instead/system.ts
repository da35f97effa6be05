import { trimEnd } from '../../../base/trim'
import type { Node } from '../../../formats/blueprint/node'
import type { Instead } from '../../../contract/plan'
import { shellWord, tomlString } from '../../../base/escape'
import { memberText, memberTexts, memberWord, objectsOf, textOf, valueAt } from '../values'
import { hasUnit } from '../caveats/system'
import { argumentWays } from './kernel'
import { baked, credential, outside, type WayContext, writeFile } from './ways'

type Way = (value: Node, context: WayContext) => Instead[]

function run(title: string, commands: readonly string[], context: WayContext): Instead[] {
  return commands.length === 0
    ? []
    : [
        baked(
          title,
          commands.map((line) => `RUN ${line}`),
          context,
        ),
      ]
}

const install: Way = (value, context) => {
  const name = memberText(value, 'name') ?? ''
  const version = memberText(value, 'version') ?? ''
  const word = version === '' || version === '*' ? name : `${name}-${version}`
  return run('Install it in the image', name === '' ? [] : installCommand(word, context), context)
}

/** By the image's own package manager; nothing where it has none. */
function installCommand(name: string, { tree }: WayContext): string[] {
  const found = INSTALLERS.find(([program]) => tree.program(program) !== false)
  return found === undefined ? [] : [`${found[1]} ${shellWord(name)}`]
}

const INSTALLERS: readonly (readonly [string, string])[] = [
  ['dnf', 'dnf -y install'],
  ['dnf5', 'dnf5 -y install'],
  ['microdnf', 'microdnf -y install'],
  ['apt-get', 'apt-get update && apt-get -y install'],
  ['zypper', 'zypper --non-interactive install'],
  ['pacman', 'pacman -Sy --noconfirm'],
  ['apk', 'apk add'],
]

/** Commands of a program that the image has, or that nobody knows of. */
function withProgram(name: string, commands: readonly string[], { tree }: WayContext): string[] {
  return tree.program(name) === false ? [] : [...commands]
}

const hostname: Way = (value, context) => {
  const name = textOf(value) ?? ''
  if (name === '') return []
  return [
    credential('Name the machine at boot', 'system.hostname', name),
    baked('Set it in the image', writeFile('/etc/hostname', `${name}\n`), context),
  ]
}

const timezone: Way = (value, context) => {
  const asked = memberText(value, 'timezone') ?? ''
  const zone = exists(`usr/share/zoneinfo/${asked}`, context) ? asked : ''
  const servers = memberTexts(value, 'ntpservers')
  const chrony = servers.map((server) => `server ${server} iburst\n`).join('')
  return [
    ...(zone === '' ? [] : [credential('Set it at the first boot', 'firstboot.timezone', zone)]),
    ...(zone === ''
      ? []
      : run('Set it in the image', [`ln -sfn ${shellWord(`../usr/share/zoneinfo/${zone}`)} /etc/localtime`], context)), // prettier-ignore
    ...(chrony === ''
      ? []
      : [baked('Time servers for chrony', writeFile('/etc/chrony.d/site.conf', chrony), context)]),
  ]
}

const locale: Way = (value, context) => {
  const [language] = memberTexts(value, 'languages')
  const keyboard = memberText(value, 'keyboard') ?? ''
  return [
    ...(language
      ? [credential('Set the language at the first boot', 'firstboot.locale', language)]
      : []),
    ...(keyboard
      ? [credential('Set the keyboard at the first boot', 'firstboot.keymap', keyboard)]
      : []),
    ...(language ? [baked('Set the language in the image', writeFile('/etc/locale.conf', `LANG=${language}\n`), context)] : []), // prettier-ignore
    ...(keyboard ? [baked('Set the keyboard in the image', writeFile('/etc/vconsole.conf', `KEYMAP=${keyboard}\n`), context)] : []), // prettier-ignore
  ]
}

const firewall: Way = (value, context) => {
  const services = valueAt(value, 'services')
  const options = [
    ...memberTexts(value, 'ports').map((port) => `--add-port=${port.replace(':', '/')}`),
    ...(services === null
      ? []
      : memberTexts(services, 'enabled').map((name) => `--add-service=${name}`)),
    ...(services === null
      ? []
      : memberTexts(services, 'disabled').map((name) => `--remove-service=${name}`)),
  ]
  const command = `firewall-offline-cmd ${options.map(shellWord).join(' ')}`
  const commands =
    options.length === 0 ? [] : withProgram('firewall-offline-cmd', [command], context)
  return run('Configure the firewall in the image', commands, context)
}

const services: Way = (value, context) =>
  run(
    'Set the units in the image',
    (['enabled', 'disabled', 'masked'] as const).flatMap((key) => {
      const units = memberTexts(value, key).filter((unit) => key === 'masked' || hasUnit(unit, context.tree)).map(shellWord) // prettier-ignore
      const verb = { enabled: 'enable', disabled: 'disable', masked: 'mask' }[key]
      return units.length === 0 ? [] : [`systemctl ${verb} ${units.join(' ')}`]
    }),
    context,
  )

const sshd: Way = (value, context) => {
  const flag = (key: string) => {
    const member = valueAt(value, key)
    return member?.kind === 'bool' ? (member.value ? 'yes' : 'no') : null
  }
  const lines = [
    ['PasswordAuthentication', flag('password_authentication')],
    ['ClientAliveInterval', memberWord(value, 'client_alive_interval')],
    ['PermitRootLogin', memberText(value, 'permit_root_login') || null],
    ['KbdInteractiveAuthentication', flag('kbd_interactive_authentication')],
  ].flatMap(([key, text]) => (text ? [`${key} ${text.replace(/[\r\n]/g, ' ')}\n`] : []))
  if (lines.length === 0) return []
  const path = '/etc/ssh/sshd_config.d/40-site.conf'
  return [baked('Configure sshd in the image', writeFile(path, lines.join('')), context)]
}

const fips: Way = (value, context) =>
  value.kind === 'bool' && !value.value
    ? []
    : [
        ...argumentWays('fips', ['fips=1'], context),
        ...run('Cryptography of FIPS in the image', withProgram('update-crypto-policies', ['update-crypto-policies --no-reload --set FIPS'], context), context), // prettier-ignore
      ]

/** Where certificates lie, and who makes the bundle of them: Fedora's way, then Debian's. */
const TRUST = [
  { command: 'update-ca-trust', folder: '/etc/pki/ca-trust/source/anchors', ending: 'pem' },
  { command: 'update-ca-certificates', folder: '/usr/local/share/ca-certificates', ending: 'crt' },
]

const certificates: Way = (value, context) => {
  const trust = TRUST.find(({ command }) => context.tree.program(command) !== false)
  return trust === undefined || memberTexts(value, 'pem_certs').length === 0
    ? []
    : [
        baked(
          'Trust the certificates in the image',
          [
            ...memberTexts(value, 'pem_certs').flatMap((pem, index) =>
              writeFile(`${trust.folder}/site-${index + 1}.${trust.ending}`, `${pem.trim()}\n`),
            ),
            `RUN ${trust.command}`,
          ],
          context,
        ),
      ]
}

const repository: Way = (value, context) => {
  const id = memberText(value, 'id') ?? ''
  if (!/^[\w.:-]+$/.test(id)) return []
  const line = (key: string, text: string | null) =>
    text === null || text === '' ? [] : [`${key}=${text.replace(/[\r\n]/g, ' ')}`]
  const lines = [
    `[${id}]`,
    `name=${(memberText(value, 'name') || id).replace(/[\r\n]/g, ' ')}`,
    ...line('baseurl', memberTexts(value, 'baseurls').join(' ')),
    ...line('metalink', memberText(value, 'metalink')),
    ...line('mirrorlist', memberText(value, 'mirrorlist')),
    '',
  ]
  const path = `/etc/yum.repos.d/${id.replaceAll(':', '_')}.repo`
  return [baked('Add the repository to the image', writeFile(path, lines.join('\n')), context)]
}

const rpmKeys: Way = (value, context) => {
  const keys = valueAt(value, 'import_keys')
  const files = keys === null ? [] : memberTexts(keys, 'files')
  return run(
    'Import the keys in the image',
    withProgram('rpm', files.map((file) => `rpm --import ${shellWord(file)}`), context), // prettier-ignore
    context,
  )
}

const openscap: Way = (value, context) => {
  const profile = memberText(value, 'profile_id') ?? ''
  const stream =
    memberText(value, 'datastream') ?? '/usr/share/xml/scap/ssg/content/ssg-DISTRO-ds.xml'
  const command = `oscap-im --profile ${shellWord(profile)} ${shellWord(stream)}`
  return run(
    'Remediate while the image is built',
    profile === '' ? [] : withProgram('oscap-im', [command], context),
    context,
  )
}

const container: Way = (value, context) => {
  const source = memberText(value, 'source') ?? ''
  if (!/^[\w./:@-]+$/.test(source)) return []
  return [
    baked(
      'Pull it at boot with a Quadlet in the image',
      writeFile(
        `/usr/share/containers/systemd/${unitPart(source)}.image`,
        `[Image]\nImage=${source}\n`,
      ),
      context,
    ),
  ]
}

const firstboot: Way = (value, context) => {
  const files = objectsOf(valueAt(value, 'scripts'))
    .map((script) => memberText(script, 'contents') ?? memberText(script, 'command') ?? '')
    .filter((script) => script !== '')
    .map((script, index) => ({ path: `/usr/libexec/site-firstboot-${index + 1}`, script }))
  if (files.length === 0) return []
  const unit = [
    '[Unit]',
    'ConditionFirstBoot=yes',
    '[Service]',
    'Type=oneshot',
    ...files.map(({ path }) => `ExecStart=${path}`),
    '[Install]',
    'WantedBy=multi-user.target',
    '',
  ].join('\n')
  const lines = [
    ...files.flatMap(({ path, script }) => executable(path, script)),
    ...writeFile('/usr/lib/systemd/system/site-firstboot.service', unit),
    'RUN systemctl enable site-firstboot.service',
  ]
  return [baked('A unit that runs once, in the image', lines, context)]
}

/** A script; systemd runs none without an interpreter in its first line. */
function executable(path: string, script: string): string[] {
  const whole = script.startsWith('#!') ? script : `#!/bin/sh\n${script}`
  return writeFile(path, `${trimEnd(whole, '\n')}\n`, {
    mode: '0755',
    user: null,
    group: null,
  })
}

const rhsm: Way = (value, context) => {
  const config = valueAt(value, 'config')
  if (config === null) return []
  const bit = (...keys: string[]) => {
    const member = valueAt(config, ...keys)
    return member?.kind === 'bool' ? (member.value ? '1' : '0') : null
  }
  const settings = [
    ['rhsm.manage_repos', bit('subscription_manager', 'rhsm', 'manage_repos')],
    [
      'rhsm.auto_enable_yum_plugins',
      bit('subscription_manager', 'rhsm', 'auto_enable_yum_plugins'),
    ],
    ['rhsmcertd.auto_registration', bit('subscription_manager', 'rhsmcertd', 'auto_registration')],
  ].flatMap(([key, bitText]) => (bitText === null ? [] : [`--${key}=${bitText}`]))
  const plugins = [
    ['product-id', bit('dnf_plugins', 'product_id', 'enabled')],
    ['subscription-manager', bit('dnf_plugins', 'subscription_manager', 'enabled')],
  ].flatMap(([name, bitText]) =>
    bitText === null
      ? []
      : [`printf '[main]\\nenabled=%s\\n' ${bitText} > /etc/dnf/plugins/${name}.conf`],
  )
  const commands =
    settings.length === 0 ? [] : withProgram('subscription-manager', [`subscription-manager config ${settings.join(' ')}`], context) // prettier-ignore
  return run('Configure it in the image', [...commands, ...plugins], context)
}

const releasever: Way = (_, context) =>
  run('Keep the release in the image', ['. /usr/lib/os-release && echo "$VERSION_ID" > /etc/dnf/vars/releasever'], context) // prettier-ignore

const storage: Way = (value, context) => {
  const path = memberText(value, 'destination-path') ?? ''
  if (!path.startsWith('/')) return []
  const text = `[storage]\ndriver = "overlay"\n\n[storage.options]\nadditionalimagestores = [${tomlString(path)}]\n`
  return [baked('Name the store in the image', writeFile('/etc/containers/storage.conf', text), context)] // prettier-ignore
}

const installerType: Way = () => [
  outside('command', 'Make an installer instead of a disk', [
    'sealscope plan INSTALLER --type bootc-installer --installer-payload IMAGE',
    '# INSTALLER is a container with Anaconda and an ordinary kernel, IMAGE the system',
  ]),
]

function exists(path: string, { tree }: WayContext): boolean {
  return !path.endsWith('/') && (!tree.known || tree.has(path))
}

/** A name of a unit, made of a reference. */
function unitPart(text: string): string {
  return text
    .replace(/[^A-Za-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 100)
}

/** What the modes of package images mean, as a disk (pkg/disk, PartitioningMode). */
function layoutOf(mode: string): string[] {
  if (mode === 'lvm') {
    return [
      '[[customizations.disk.partitions]]',
      'type = "lvm"',
      'minsize = "12 GiB"',
      '[[customizations.disk.partitions.logical_volumes]]',
      'name = "rootlv"',
      'mountpoint = "/"',
      'fs_type = "ext4"',
      'minsize = "10 GiB"',
    ]
  }
  if (mode === 'btrfs') {
    return [
      '[[customizations.disk.partitions]]',
      'type = "btrfs"',
      'minsize = "12 GiB"',
      '[[customizations.disk.partitions.subvolumes]]',
      'name = "root"',
      'mountpoint = "/"',
    ]
  }
  return [
    '[[customizations.disk.partitions]]',
    'mountpoint = "/"',
    'fs_type = "ext4"',
    'minsize = "10 GiB"',
  ]
}

/** Ways for what the container must bring itself, by key. */
export const SYSTEM_WAYS: Readonly<Record<string, Way>> = {
  packages: install,
  modules: install,
  enabled_modules: (value, context) => {
    const [name, stream] = [memberText(value, 'name') ?? '', memberText(value, 'stream') ?? '']
    return run('Enable it in the image', name === '' ? [] : withProgram('dnf', [`dnf -y module enable ${shellWord(`${name}:${stream}`)}`], context), context) // prettier-ignore
  },
  groups: (value, context) => {
    const name = memberText(value, 'name') ?? ''
    return run('Install it in the image', name === '' ? [] : withProgram('dnf', [`dnf -y group install ${shellWord(name)}`], context), context) // prettier-ignore
  },
  containers: container,
  'customizations.hostname': hostname,
  'customizations.kernel.name': (value, context) =>
    run(
      'Choose the kernel in the image',
      (textOf(value) ?? '') === '' ? [] : installCommand(textOf(value) ?? '', context),
      context,
    ),
  'customizations.timezone': timezone,
  'customizations.locale': locale,
  'customizations.firewall': firewall,
  'customizations.services': services,
  'customizations.sshd': sshd,
  'customizations.fips': fips,
  'customizations.cacerts': certificates,
  'customizations.repositories': repository,
  'customizations.rpm': rpmKeys,
  'customizations.openscap': openscap,
  'customizations.firstboot': firstboot,
  'customizations.installer': installerType,
  'customizations.rhsm': rhsm,
  'customizations.dnf': releasever,
  'customizations.containers-storage': storage,
  'customizations.partitioning_mode': (value, { sealed }) => [
    outside('blueprint', 'Say the layout itself', layoutOf(sealed ? 'raw' : (textOf(value) ?? ''))),
  ],
  'customizations.installation_device': (value) => [
    outside('command', 'Install to a device with bootc itself', [
      `podman run --rm --privileged --pid=host -v /dev:/dev IMAGE bootc install to-disk ${shellWord(textOf(value) || '/dev/sda')}`,
    ]),
  ],
}
