import type { Check } from '../../contract/checks'
import type { Judge } from '../seal/releases'
import { SealscopeError } from '../../base/error'
import type { InstallPlan } from '../../contract/install'
import { makeTarget } from '../../rules/bootc/install/targets'
import type { InstallCommand } from '../../rules/bootc/install/arguments'
import type { InstallImage, Machine } from '../../rules/bootc/install/image'
import type { InstallInput } from '../../rules/bootc/install/run'
import { installDocument } from './document'
import type { InstallRequest } from './requests'
import { defaultTarget } from './targets'

/** bootctl's version in the golden runs; `uki` in entries since 258. */
const SYSTEMD = 262

export interface InstallQuestion {
  image: InstallImage
  /** As podman would name it. */
  containerName: string
  command: InstallCommand
  /** Of an empty disk; null: the default. */
  size: string | null
  /** bootc's own options, without the target. */
  options: readonly string[]
  filesystem: string | null
  /** Who is asked. */
  judge: Judge
  from: InstallPlan['bootc']['from']
  hasFile: (path: string) => boolean | null
  checks: Check[]
}

/** An installation of an image whose own programs are all there is. */
export function installAnswer(question: InstallQuestion): InstallPlan {
  const { image, command, size, options, judge, from } = question
  const filesystem = rootFilesystem(question.filesystem)
  const target = defaultTarget(command, size, filesystem)
  const machine = ownMachine(image, question.hasFile)
  const place = command === 'to-disk' ? ['--wipe', '/dev/vda'] : ['/target']
  return installDocument({
    command,
    args: [...options, ...place],
    image,
    machine,
    disk: makeTarget(target, image.arch, hashText(image)),
    containerName: question.containerName,
    bootc: { version: judge.version, from },
    judge,
    checks: question.checks,
  })
}

/** A host's installation: to a disk of its own, with the root file system that the image names, or ext4. */
export function installInput({
  image,
  containerName,
}: Pick<InstallQuestion, 'image' | 'containerName'>): InstallInput {
  const named = rootNamed(image)
  const target = defaultTarget('to-disk', null, 'ext4')
  return {
    command: 'to-disk',
    args: ['--wipe', ...(named ? [] : ['--filesystem=ext4']), '/dev/vda'],
    image,
    machine: ownMachine(image, () => null),
    disk: makeTarget(target, image.arch, hashText(image)),
    containerName,
  }
}

function rootNamed(image: InstallImage): boolean {
  try {
    return image.installConfig().filesystemRootType !== null
  } catch (thrown) {
    // The installation says what is wrong with the configuration.
    if (thrown instanceof SealscopeError) return true
    throw thrown
  }
}

/** A machine that has what the image has. */
function ownMachine(image: InstallImage, hasFile: Machine['hasFile']): Machine {
  return {
    image: image.root,
    lacks: [],
    has: [],
    systemdBoot: false,
    systemd: SYSTEMD,
    opens: null,
    hasFile,
  }
}

function rootFilesystem(text: string | null): 'ext4' | 'btrfs' | 'xfs' {
  if (text === null || text === 'ext4') return 'ext4'
  if (text === 'btrfs' || text === 'xfs') return text
  throw new SealscopeError({
    kind: 'usage',
    code: 'install-filesystem',
    what: '--filesystem',
    expected: 'xfs, ext4 or btrfs',
    found: text,
  })
}

export interface RequestQuestion {
  image: InstallImage
  request: InstallRequest
  judge: Judge
  from: InstallPlan['bootc']['from']
  /** Whether an `oci:` path can be opened. */
  opens: (path: string) => boolean
}

/** A case of a request file: bootc runs over a system that has all tools. */
export function requestAnswer({
  image,
  request,
  judge,
  from,
  opens,
}: RequestQuestion): InstallPlan {
  const { layout, command, source, args, target, runningRootLacks, runningRootHas } = request
  const lacksBoot = runningRootLacks.some((path) => 'usr/lib/systemd/boot/efi'.startsWith(path))
  return installDocument({
    command,
    args,
    image,
    machine: {
      image: source === 'container' ? image.root : null,
      lacks: runningRootLacks,
      has: runningRootHas,
      systemdBoot: !lacksBoot,
      systemd: SYSTEMD,
      opens,
      hasFile: () => null,
    },
    disk: makeTarget(target, image.arch, hashText(image)),
    containerName: `localhost/${layout}:latest`,
    bootc: { version: judge.version, from },
    judge,
    checks: [],
  })
}

function hashText({ sha256 }: InstallImage): (text: string) => string {
  return (text) => sha256([new TextEncoder().encode(text)])
}
