import { containerInput, type ContainerSpec } from '../containers'
import { directoryStages } from '../stages/files'
import { copyStage, stage, type Stage, treeInput } from '../stages/stage'
import { type Pipeline, pipeline } from './pipeline'

/** Where a separate build container gets the image's own settings from. */
export const TARGET = 'target'
export const BUILD = 'build'
const LINUX_RUNNER = 'org.osbuild.linux'

const DEFAULT_POLICY = 'targeted'
const INSTALL_LABEL = 'system_u:object_r:install_exec_t:s0'
const LABELLED = ['/usr/bin/mount', '/usr/bin/ostree', '/usr/bin/umount']
/** Settings of the image that bootc needs while it installs (pkg/image/bootc_disk.go). */
const SHARED_FOLDERS = ['/usr/lib/bootc/install', '/usr/lib/ostree']

/** The container unpacked as a tree. */
export function deployStage(container: ContainerSpec): Stage {
  return stage('container-deploy', {
    inputs: containerInput(container),
    options: { 'remove-signatures': true },
  })
}

export interface BuildRoots {
  container: ContainerSpec
  /** Null: the image builds itself. */
  buildContainer: ContainerSpec | null
  /** SELinux policies of the two trees; empty: `targeted`. */
  targetPolicy: string
  buildPolicy: string
}

/**
 * The build root: the image itself, or a separate container with the image's settings copied in.
 * Source: InstantiateManifestFromContainers in pkg/image/bootc_disk.go.
 */
export function buildPipelines(roots: BuildRoots): Pipeline[] {
  const { container, buildContainer } = roots
  if (buildContainer === null) {
    return [root(BUILD, container, LINUX_RUNNER, [selinuxStage(roots.buildPolicy)])]
  }
  const folders = directoryStages(
    SHARED_FOLDERS.map((path) => ({
      path,
      mode: null,
      user: null,
      group: null,
      ensureParents: true,
    })),
  )
  const copy = copyStage(
    SHARED_FOLDERS.map((path) => [`input://copy-tree${path}/`, `tree://${path}/`] as const),
    { inputs: treeInput('copy-tree', TARGET) },
  )
  return [
    root(TARGET, container, LINUX_RUNNER, [...folders, selinuxStage(roots.targetPolicy)]),
    root(BUILD, buildContainer, LINUX_RUNNER, [...folders, copy, selinuxStage(roots.buildPolicy)]),
  ]
}

/** The build root of the ISO types: always the image itself and the policy `targeted`. */
export function isoBuildPipeline(container: ContainerSpec, runner: string): Pipeline {
  return root(BUILD, container, runner, [selinuxStage('')])
}

function root(name: string, container: ContainerSpec, runner: string, stages: Stage[]): Pipeline {
  return pipeline(name, () => ({
    runner,
    stages: [deployStage(container), ...stages],
    containers: [container],
  }))
}

function selinuxStage(policy: string): Stage {
  return stage('selinux', {
    options: {
      file_contexts: fileContexts(policy || DEFAULT_POLICY),
      exclude_paths: ['/sysroot'],
      labels: Object.fromEntries(LABELLED.map((path) => [path, INSTALL_LABEL])),
    },
  })
}

export function fileContexts(policy: string): string {
  return `etc/selinux/${policy}/contexts/files/file_contexts`
}
