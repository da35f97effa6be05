import { decodeBlueprint, decodeCustomizations } from '../../formats/blueprint/decode'
import { type BlueprintDocument, documentOf, readDocument } from '../../formats/blueprint/document'
import { parseJsonDocument } from '../../formats/blueprint/json-document'
import { memberOf, type Node } from '../../formats/blueprint/node'
import { positionAt } from '../../formats/blueprint/position'
import { Decoding, type Problem } from '../../formats/blueprint/schema'
import { SealscopeError, toSealscopeError } from '../../base/error'
import { knownContainers, mockContainers } from '../../rules/image-builder/containers'
import { ManifestFailure, type Failure } from '../../base/go/failure'
import { embeddedWishesFrom, wishesFrom } from '../../rules/image-builder/from-blueprint'
import { embeddedConfig, osInfoFromFiles } from '../../rules/image-builder/os-files'
import type { OsInfo } from '../../rules/image-builder/os-info'
import type { ManifestRequest } from '../../rules/image-builder/request'
import { TARGETS, type TargetId } from '../../rules/image-builder/target'
import type { Wishes } from '../../rules/image-builder/wishes'
import { missingSecretsText } from './left-out'
import { type CaseOsInfo, type RequestCase, requestCaseType } from './request-case'
import { signed64 } from './seed'

/** A request with its blueprint still as a document, so that it can be made again without an item. */
export interface PlanRequest {
  name: string
  /** Everything but the blueprint. */
  frame: RequestFrame
  /** Null: no blueprint at all. */
  document: BlueprintDocument | null
  /** Why the blueprint's text is no document at all; then `document` is null. */
  documentError: SealscopeError | null
}

export type RequestFrame = Omit<ManifestRequest, 'wishes' | 'blueprintError'>

/**
 * Reads a request file: one case, or `{"cases": […]}`. Throws an input error with line and column when
 * the file is no request; what image-builder itself refuses shows when the manifest is made.
 * @param mock containers that a case does not list get placeholder digests
 */
export function parseRequests(text: string, target: TargetId, mock: boolean): PlanRequest[] {
  const root = parseJsonDocument(text)
  const cases = memberOf(root, 'cases')
  const nodes = cases?.kind === 'list' ? cases.items : [root]
  return nodes.map((node, index) => {
    const path = cases?.kind === 'list' ? `cases[${index}]` : ''
    return planRequest(readCase(node, path, text), index, target, mock)
  })
}

/** The whole request with this blueprint instead of its own; null: none. */
export function requestWith(
  frame: RequestFrame,
  document: BlueprintDocument | null,
  documentError: SealscopeError | null = null,
): ManifestRequest {
  if (documentError !== null) {
    const blueprintError = `cannot decode blueprint: ${documentError.message}`
    return { ...frame, wishes: null, blueprintError }
  }
  if (document === null) return { ...frame, wishes: null, blueprintError: null }
  const missing = missingSecretsText(document.root)
  if (missing !== null) return { ...frame, wishes: null, blueprintError: missing }
  const { value, error } = decodeBlueprint(document, TARGETS[frame.target].unknownCustomizations)
  if (error === null) return { ...frame, wishes: wishesFrom(value), blueprintError: null }
  return { ...frame, wishes: null, blueprintError: `cannot decode blueprint: ${error}` }
}

/** A request as it stands. */
export function manifestRequest(request: PlanRequest): ManifestRequest {
  return requestWith(request.frame, request.document, request.documentError)
}

function readCase(node: Node, path: string, text: string): RequestCase {
  const into = new Decoding('json')
  const value = requestCaseType.decode(node, path, into)
  const first = into.first()
  if (first !== null) throw caseError(first, text)
  return value
}

function caseError({ text: found, path, at }: Problem, text: string): SealscopeError {
  return new SealscopeError({
    code: 'request',
    what: 'the request cannot be read',
    where: { ...(path === '' ? {} : { key: path }), ...(at < 0 ? {} : positionAt(text, at)) },
    found,
  })
}

function planRequest(
  from: RequestCase,
  index: number,
  target: TargetId,
  mock: boolean,
): PlanRequest {
  const name = from.name === '' ? `case-${index}` : from.name
  const frame = frameOf(from, target, mock)
  if (from.blueprintToml === null) {
    const document = from.blueprint === null ? null : documentOf(from.blueprint, 'json', null)
    return { name, frame, document, documentError: null }
  }
  try {
    return { name, frame, document: readDocument(from.blueprintToml, 'toml'), documentError: null }
  } catch (thrown) {
    return { name, frame, document: null, documentError: toSealscopeError(thrown) }
  }
}

function frameOf(from: RequestCase, target: TargetId, mock: boolean): RequestFrame {
  const container = containerOf(from)
  const { bootc, subscription } = from.options
  return {
    target,
    imageType: from.imageType,
    seed: caseSeed(from),
    bootc: from.bootc,
    osInfo: container.osInfo,
    embedded: container.embedded,
    containerError: container.error,
    build:
      from.build === null
        ? null
        : {
            imgref: from.build.imgref,
            arch: from.build.arch,
            selinuxPolicy: from.build.osInfo?.selinuxPolicy ?? null,
          },
    options: {
      size: from.options.size,
      installerPayloadRef: bootc?.installerPayloadRef ?? '',
      omitDefaultKernelArguments: bootc?.omitDefaultKernelArguments ?? false,
      remoteContainers: bootc?.remoteContainers ?? false,
      subscription,
    },
    containers: knownContainers(
      new Map(
        [...from.containers].map(([reference, spec]) => [
          reference,
          { ...spec, source: spec.source === '' ? reference : spec.source },
        ]),
      ),
      mock ? mockContainers : undefined,
    ),
  }
}

/** The text wins: other readers lose digits of a number beyond 2^53. */
function caseSeed({ seed, seedText }: RequestCase): bigint {
  if (seedText === null) return seed ?? 0n
  const value = signed64(seedText)
  if (value !== null) return value
  throw new SealscopeError({
    code: 'request',
    what: 'the request cannot be read',
    where: { key: 'effective_seed_text' },
    expected: 'a signed 64-bit number as text',
    found: seedText.slice(0, 60),
  })
}

interface Container {
  osInfo: OsInfo | null
  embedded: Wishes | null
  error: Failure | null
}

/** What image-builder reads from the container's root, or where it stops (osinfo.go, Load). */
function containerOf(from: RequestCase): Container {
  try {
    if (from.rootFiles !== null) {
      const files = Object.fromEntries(from.rootFiles)
      const osInfo = osInfoFromFiles(files)
      return { osInfo, embedded: embeddedOfFiles(files), error: null }
    }
    const { osInfo } = from
    if (osInfo === null) return { osInfo: null, embedded: null, error: null }
    return {
      osInfo: osInfoOf(osInfo),
      embedded: embeddedOf(osInfo.imageCustomization),
      error: null,
    }
  } catch (thrown) {
    if (!(thrown instanceof ManifestFailure)) throw thrown
    return { osInfo: null, embedded: null, error: thrown.toFailure() }
  }
}

function osInfoOf(from: CaseOsInfo): OsInfo {
  return {
    osRelease: { ...from.osRelease, idLike: [...(from.osRelease.idLike ?? [])] },
    uefiVendor: from.uefiVendor,
    selinuxPolicy: from.selinuxPolicy,
    kernelVersion: from.kernelVersion || null,
    initrdModules: [...(from.initrdModules ?? [])],
    diskYaml: from.diskYaml || null,
    isoYaml: from.isoYaml || null,
    diskYamlPath: 'disk.yaml',
    isoYamlPath: 'iso.yaml',
  }
}

function embeddedOf(node: Node | null): Wishes | null {
  if (node === null) return null
  const { value, error } = decodeCustomizations(documentOf(node, 'json', null))
  if (error !== null) throw new ManifestFailure('refused', `cannot decode customizations: ${error}`)
  return embeddedWishesFrom(value)
}

function embeddedOfFiles(files: Readonly<Record<string, string>>): Wishes | null {
  const config = embeddedConfig(files)
  if (config === null) return null
  const { text, format, path } = config
  return embeddedFromText(text, format, `$ROOT/${path}`)
}

/**
 * Customizations of a config.toml or config.json inside a container. A JSON document may carry them
 * below `blueprint`, an old form. Throws a refusal in upstream's words (blueprintload/config.go).
 */
export function embeddedFromText(
  text: string,
  format: 'json' | 'toml',
  path: string,
): Wishes | null {
  const refused = (why: string) =>
    new ManifestFailure('refused', `cannot decode ${JSON.stringify(path)}: ${why}`)
  let document: BlueprintDocument
  try {
    document = readDocument(text, format)
  } catch (thrown) {
    throw refused(`${format}: ${toSealscopeError(thrown).message}`)
  }
  const legacy = format === 'json' ? memberOf(document.root, 'blueprint') : null
  const root = legacy === null || legacy.kind === 'null' ? document.root : legacy
  const { value, error } = decodeBlueprint(documentOf(root, format, text))
  if (error !== null) throw refused(error)
  return value.customizations === null ? null : embeddedWishesFrom(value.customizations)
}
