/** Options of the command line: `type` as node:util parseArgs takes it, with a line of help. */
export const OPTIONS = {
  platform: { type: 'string', help: 'OS/ARCH[/VARIANT] of a multi-platform image (linux/amd64)' },
  json: { type: 'boolean', help: 'print the JSON document instead of text' },
  quick: { type: 'boolean', help: 'read the last layers first and stop when the verdict is known' },
  bootc: {
    type: 'string',
    help: 'judge by this bootc release; or `next`, `image` (the one in the image), `any`',
  },
  check: {
    type: 'string',
    multiple: true,
    help: 'ask for this check only: import, seal, install, boot, secure-boot (several times)',
  },
  policy: {
    type: 'string',
    help: 'strict: fs-verity and Secure Boot, or refuse; degraded: whatever installs and boots',
  },
  recipe: { type: 'boolean', help: 'print how the UKI of this tree is built' },
  repository: {
    type: 'string',
    help: 'on a fresh disk (new), or on a host with a v1 or v2 repository',
  },
  all: { type: 'boolean', help: 'digests of both hashes; of logout: every login' },
  karg: { type: 'boolean', help: 'print the kernel argument that a UKI of this tree needs' },
  dump: { type: 'string', help: 'v1 or v2: print the dumpfile of the sealed tree' },
  erofs: { type: 'string', help: 'v1 or v2: write the EROFS image to -o FILE' },
  output: { type: 'string', short: 'o', help: 'file or folder to write to' },
  request: { type: 'string', help: 'a request file instead of an image' },
  'mock-containers': { type: 'boolean', help: 'placeholder digests for unlisted containers' },
  blueprint: { type: 'string', help: 'blueprint, .toml or .json' },
  type: { type: 'string', help: 'image type (qcow2)' },
  size: { type: 'string', help: 'disk size, e.g. 20G' },
  seed: { type: 'string', help: 'seed of the random numbers, signed 64 bit' },
  rootfs: { type: 'string', help: 'root file system: ext4, xfs or btrfs' },
  bootloader: { type: 'string', help: 'grub, systemd or none' },
  'installer-payload': { type: 'string', help: 'the container that an installer ISO installs' },
  containerfile: {
    type: 'boolean',
    help: 'print the Containerfile that replaces what is lost; -o FILE writes it',
  },
  imgref: { type: 'string', help: 'image name that goes into the manifest' },
  target: { type: 'string', help: 'image-builder version: 79 (default) or 0.274' },
  strict: {
    type: 'boolean',
    help: 'exit 1 when a customization is not applied (plan), or a check is not a yes (verify)',
  },
  markdown: { type: 'boolean', help: 'print a review card' },
  link: { type: 'string', help: 'address of a Sealscope page: print a share link to it' },
  sarif: { type: 'boolean', help: 'print SARIF 2.1' },
  'fatal-warnings': { type: 'boolean', help: 'warnings fail, too' },
  only: { type: 'string', help: 'bootc: its checks alone, and their exit' },
  'no-truncate': { type: 'boolean', help: 'all items of a list' },
  skip: { type: 'string', multiple: true, help: 'leave out this check' },
  profile: { type: 'string', help: 'number or ID of a profile of the UKI (the first)' },
  path: { type: 'string', help: 'file of the image: a UKI, an add-on, a boot loader (the UKI that bootc takes)' }, // prettier-ignore
  extract: { type: 'string', help: 'write this section to -o FILE, as objcopy does' },
  trust: { type: 'string', multiple: true, help: 'keys of the firmware: certificate (PEM, DER), .esl or .auth' }, // prettier-ignore
  pcrs: { type: 'boolean', help: 'print PCR 11 as systemd-measure calculate does (--json=systemd: as its JSON)' }, // prettier-ignore
  command: { type: 'string', help: 'what to ask of each image: verify (default), inspect or lint' },
  jobs: { type: 'string', help: 'images at once (2)' },
  resume: {
    type: 'string',
    help: 'lines of an earlier run: what they answer by digest is passed over',
  },
  shard: { type: 'string', help: 'I/N: every N-th reference from the I-th on, counted from 0' },
  summary: { type: 'boolean', help: 'one table over the lines of earlier runs' },
  since: { type: 'string', help: 'lines of the run before: say what changed' },
  html: { type: 'boolean', help: 'print HTML without scripts' },
  layer: { type: 'string', help: 'this layer alone, from 0 in image order' },
  long: { type: 'boolean', short: 'l', help: 'mode, owner, size, time, layer, label and more' },
  recursive: { type: 'boolean', short: 'R', help: 'all that lies below, too' },
  'to-disk': { type: 'string', help: 'SIZE of an empty disk that bootc partitions itself (16G)' },
  'to-filesystem': { type: 'boolean', help: 'into file systems that are there: an ESP and a root' },
  etc: { type: 'string', help: "a host's own /etc: a folder or a tar archive" },
  layouts: {
    type: 'string',
    multiple: true,
    help: 'folder with the OCI layouts of a request file',
  },
  filesystem: { type: 'string', help: 'root file system: xfs, ext4 or btrfs' },
  'karg-delete': { type: 'string', multiple: true, help: 'remove a kernel argument' },
  'root-size': { type: 'string', help: 'size of the root partition' },
  'block-setup': { type: 'string', help: 'direct or tpm2-luks' },
  stateroot: { type: 'string', help: 'name of the stateroot' },
  'generic-image': { type: 'boolean', help: 'install for any machine, leave the firmware alone' },
  'target-imgref': { type: 'string', help: 'the image for later updates' },
  'target-transport': { type: 'string', help: 'its transport (registry)' },
  'source-imgref': { type: 'string', help: 'install from there, as osbuild does' },
  'uki-addon': { type: 'string', multiple: true, help: 'install this UKI add-on' },
  'allow-missing-verity': { type: 'boolean', help: 'do without fs-verity' },
  'composefs-backend': { type: 'boolean', help: 'the composefs backend instead of ostree' },
  'disable-selinux': { type: 'boolean', help: 'disable SELinux in the installed system' },
  'root-mount-spec': { type: 'string', help: 'how root is mounted' },
  'boot-mount-spec': { type: 'string', help: 'how /boot is mounted' },
  'skip-finalize': { type: 'boolean', help: 'leave the file systems writable' },
  'bootupd-skip-boot-uuid': { type: 'boolean', help: 'do not pass --write-uuid to bootupd' },
  port: { type: 'string', help: 'port to listen on (8080, or a free one)' },
  host: { type: 'string', help: 'address to listen on (127.0.0.1)' },
  'allow-registry': {
    type: 'string',
    multiple: true,
    help: 'HOST[=FOLLOW,…]: one more registry, and where it may lead',
  },
  'public-host': { type: 'string', multiple: true, help: 'NAME[:PORT] by which browsers come' },
  'access-log': { type: 'boolean', help: 'a line for each answer on standard error' },
  'allow-private': {
    type: 'string',
    multiple: true,
    help: '[http://]HOST:PORT[=FOLLOW,…]: a private registry, its storage and token hosts',
  },
  username: { type: 'string', help: 'name to log in with' },
  'password-stdin': { type: 'boolean', help: 'read the password from standard input' },
  authfile: { type: 'string', help: 'logins of registries (those of podman and docker)' },
  'registries-conf': { type: 'string', help: 'mirrors, blocked and insecure registries' },
  'cert-dir': { type: 'string', help: 'folder of *.crt, *.cert and *.key for the registry' },
  retry: { type: 'string', help: 'times that a registry is asked again (3)' },
  timeout: { type: 'string', help: 'seconds in which a registry has to get further (60)' },
} as const satisfies Record<string, OptionSpec>

export interface OptionSpec {
  type: 'string' | 'boolean'
  short?: string
  multiple?: boolean
  help: string
}

export type OptionName = keyof typeof OPTIONS

/** What to plan; a request file says it itself. */
export const QUESTION_OPTIONS = [
  'platform',
  'blueprint',
  'type',
  'size',
  'seed',
  'rootfs',
  'bootloader',
  'imgref',
  'installer-payload',
] as const

const PLAN_OPTIONS = [
  ...QUESTION_OPTIONS,
  'target',
  'json',
  'request',
  'mock-containers',
  'output',
] as const

/** What `bootc install` is told, under its own names. */
export const INSTALL_OPTIONS = [
  'source-imgref',
  'target-imgref',
  'target-transport',
  'bootloader',
  'filesystem',
  'root-size',
  'block-setup',
  'karg',
  'karg-delete',
  'uki-addon',
  'stateroot',
  'root-mount-spec',
  'boot-mount-spec',
  'composefs-backend',
  'allow-missing-verity',
  'generic-image',
  'disable-selinux',
  'bootupd-skip-boot-uuid',
  'skip-finalize',
] as const satisfies readonly OptionName[]

/** How registries are reached: of every command that reads an image. */
export const REGISTRY_OPTIONS = [
  'authfile',
  'registries-conf',
  'cert-dir',
  'retry',
  'timeout',
] as const

interface Command {
  /** Options that mean something else here than for other commands. */
  own?: Partial<Record<OptionName, OptionSpec>>
  words: string
  help: string
  min: number
  max: number
  options: readonly OptionName[]
}

/** The commands, in the order in which the help lists them. */
export const COMMANDS = {
  inspect: command('SOURCE', 'facts and verdict', 1, ['platform', 'json', 'quick']),
  verify: command('SOURCE', 'does the seal hold, will it install and boot', 1, [
    'platform',
    'json',
    'bootc',
    'check',
    'policy',
    'repository',
    'strict',
    'trust',
  ]),
  digest: command('SOURCE', 'composefs digests of an image or a root directory', 1, [
    'platform',
    'json',
    'all',
    'karg',
    'recipe',
    'bootc',
    'dump',
    'erofs',
    'output',
  ]),
  plan: {
    ...command('SOURCE', 'what image-builder makes of a blueprint', 0, [
      ...PLAN_OPTIONS,
      'strict',
      'markdown',
      'containerfile',
      'link',
    ]),
    max: 1,
  },
  manifest: { ...command('SOURCE', 'the osbuild manifest', 0, PLAN_OPTIONS), max: 1 },
  install: {
    ...command('SOURCE', 'what bootc install does with an image, and what is on the disk then', 0, [
      'platform',
      'json',
      'bootc',
      'to-disk',
      'to-filesystem',
      ...INSTALL_OPTIONS,
      'request',
      'output',
      'layouts',
    ]),
    max: 1,
    own: { karg: { type: 'string', multiple: true, help: 'add a kernel argument' } },
  },
  upgrade: command('A B', 'what bootc upgrade does on a host that runs A, when B comes', 2, [
    'platform',
    'json',
    'bootc',
    'repository',
    'etc',
  ]),
  compare: command('A B', 'what differs between two images', 2, ['platform', 'json']),
  lint: command('SOURCE', 'the checks of bootc container lint, and more', 1, [
    'platform',
    'json',
    'sarif',
    'fatal-warnings',
    'skip',
    'bootc',
    'only',
    'no-truncate',
  ]),
  ls: {
    ...command('SOURCE [PATH]', 'files of the merged tree, or entries of one layer', 1, [
      'platform',
      'json',
      'layer',
      'long',
      'recursive',
    ]),
    max: 2,
  },
  cat: command('SOURCE PATH', 'the bytes of a file, verified', 2, ['platform', 'layer', 'output']),
  uki: command('SOURCE', 'one UKI: sections, signatures, trust, PCR 11', 1, [
    'platform',
    'json',
    'path',
    'profile',
    'pcrs',
    'extract',
    'output',
    'trust',
  ]),
  batch: {
    ...command('FILE', 'many references, a JSON line each', 0, [
      'platform',
      'json',
      'quick',
      'bootc',
      'check',
      'repository',
      'strict',
      'trust',
      'skip',
      'fatal-warnings',
      'command',
      'jobs',
      'resume',
      'shard',
      'summary',
      'since',
      'markdown',
      'html',
      'sarif',
      ...REGISTRY_OPTIONS,
    ]),
    max: 1000,
  },
  login: command('REGISTRY', 'keep a login for a registry, where podman keeps its own', 1, [
    'username',
    'password-stdin',
    'authfile',
    'cert-dir',
    'timeout',
  ]),
  logout: {
    ...command('REGISTRY', 'forget a login', 0, ['all', 'authfile']),
    max: 1,
  },
  serve: command('', 'page and registry proxy', 0, [
    'port',
    'host',
    'allow-registry',
    'allow-private',
    'public-host',
    'access-log',
  ]),
} as const satisfies Record<string, Command>

export type CommandName = keyof typeof COMMANDS

/** An option as a command takes it. */
export function optionSpec(name: CommandName, option: OptionName): OptionSpec {
  const { own }: Command = COMMANDS[name]
  return own?.[option] ?? OPTIONS[option]
}

function command(
  words: string,
  help: string,
  count: number,
  options: readonly OptionName[],
): Command {
  const reads = /\b(?:SOURCE|A B)\b/.test(words)
  const all = reads ? [...options, ...REGISTRY_OPTIONS] : options
  return { words, help, min: count, max: count, options: all }
}
