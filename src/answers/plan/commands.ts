import type { ImageRecord, Platform } from '../../contract/facts'
import type { PlanResult } from '../../contract/plan'
import { formatPlatform } from '../../formats/oci/image'
import { shellWord } from '../../base/escape'
import { commandSize, type PlanOptions } from './options'
import { bootcSeed } from './seed'

export interface CommandInput {
  /** What was chosen; null where it is what the image brings anyway. */
  options: PlanOptions
  /** Name in the manifest. */
  imgref: string
  /** SOURCE of Sealscope's own commands; null: a request file. */
  source: string | null
  /** The platform that was chosen among several; null: there is only one. */
  platform: Platform | null
  seed: bigint
  /** File name of the blueprint; null: none. */
  blueprint: string | null
  distro: string | null
  arch: string | null
}

/** What a SOURCE of several platforms is opened for when nobody says which. */
const DEFAULT_PLATFORM = 'linux/amd64'

type Command = PlanResult['commands'][number]

/**
 * The platform of an image that an index offers beside others, as `--platform` names it: with its
 * variant only where the index tells several apart, since the index and the config may not agree.
 */
export function chosenPlatform(image: ImageRecord | null): Platform | null {
  if (image === null || image.platforms.length < 2) return null
  const { os, architecture, variant } = image.platform
  const like = image.platforms.filter((one) => one.os === os && one.architecture === architecture)
  const told = like.length > 1 && like.some((one) => one.variant === variant)
  return { os, architecture, variant: told ? variant : null }
}

/** Command lines that do the same as this plan, for a host with podman and image-builder. */
export function planCommands(input: CommandInput): Command[] {
  const { options } = input
  return [
    ...pullCommands(input),
    ...(options.target === '79' ? currentCommands(input) : olderCommands(input)),
    ...ownCommands(input),
  ]
}

function pullCommands({ imgref, source, platform }: CommandInput): Command[] {
  const transport = source === null ? null : /^(oci|oci-archive|docker-archive):/.exec(source)?.[0]
  if (source !== null && transport) {
    return [
      {
        title: 'Copy the image to local storage',
        command: `sudo skopeo ${overrides(platform)}copy ${shellWord(source)} ${shellWord(`containers-storage:${imgref}`)}`,
      },
    ]
  }
  if (imgref.startsWith('localhost/')) return []
  return [
    {
      title: 'Pull the image to local storage',
      command: `sudo podman pull ${platformOption(platform)}${shellWord(imgref)}`,
    },
  ]
}

/** skopeo takes the parts of a platform one by one, before its command. */
function overrides(platform: Platform | null): string {
  if (platform === null) return ''
  const { os, architecture, variant } = platform
  const parts = { os, arch: architecture, variant }
  return Object.entries(parts)
    .map(([name, value]) => (value === null ? '' : `--override-${name} ${shellWord(value)} `))
    .join('')
}

function platformOption(platform: Platform | null): string {
  return platform === null ? '' : `--platform ${shellWord(formatPlatform(platform))} `
}

function currentCommands(input: CommandInput): Command[] {
  const { options, blueprint, imgref } = input
  const words = [
    options.type,
    `--bootc-ref ${shellWord(imgref)}`,
    ...(blueprint === null ? [] : [`--blueprint ${shellWord(blueprint)}`]),
    ...(options.size === null ? [] : [`--image-size ${shellWord(commandSize(options.size))}`]),
    ...(options.rootfs === null ? [] : [`--bootc-default-fs ${shellWord(options.rootfs)}`]),
    ...(options.installerPayload === null ? [] : [`--bootc-installer-payload-ref ${shellWord(options.installerPayload)}`]), // prettier-ignore
    `--seed ${input.seed}`,
    // the one warning about a blueprint would end it
    ...(blueprint === null ? [] : ['--ignore-warnings']),
  ].join(' ')
  if (['anaconda-iso', 'iso'].includes(options.type)) {
    return [
      {
        title: 'Build the installer on a host with the repositories of the distribution',
        command: `sudo bootc-image-builder build --type ${shellWord(options.type)}${blueprint === null ? '' : ` --config ${shellWord(blueprint)}`} ${shellWord(imgref)}`,
      },
    ]
  }
  return [
    { title: 'Write the same manifest', command: `sudo image-builder manifest ${words}` },
    { title: 'Build the image', command: `sudo image-builder build ${words}` },
  ]
}

function olderCommands({ options, imgref, blueprint, seed, distro, arch }: CommandInput) {
  const random = distro === null || arch === null ? null : bootcSeed(seed, arch + distro)
  return [
    {
      title: 'Write the same manifest with bootc-image-builder of June 2026',
      command: [
        ...(random === null ? [] : [`sudo OSBUILD_TESTING_RNG_SEED=${random}`]),
        ...(random === null ? ['sudo'] : []),
        `bootc-image-builder manifest --type ${shellWord(options.type)}`,
        ...(blueprint === null ? [] : [`--config ${shellWord(blueprint)}`]),
        ...(options.rootfs === null ? [] : [`--rootfs ${shellWord(options.rootfs)}`]),
        shellWord(imgref),
      ].join(' '),
    },
  ]
}

/** Outcomes do not depend on the seed, the manifest does; it is named even where it is the default. */
function ownCommands({ options, source, platform, blueprint, seed }: CommandInput): Command[] {
  if (source === null) return []
  const chosen = platform === null ? null : formatPlatform(platform)
  // a value with a minus in front would be taken for an option
  const option = (name: string, value: string | null) =>
    value === null ? [] : [`--${name}${value.startsWith('-') ? '=' : ' '}${shellWord(value)}`]
  const words = [
    shellWord(source),
    ...option('platform', chosen === DEFAULT_PLATFORM ? null : chosen),
    ...option('blueprint', blueprint),
    `--type ${shellWord(options.type)}`,
    ...option('size', options.size),
    ...option('rootfs', options.rootfs),
    ...option('bootloader', options.bootloader),
    ...option('imgref', options.imgref),
    ...option('installer-payload', options.installerPayload),
    ...(options.target === '79' ? [] : [`--target ${options.target}`]),
  ].join(' ')
  return [
    { title: 'The same plan as a check in CI', command: `sealscope plan ${words} --strict` },
    {
      title: 'The same manifest from Sealscope',
      command: `sealscope manifest ${[words, ...option('seed', `${seed}`)].join(' ')}`,
    },
  ]
}
