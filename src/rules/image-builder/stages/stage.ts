import type { JsonObject } from '../../../base/go/json'

/** One stage of a pipeline, keys in the order osbuild's manifests have. */
export interface Stage extends JsonObject {
  type: string
}

export interface StageParts {
  inputs?: JsonObject
  options?: JsonObject
  devices?: Devices
  mounts?: readonly Mount[]
}

export type Devices = JsonObject

export interface Mount extends JsonObject {
  name: string
  type: string
}

/** A stage `org.osbuild.NAME`; empty devices and mounts are left out. */
export function stage(name: string, parts: StageParts): Stage {
  const result: Stage = { type: `org.osbuild.${name}` }
  if (parts.inputs !== undefined) result['inputs'] = parts.inputs
  if (parts.options !== undefined) result['options'] = parts.options
  if (parts.devices !== undefined && Object.keys(parts.devices).length > 0) {
    result['devices'] = parts.devices
  }
  if (parts.mounts !== undefined && parts.mounts.length > 0) result['mounts'] = [...parts.mounts]
  return result
}

/** The same stage run with devices and mounts. */
export function on(target: { devices: Devices; mounts: readonly Mount[] }, from: Stage): Stage {
  const parts: StageParts = { devices: target.devices, mounts: target.mounts }
  return { ...from, ...stage('', parts), type: from.type }
}

/** Input `name`: the tree of another pipeline. */
export function treeInput(name: string, pipeline: string): JsonObject {
  return {
    [name]: {
      type: 'org.osbuild.tree',
      origin: 'org.osbuild.pipeline',
      references: [`name:${pipeline}`],
    },
  }
}

/** Input `name`: one file of another pipeline. */
export function fileInput(name: string, pipeline: string, file: string): JsonObject {
  return {
    [name]: {
      type: 'org.osbuild.files',
      origin: 'org.osbuild.pipeline',
      references: { [`name:${pipeline}`]: { file } },
    },
  }
}

export function copyStage(
  paths: readonly (readonly [from: string, to: string])[],
  parts: Omit<StageParts, 'options'> = {},
): Stage {
  return stage('copy', { ...parts, options: { paths: paths.map(([from, to]) => ({ from, to })) } })
}

/** Directories that are only created: no mode, and an error when one exists. */
export function mkdirStage(paths: readonly string[]): Stage {
  return stage('mkdir', { options: { paths: paths.map((path) => ({ path })) } })
}
