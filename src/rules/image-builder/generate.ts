import type { DiskLayout } from '../../contract/plan'
import { sha256OfText } from './digest/content'
import { layoutData } from './disk/layout-data'
import { type BootcDistro, createDistro } from './distro'
import { type Failure, ManifestFailure, refuse } from '../../base/go/failure'
import { goJson, type JsonObject } from '../../base/go/json'
import { findImageType, type ImageFunction, type ImageType } from './image-types'
import { bootModeOf } from './layout'
import {
  type KernelOption,
  type Maker,
  makeInput,
  type MakeProgress,
  type PartialPlan,
} from './make/context'
import { makeDisk, makePxe } from './make/disk'
import { makeGenericIso, makeInstallerIso } from './make/iso'
import { makeLegacyIso } from './make/legacy-iso'
import { type Pipeline, pipelineJson } from './pipelines/pipeline'
import type { ManifestRequest } from './request'
import { sourcesOf } from './sources'
import { TARGETS } from './target'
import { blueprintWarnings } from './warnings'
import { NO_WISHES } from './wishes'

/** What image-builder makes of a request. Fields that were not reached before an error are null. */
export interface GenerateResult {
  /** `version`, `pipelines`, `sources`, keys in the order they are written. */
  manifest: JsonObject | null
  /** The manifest with two spaces of indent and a final newline, as Go writes it. */
  text: () => string
  /** Upstream's checksum: SHA-256 of the compact manifest and a newline, in hex. */
  sha256: () => string
  warnings: string[]
  error: Failure | null
  exports: string[]
  filename: string | null
  mimeType: string | null
  bootMode: 'uefi' | 'hybrid' | null
  /** `bootc-fedora-43` */
  distro: string | null
  arch: string | null
  buildPipelines: string[]
  payloadPipelines: string[]
  layout: DiskLayout | null
  kernelOptions: KernelOption[]
  /** `anaconda-iso` and `iso` only: what needs no packages, although there is no manifest. */
  partial: PartialPlan | null
}

const MAKERS: Record<ImageFunction, Maker> = {
  disk: makeDisk,
  pxe: makePxe,
  'generic-iso': makeGenericIso,
  'bootc-iso': makeInstallerIso,
  'legacy-iso': makeLegacyIso,
}

/**
 * The osbuild manifest as the target's release writes it, byte for byte; deterministic. Never throws
 * for anything in the request: what upstream refuses, or crashes on, is in `error`.
 */
export function generateManifest(request: ManifestRequest): GenerateResult {
  const result = emptyResult()
  // image-builder reads the blueprint first: its error hides all others.
  const blueprintError =
    request.blueprintError === null ? null : refuse(request.blueprintError).toFailure()
  if (request.containerError !== null) {
    return { ...result, error: blueprintError ?? request.containerError }
  }
  const progress: MakeProgress = { table: null, kernelOptions: [], partial: null }
  try {
    const target = TARGETS[request.target]
    const distro = createDistro(request.bootc, request.osInfo, request.build, target)
    describeDistro(result, distro)
    const type = findImageType(request.imageType, target)
    describeType(result, type, distro)
    if (request.blueprintError !== null) throw refuse(request.blueprintError)
    const wishes = request.wishes ?? NO_WISHES
    result.warnings = blueprintWarnings(type, wishes.setOptions)
    const input = makeInput(request, type, distro, wishes, request.embedded)
    finish(result, MAKERS[type.make](input, progress)())
  } catch (thrown) {
    if (!(thrown instanceof ManifestFailure)) throw thrown
    result.error = blueprintError ?? thrown.toFailure()
  }
  result.layout = progress.table === null ? null : layoutData(progress.table)
  result.kernelOptions = progress.kernelOptions
  result.partial = progress.partial
  return result
}

function emptyResult(): GenerateResult {
  return {
    manifest: null,
    text: () => '',
    sha256: () => '',
    warnings: [],
    error: null,
    exports: [],
    filename: null,
    mimeType: null,
    bootMode: null,
    distro: null,
    arch: null,
    buildPipelines: [],
    payloadPipelines: [],
    layout: null,
    kernelOptions: [],
    partial: null,
  }
}

function describeDistro(result: GenerateResult, distro: BootcDistro): void {
  result.distro = distro.name
  result.arch = distro.arch
}

function describeType(result: GenerateResult, type: ImageType, distro: BootcDistro): void {
  result.exports = [...type.exports]
  result.filename = type.filename
  result.mimeType = type.mimeType
  result.bootMode = bootModeOf(distro)
}

function finish(result: GenerateResult, pipelines: readonly Pipeline[]): void {
  const manifest: JsonObject = {
    version: '2',
    pipelines: pipelines.map(pipelineJson),
    sources: sourcesOf(
      pipelines.flatMap(({ containers }) => containers),
      pipelines.flatMap(({ contents }) => contents),
    ),
  }
  const named = (role: Pipeline['role']) =>
    pipelines.filter((pipeline) => pipeline.role === role).map(({ name }) => name)
  result.manifest = manifest
  result.text = () => goJson(manifest, 2) + '\n'
  result.sha256 = () => sha256OfText(goJson(manifest) + '\n')
  result.buildPipelines = named('build')
  result.payloadPipelines = named('payload')
}
