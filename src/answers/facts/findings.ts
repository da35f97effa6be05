import type { SealscopeError } from '../../base/error'
import { checksOf } from '../boot/checks'
import { bootFindings } from '../findings/boot-findings'
import { checkFindings, idleFindings } from '../findings/check-findings'
import { finding, orderedFindings } from '../findings/finding'
import { imageFindings, problemFindings } from '../findings/image-findings'
import { sealFindings } from '../findings/seal-findings'
import { systemFindings } from '../findings/system-findings'
import { display, type ContentReader } from '../../image/tree/reader'
import { collectUkis, findAddons, type CollectedUki } from './uki-records'
import type { Finding, ImageFacts } from '../../contract/facts'
import type { CreateHasher } from '../../base/hash/hashing'
import { childAt } from '../../image/tree/lookup'
import { describeProblem, type ImportProblem } from '../../image/tree/import-problem'
import type { Directory } from '../../image/tree/node'
import { ukiFindings } from '../findings/uki-findings'
import { verifySignatures } from '../../formats/uki/signature/signatures'
import type { UkiScan } from '../../formats/uki/scan'

export interface AllFindings {
  /** With proof, where there is one. */
  facts: ImageFacts
  root: Directory
  reader: ContentReader
  /** Layers of several gzip members or zstd frames. */
  multiFrame: readonly number[]
  sha256: CreateHasher
  /** Blobs, files and folders that could not be read. */
  problems: readonly SealscopeError[]
  importProblems: readonly ImportProblem[]
  /** Some layers were left unread: what is missing says nothing. */
  partial: boolean
  /** What else was found. */
  others?: readonly Finding[]
}

const SHOWN_IMPORT_PROBLEMS = 10
/** Findings that something is not there. */
const ABSENCE = /^missing-|-missing$|^os-release-incomplete$/

/** Everything odd about an image or a root, by severity: layers, tree, seal, UKIs and add-ons. */
export async function allFindings(input: AllFindings): Promise<Finding[]> {
  const { facts, problems, multiFrame, partial } = input
  const { image } = facts
  const unified = facts.kernel?.unified === true
  const ofLayers =
    image === null
      ? []
      : imageFindings({ image, multiFrame, unified, typed: facts.source.kind !== 'docker-archive' })
  const damaged = new Set(problems.map(({ where }) => where.layer ?? null))
  const found = [
    ...problemFindings(problems, image !== null),
    ...(partial ? [] : treeFindings(input)),
    ...ofLayers.filter(({ id, layer }) => id !== 'layer-compression' || !damaged.has(layer)),
    ...(input.others ?? []),
    ...(await signatureFindings(input)),
  ]
  const ofChecks =
    partial || problems.length > 0 || !unified ? [] : checkFindings(checksOf(facts), facts)
  const told = new Set(ofChecks.map(({ id, path }) => `${id} ${path ?? ''}`))
  const others = found.filter(({ id, path }) => !told.has(`${id} ${path ?? ''}`))
  const placed = [...others, ...ofChecks, ...(partial ? [] : idleFindings(facts))].map((item) => ({ ...item, layer: image === null ? null : layerOf(item, input.root) })) // prettier-ignore
  return orderedFindings(placed)
}

/** The layer that brought the path, where the finding does not say it. */
function layerOf({ layer, path }: Finding, root: Directory): number | null {
  if (layer !== null || path === null) return layer
  return childAt(root, path)?.origin?.layer ?? null
}

function treeFindings({ facts, root, problems, importProblems }: AllFindings): Finding[] {
  const damaged = new Set(problems.map(({ where }) => where.layer))
  const others = importProblems.filter(({ layer }) => !damaged.has(layer))
  const ofTree = [...bootFindings(root, facts), ...systemFindings(root, facts)]
  return [
    // Those without a path say that something was left out.
    ...others.filter(({ path }, at) => at < SHOWN_IMPORT_PROBLEMS || path === null).map(importFinding), // prettier-ignore
    ...sealFindings(facts),
    // What a damaged layer would have brought is not missing in the image.
    ...(problems.length === 0 ? ofTree : ofTree.filter(({ id }) => !ABSENCE.test(id))),
  ]
}

function importFinding(problem: ImportProblem): Finding {
  const { layer, path } = problem
  return finding(
    'import-error',
    'error',
    `bootc cannot import this image: ${describeProblem(problem)}`,
    {
      layer,
      path: path === null ? null : display(path),
      fix: 'write the layer again with a tool that adds parent directories and plain entries',
      source: 'composefs-rs composefs-oci/src/image.rs',
    },
  )
}

async function signatureFindings(input: AllFindings): Promise<Finding[]> {
  const found: Finding[] = []
  const ukis = collectUkis(input.root, input.reader)
  for (const { record, scan } of ukis) {
    const isAddon = record.path.endsWith('.addon.efi')
    const owner = isAddon ? { addonOf: ownerOf(record.path, ukis) } : {}
    found.push(...(await oneUki(scan, record.path, record.layer, input, owner)))
  }
  for (const { path, leaf } of findAddons(input.root)) {
    const shown = display(path)
    if (ukis.some(({ record }) => record.path === shown)) continue
    const scan = input.reader.uki(leaf)
    if (scan === null) continue
    const { layer } = leaf.origin
    found.push(...(await oneUki(scan, shown, layer, input, { addonOf: ownerOf(shown, ukis) })))
  }
  return found
}

function ownerOf(path: string, ukis: readonly CollectedUki[]): UkiScan | null {
  const named = ukis.find(({ record }) => path.startsWith(`${record.path}.extra.d/`))
  const first = ukis.find(({ record }) => !record.path.endsWith('.addon.efi'))
  return (named ?? first)?.scan ?? null
}

async function oneUki(
  scan: UkiScan,
  path: string,
  layer: number | null,
  { sha256 }: Pick<AllFindings, 'sha256'>,
  owner: { addonOf?: UkiScan | null },
): Promise<Finding[]> {
  // Signatures and most sections lie behind what a quick look reads.
  if (scan.sha256 === null) return []
  const signatures = await verifySignatures(scan)
  return ukiFindings({ scan, path, layer, signatures, hashers: { sha256 }, ...owner })
}

/** The findings about a single file. */
export async function efiFindings(
  scan: UkiScan,
  path: string,
  sha256: CreateHasher,
): Promise<Finding[]> {
  const owner = path.endsWith('.addon.efi') ? { addonOf: null } : {}
  return orderedFindings(await oneUki(scan, path, null, { sha256 }, owner))
}
