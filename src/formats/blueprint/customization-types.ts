import { diskType } from './decode-disk'
import { directoryType, fileType } from './decode-nodes'
import { filesystemType } from './decode-sizes'
import type { Customizations } from './model'
import { flag, int, list, type Members, object, optional, text, type Type } from './schema'

const texts = list(text)

const kernel = object({ name: ['name', text], append: ['append', text] })
const sshkey = object({ user: ['user', text], key: ['key', text] })
const user = object({
  name: ['name', text],
  description: ['description', optional(text)],
  password: ['password', optional(text)],
  key: ['key', optional(text)],
  home: ['home', optional(text)],
  shell: ['shell', optional(text)],
  groups: ['groups', texts],
  uid: ['uid', optional(int)],
  gid: ['gid', optional(int)],
  expireDate: ['expiredate', optional(int)],
  forcePasswordReset: ['force_password_reset', optional(flag)],
})
const group = object({ name: ['name', text], gid: ['gid', optional(int)] })
const timezone = object({
  timezone: ['timezone', optional(text)],
  ntpservers: ['ntpservers', texts],
})
const locale = object({ languages: ['languages', texts], keyboard: ['keyboard', optional(text)] })
const firewall = object({
  ports: ['ports', texts],
  services: ['services', optional(object({ enabled: ['enabled', texts], disabled: ['disabled', texts] }))], // prettier-ignore
  zones: ['zones', list(object({ name: ['name', optional(text)], sources: ['sources', texts] }))],
})
const services = object({
  enabled: ['enabled', texts],
  disabled: ['disabled', texts],
  masked: ['masked', texts],
})
const fdo = object({
  manufacturingServerUrl: ['manufacturing_server_url', text],
  diunPubKeyInsecure: ['diun_pub_key_insecure', text],
  diunPubKeyHash: ['diun_pub_key_hash', text],
  diunPubKeyRootCerts: ['diun_pub_key_root_certs', text],
  diMfgStringTypeMacIface: ['di_mfg_string_type_mac_iface', text],
})
const tailoring = object({ selected: ['selected', texts], unselected: ['unselected', texts] })
const jsonTailoring = object({ profileId: ['profile_id', text], filepath: ['filepath', text] })
const openscap = object({
  datastream: ['datastream', text],
  profileId: ['profile_id', text],
  tailoring: ['tailoring', optional(tailoring)],
  jsonTailoring: ['json_tailoring', optional(jsonTailoring)],
  policyId: ['policy_id', text],
})
const ignition = object({
  embedded: ['embedded', optional(object({ config: ['config', text] }))],
  firstboot: ['firstboot', optional(object({ url: ['url', text], empty: ['empty', flag] }))],
})
const repository = object({
  id: ['id', text],
  baseurls: ['baseurls', texts],
  gpgkeys: ['gpgkeys', texts],
  metalink: ['metalink', text],
  mirrorlist: ['mirrorlist', text],
  name: ['name', text],
  priority: ['priority', optional(int)],
  enabled: ['enabled', optional(flag)],
  gpgcheck: ['gpgcheck', optional(flag)],
  repoGpgcheck: ['repo_gpgcheck', optional(flag)],
  sslverify: ['sslverify', optional(flag)],
  moduleHotfixes: ['module_hotfixes', optional(flag)],
  filename: ['filename', text],
  installFrom: ['install_from', flag],
})
const registry = object({ remoteName: ['remote_name', text], url: ['url', text] })
const flatpak = object({ registry: ['registry', optional(registry)], references: ['references', texts] }) // prettier-ignore
const installer = object({
  unattended: ['unattended', flag],
  sudoNopasswd: ['sudo-nopasswd', texts],
  kickstart: ['kickstart', optional(object({ contents: ['contents', text] }))],
  modules: [
    'modules',
    optional(object({ enable: ['enable', texts], disable: ['disable', texts] })),
  ],
  bootloader: ['bootloader', optional(object({ grub2: ['grub2', optional(object({ menuTimeout: ['menu-timeout', optional(int)] }))] }))], // prettier-ignore
  payload: ['payload', optional(object({ flatpaks: ['flatpaks', optional(object({ force: ['force', list(flatpak)] }))] }))], // prettier-ignore
})
const enabled = optional(object({ enabled: ['enabled', optional(flag)] }))
const dnfPlugins = object({
  productId: ['product_id', enabled],
  subscriptionManager: ['subscription_manager', enabled],
})
const subscriptionManager = object({
  rhsm: ['rhsm', optional(object({ manageRepos: ['manage_repos', optional(flag)], autoEnableYumPlugins: ['auto_enable_yum_plugins', optional(flag)] }))], // prettier-ignore
  rhsmcertd: ['rhsmcertd', optional(object({ autoRegistration: ['auto_registration', optional(flag)] }))], // prettier-ignore
})
const rhsmConfig = object({
  dnfPlugins: ['dnf_plugins', optional(dnfPlugins)],
  subscriptionManager: ['subscription_manager', optional(subscriptionManager)],
})
const iso = object({
  applicationId: ['application_id', text],
  publisher: ['publisher', text],
  volumeId: ['volume_id', text],
})
const sshd = object({
  passwordAuthentication: ['password_authentication', optional(flag)],
  clientAliveInterval: ['client_alive_interval', optional(int)],
  permitRootLogin: ['permit_root_login', text],
  kbdInteractiveAuthentication: ['kbd_interactive_authentication', optional(flag)],
})
const grub2 = object({
  terminalInput: ['terminal_input', texts],
  terminalOutput: ['terminal_output', texts],
  serial: ['serial', optional(text)],
})

/** Anything: nothing inside is looked at (firstboot_customizations.go). */
const script: Type<unknown> = {
  zero: null,
  decode(node, _path, into) {
    into.takeAll(node)
    return node
  },
}

/** Every key of `customizations`, blueprint v1.32. Source: customizations.go and its neighbours. */
const CUSTOMIZATIONS: Members<Customizations> = {
  hostname: ['hostname', optional(text)],
  kernel: ['kernel', optional(kernel)],
  sshkey: ['sshkey', list(sshkey)],
  user: ['user', list(user)],
  group: ['group', list(group)],
  timezone: ['timezone', optional(timezone)],
  locale: ['locale', optional(locale)],
  firewall: ['firewall', optional(firewall)],
  services: ['services', optional(services)],
  filesystem: ['filesystem', list(filesystemType)],
  disk: ['disk', optional(diskType)],
  installationDevice: ['installation_device', text],
  partitioningMode: ['partitioning_mode', text],
  fdo: ['fdo', optional(fdo)],
  openscap: ['openscap', optional(openscap)],
  ignition: ['ignition', optional(ignition)],
  directories: ['directories', list(directoryType)],
  files: ['files', list(fileType)],
  repositories: ['repositories', list(repository)],
  fips: ['fips', optional(flag)],
  installer: ['installer', optional(installer)],
  rpm: ['rpm', optional(object({ importKeys: ['import_keys', optional(object({ files: ['files', texts] }))] }))], // prettier-ignore
  rhsm: ['rhsm', optional(object({ config: ['config', optional(rhsmConfig)] }))],
  cacerts: ['cacerts', optional(object({ pemCerts: ['pem_certs', texts] }))],
  containersStorage: ['containers-storage', optional(object({ destinationPath: ['destination-path', optional(text)] }))], // prettier-ignore
  firstboot: ['firstboot', optional(object({ scripts: ['scripts', list(script)] }))],
  dnf: ['dnf', optional(object({ config: ['config', optional(object({ setReleasever: ['set_releasever', flag] }))] }))], // prettier-ignore
  iso: ['iso', optional(iso)],
  sshd: ['sshd', optional(sshd)],
  bootloader: ['bootloader', optional(object({ grub2: ['grub2', optional(grub2)] }))],
}

export const customizationsType: Type<Customizations> = object(CUSTOMIZATIONS)

/** The same for a release that does not know some keys yet: they are unknown, their values absent. */
export function customizationsTypeWithout(keys: readonly string[]): Type<Customizations> {
  const known = Object.entries(CUSTOMIZATIONS).filter(([, [key]]) => !keys.includes(key))
  const type = object<Partial<Customizations>>(Object.fromEntries(known))
  const complete = (value: Partial<Customizations>) => ({ ...customizationsType.zero, ...value })
  return {
    zero: complete(type.zero),
    decode: (node, path, into) => complete(type.decode(node, path, into)),
  }
}

/** Keys below `customizations` as documents write them, in upstream's order. */
export const CUSTOMIZATION_KEYS: readonly string[] = Object.values(CUSTOMIZATIONS).map(
  ([key]) => key,
)
