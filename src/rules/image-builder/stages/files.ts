import type { DirectoryNode, FileNode, NodeCustomization } from '../customizations'
import { inlineContent } from '../digest/content'
import { type Json, type JsonObject, sortedMap } from '../../../base/go/json'
import { stage, type Stage } from './stage'

/**
 * Directories, then their modes and owners. Existing ones are accepted only when neither is given.
 * Source: GenDirectoryNodesStages in pkg/osbuild/fsnode.go.
 */
export function directoryStages(directories: readonly DirectoryNode[]): Stage[] {
  if (directories.length === 0) return []
  const paths = directories.map((directory) => {
    const entry: JsonObject = { path: directory.path }
    if (directory.ensureParents) entry['parents'] = true
    if (isPlain(directory)) entry['exist_ok'] = true
    return entry
  })
  return [stage('mkdir', { options: { paths } }), ...ownershipStages(directories)]
}

function isPlain({ mode, user, group }: NodeCustomization): boolean {
  return mode === null && user === null && group === null
}

/** What a file is made from: its content, or the digest of a file that is kept elsewhere. */
export interface FileSource extends Pick<FileNode, 'path' | 'data'> {
  sha256?: string
}

/** Files copied from sources, named by their digest. Source: GenFileNodesStages. */
export function fileStages(files: readonly FileSource[]): Stage[] {
  if (files.length === 0) return []
  const inputs: [string, Json][] = []
  const paths = files.map(({ path, data, ...given }) => {
    const sha256 = given.sha256 ?? inlineContent(data).sha256
    const references = [{ id: `sha256:${sha256}` }]
    inputs.push([
      `file-${sha256}`,
      { type: 'org.osbuild.files', origin: 'org.osbuild.source', references },
    ])
    const from = `input://file-${sha256}/sha256:${sha256}`
    return { from, to: `tree://${path}`, remove_destination: true }
  })
  return [stage('copy', { inputs: sortedMap(inputs), options: { paths } })]
}

/** chmod and chown for the nodes that say so. */
export function ownershipStages(nodes: readonly NodeCustomization[]): Stage[] {
  const stages: Stage[] = []
  const modes = nodes.flatMap(({ path, mode }): [string, Json][] =>
    mode === null ? [] : [[path, { mode: octal(mode) }]],
  )
  if (modes.length > 0) stages.push(chmodStage(modes))
  const owners = nodes.flatMap(({ path, user, group }): [string, Json][] => {
    if (user === null && group === null) return []
    const owner: JsonObject = {}
    if (user !== null) owner['user'] = user
    if (group !== null) owner['group'] = group
    return [[path, owner]]
  })
  if (owners.length > 0) stages.push(stage('chown', { options: { items: sortedMap(owners) } }))
  return stages
}

export function chmodStage(items: readonly (readonly [string, Json])[]): Stage {
  return stage('chmod', { options: { items: sortedMap(items) } })
}

/** Go's `%#o`: one leading zero; mode 0 is `0`. */
function octal(mode: string): string {
  const digits = Number.parseInt(mode, 8).toString(8)
  return digits === '0' ? '0' : `0${digits}`
}
