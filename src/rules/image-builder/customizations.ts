/**
 * What of a blueprint gets into stages, in image-builder's own shape (pkg/customizations). Null is
 * "not given". Integers beyond 2^53 are bigints.
 */
export type Int = number | bigint

export interface User {
  name: string
  description: string | null
  password: string | null
  key: string | null
  home: string | null
  shell: string | null
  groups: readonly string[] | null
  uid: Int | null
  gid: Int | null
  expireDate: Int | null
  forcePasswordReset: boolean | null
}

export interface Group {
  name: string
  gid: Int | null
}

/** Mode as written (octal digits), owner as name or number. */
export interface NodeCustomization {
  path: string
  mode: string | null
  user: string | Int | null
  group: string | Int | null
}

export interface DirectoryNode extends NodeCustomization {
  ensureParents: boolean
}

export interface FileNode extends NodeCustomization {
  data: string
  /** Empty: none. */
  uri: string
}

/** `customizations.ignition.firstboot` */
export interface IgnitionFirstboot {
  url: string
  empty: boolean
}

/** `customizations.bootloader.grub2` */
export interface Grub2Console {
  terminalInput: readonly string[]
  terminalOutput: readonly string[]
  serial: string
}

/** Image option `subscription` (pkg/customizations/subscription). */
export interface Subscription {
  organization: string
  activationKey: string
  serverUrl: string
  baseUrl: string
  insights: boolean
  rhc: boolean
  proxy: string
  templateName: string
  templateUuid: string
  patchUrl: string
  contentSets: readonly string[]
}

/** `customizations.installer` */
export interface InstallerWish {
  unattended: boolean
  sudoNopasswd: readonly string[]
  /** Contents of the kickstart; null: there is no `kickstart` object. */
  kickstart: string | null
  enabledModules: readonly string[]
  disabledModules: readonly string[]
}
