import type { PlanResult } from '../contract/plan'
import { shellWord } from './escape'
import { commandSize, type PlanOptions } from './options'
import { bootcSeed } from './seed'

export interface CommandInput {
  options: PlanOptions
  /** Name in the manifest. */
  imgref: string
  /** SOURCE of Sealscope's own commands; null: a request file. */
  source: string | null
  seed: bigint
  rootfs: string | null
  /** File name of the blueprint; null: none. */
  blueprint: string | null
  distro: string | null
  arch: string | null
}

type Command = PlanResult['commands'][number]

/** Command lines that do the same as this plan, for a host with podman and image-builder. */
export function planCommands(input: CommandInput): Command[] {
  const { options } = input
  return [
    ...pullCommands(input),
    ...(options.target === '79' ? currentCommands(input) : olderCommands(input)),
    ...ownCommands(input),
  ]
}

function pullCommands({ imgref, source }: CommandInput): Command[] {
  const transport = source === null ? null : /^(oci|oci-archive|docker-archive):/.exec(source)?.[0]
  if (source !== null && transport) {
    return [
      {
        title: 'Copy the image to local storage',
        command: `sudo skopeo copy ${shellWord(source)} ${shellWord(`containers-storage:${imgref}`)}`,
      },
    ]
  }
  if (imgref.startsWith('localhost/')) return []
  return [
    {
      title: 'Pull the image to local storage',
      command: `sudo podman pull ${shellWord(imgref)}`,
    },
  ]
}

function currentCommands(input: CommandInput): Command[] {
  const { options, rootfs, blueprint, imgref } = input
  const words = [
    options.type,
    `--bootc-ref ${shellWord(imgref)}`,
    ...(blueprint === null ? [] : [`--blueprint ${shellWord(blueprint)}`]),
    ...(options.size === null ? [] : [`--image-size ${shellWord(commandSize(options.size))}`]),
    ...(rootfs === null ? [] : [`--bootc-default-fs ${shellWord(rootfs)}`]),
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

function olderCommands({ options, imgref, blueprint, seed, rootfs, distro, arch }: CommandInput) {
  const random = distro === null || arch === null ? null : bootcSeed(seed, arch + distro)
  return [
    {
      title: 'Write the same manifest with bootc-image-builder of June 2026',
      command: [
        ...(random === null ? [] : [`sudo OSBUILD_TESTING_RNG_SEED=${random}`]),
        ...(random === null ? ['sudo'] : []),
        `bootc-image-builder manifest --type ${shellWord(options.type)}`,
        ...(blueprint === null ? [] : [`--config ${shellWord(blueprint)}`]),
        ...(rootfs === null ? [] : [`--rootfs ${shellWord(rootfs)}`]),
        shellWord(imgref),
      ].join(' '),
    },
  ]
}

function ownCommands({ options, source, blueprint, seed }: CommandInput): Command[] {
  if (source === null) return []
  const option = (name: string, value: string | null) =>
    value === null ? [] : [`--${name} ${shellWord(value)}`]
  const words = [
    shellWord(source),
    ...option('blueprint', blueprint),
    `--type ${shellWord(options.type)}`,
    ...option('size', options.size),
    `--seed ${seed}`,
    ...option('rootfs', options.rootfs),
    ...option('bootloader', options.bootloader),
    ...option('imgref', options.imgref),
    ...(options.target === '79' ? [] : [`--target ${options.target}`]),
  ].join(' ')
  return [
    { title: 'The same plan as a check in CI', command: `sealscope plan ${words} --strict` },
    { title: 'The same manifest from Sealscope', command: `sealscope manifest ${words}` },
  ]
}
