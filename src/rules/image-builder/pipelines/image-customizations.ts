import type { FileNode } from '../customizations'
import { crash, ManifestFailure, refuse } from '../../../base/go/failure'
import { compact, type JsonObject } from '../../../base/go/json'
import { goQuote } from '../../../base/go/quote'
import { type MountedDisk, mountedDisk } from '../stages/bootupd'
import { directoryStages, type FileSource, fileStages, ownershipStages } from '../stages/files'
import { mountConfigurationStages } from '../stages/mount-configuration'
import { type Mount, on, stage, type Stage } from '../stages/stage'
import { subscriptionStages } from '../stages/subscription'
import { groupsStage, homesStage, usersStage } from '../stages/users'
import { fileContexts } from './build'
import type { ImageInput } from './image-input'

/** Mounts of the installed deployment, and its root as the tree that stages work in. */
export const DEPLOYMENT: Mount = {
  name: 'ostree.deployment',
  type: 'org.osbuild.ostree.deployment',
  options: { source: 'mount', deployment: { default: true } },
}
const BIND: Mount = {
  name: 'bind-ostree-deployment-to-tree',
  type: 'org.osbuild.bind',
  target: 'tree://',
  options: { source: 'mount://' },
}

/** Directories in the root of the file system that dmsquash-live checks for. */
const LIVE_FOLDERS = ['/usr', '/proc']
const RELABELLED = ['/etc', '/var']

interface Customized {
  stages: Stage[]
  contents: string[]
}

/** The stages that only ordinary images get, in upstream's order (raw_bootc.go). */
export function customizationStages(input: ImageInput): Customized {
  const plain = mountedDisk(input.table, input.filename, input.uefiVendor)
  const deployed = { ...plain, mounts: [...plain.mounts, DEPLOYMENT, BIND] }
  const inDeployment: Stage[] = [
    ...mountConfigurationStages(input.table, input.mounts),
    ...accountStages(input),
  ].map((each) => on(deployed, each))
  const live = input.live ? liveStages(plain) : []
  const subscription =
    input.subscription === null
      ? { stages: [], contents: [] }
      : subscriptionStages(input.subscription)
  const nodes = [...subscription.stages, ...directoryStagesOf(input), ...fileStagesOf(input)]
  const stages = [
    ...inDeployment,
    ...live,
    ...nodes.map((each) => on(deployed, each)),
    ...bootStages(input).map((each) => on(plain, each)),
  ]
  return {
    stages: [...stages, ...relabelStages(input, deployed, stages.length)],
    contents: [...subscription.contents, ...input.files.map(({ data }) => data)],
  }
}

function accountStages({ groups, users, salt }: ImageInput): Stage[] {
  const stages = groups.length > 0 ? [groupsStage(groups)] : []
  return users.length > 0 ? [...stages, homesStage(users), usersStage(users, salt)] : stages
}

function liveStages(plain: MountedDisk): Stage[] {
  const nodes = LIVE_FOLDERS.map((path) => ({
    path,
    mode: '0755',
    user: null,
    group: null,
    ensureParents: false,
  }))
  const target = { ...plain, mounts: [...plain.mounts, BIND] }
  return [...directoryStages(nodes)].map((each) => on(target, each))
}

function directoryStagesOf({ directories }: ImageInput): Stage[] {
  return directoryStages(directories)
}

function fileStagesOf(input: ImageInput): Stage[] {
  const files = input.files.map((file) => fromHost(file, input))
  return [...fileStages(files), ...ownershipStages(files)]
}

/** A file with a URI takes digest and, unless given, mode from the host's file (fsnode/file.go). */
function fromHost(file: FileNode, { target, hostFile }: ImageInput): FileSource & FileNode {
  if (file.uri === '') return file
  const local = localPath(file.uri)
  if (target.fileUris === 'refused') throw uriRefusal(file.path, local)
  const found = hostFile(local)
  if (found === null) throw unknownHostFile(file.path, local)
  return { ...file, sha256: found.sha256, mode: file.mode ?? found.mode }
}

const URI_HINT = 'Give the content in customizations.files[].data, or bake the file into the image.'

/** `file:///a/b` and `/a/b` are both `/a/b`. */
function localPath(uri: string): string {
  return uri.replace(/^file:/, '').replace(/^\/\/[^/]*/, '')
}

function uriRefusal(path: string, local: string): ManifestFailure {
  return refuse(
    `cannot create file ${goQuote(path)} from ${goQuote(local)}: files from an URI are not supported for bootc disk images`,
    URI_HINT,
  )
}

function unknownHostFile(path: string, local: string): ManifestFailure {
  return new ManifestFailure(
    'limit',
    `the content of ${goQuote(path)} is read from ${goQuote(local)} on the host that runs image-builder, which is not known here`,
    URI_HINT,
  )
}

/** Written to /boot, which the deployment's mounts would hide. */
function bootStages({ ignition, grub2, live, target }: ImageInput): Stage[] {
  if (live) return []
  const stages: Stage[] = []
  if (ignition !== null) stages.push(ignitionStage(ignition))
  if (grub2 !== null && target.grub2Console) {
    const config: JsonObject = compact({
      terminal_input: [...grub2.terminalInput],
      terminal_output: [...grub2.terminalOutput],
      serial: grub2.serial,
    })
    if (Object.keys(config).length > 0) {
      const path = 'tree:///boot/grub2/console.cfg'
      stages.push(stage('grub2.d', { options: { path, config } }))
    }
  }
  return stages
}

function ignitionStage({ url, empty }: { url: string; empty: boolean }): Stage {
  if (url === '' && !empty) {
    throw crash(
      'customizations.ignition.firstboot has neither a url nor empty = true',
      'runtime error: invalid memory address or nil pointer dereference',
      'Give customizations.ignition.firstboot.url, or set empty = true.',
    )
  }
  const network = url.split(/\s+/).filter((part) => part !== '')
  return stage('ignition', { options: compact({ network, target: 'mount://boot/' }) })
}

/** Labels for what the stages before wrote, if there is a policy. */
function relabelStages(
  { selinuxPolicy }: ImageInput,
  deployed: MountedDisk,
  written: number,
): Stage[] {
  if (selinuxPolicy === '' || written === 0) return []
  return RELABELLED.map((path) =>
    on(
      deployed,
      stage('selinux', {
        options: {
          target: `tree://${path}`,
          file_contexts: fileContexts(selinuxPolicy),
          exclude_paths: ['/sysroot'],
        },
      }),
    ),
  )
}
