import type { SealscopeError } from '../bytes/error'
import { collectFacts, rustArchitecture } from '../bootc/facts'
import { lintImage, type LintInput, type LintRun } from '../bootc/lint'
import { acceptedBy, acceptMatrix, matches, NEWEST_RANGE } from '../bootc/releases'
import type { ContentReader } from '../bootc/reader'
import { collectUkis, type CollectedUki } from '../bootc/uki-records'
import { verifySignatures } from '../uki/signatures'
import { computeCandidates, type DigestInput } from '../composefs/candidates'
import { explainSeal, type ExplainQuestion } from '../composefs/explain/explain'
import type { SearchStep } from '../composefs/explain/search'
import type {
  ImageFacts,
  LayerRecord,
  SealCause,
  SealProof,
  UkiSignatureRecord,
} from '../contract/facts'
import type { CreateHasher, Kernels, VerityAlgorithm } from '../kernels/kernels'
import type { CreateGunzip } from '../layers/decompress'
import type { LayerListing } from '../layers/entry'
import { imageRecord, type OpenedImage, type OpenedLayer } from '../oci/image'
import type { UkiScan } from '../uki/scan'
import { childAt } from '../tree/lookup'
import { mergeLayers } from '../tree/merge'
import type { Directory } from '../tree/node'
import type { Captured } from './capture'
import { CapturedContents, type Miss } from './content'
import { allFindings } from './findings'
import { type LayerReaders, type LayerTask, runLayerTask } from './layer-task'
import { describeSealing, hashesFor, referrersOf } from './sealing'

export interface InspectOptions {
  kernels: Kernels
  /** Which digests of file contents to compute; empty: no proof. */
  verity: readonly VerityAlgorithm[]
  /** Stop at the last layer that brings a UKI. */
  quick: boolean
  signal?: AbortSignal
  createGunzip?: CreateGunzip
  createSha256?: CreateHasher
  /** Read layers elsewhere; absent: here. */
  readers?: LayerReaders
  onProgress?(layer: number, bytes: number): void
  /** Run the checks of `bootc container lint`, too. */
  lint?: Pick<LintInput, 'skip' | 'fatalWarnings'>
  /** Asked after each hypothesis about a seal that does not hold; absent: none is tried. */
  mayContinue?(step: SearchStep): boolean
}

export interface Inspection {
  facts: ImageFacts
  /** What is needed to compute digests; null when layers were left out. */
  digestInput: DigestInput | null
  /** Null unless asked for. */
  lint: LintRun | null
}

/** Layers that are read here at a time: inflating runs beside hashing and scanning. */
const LANES = 2
const ROUNDS = 8
const QUICK_SHARE = 0.02
const QUICK_BYTES = 1024 * 1024

/** Reads an image's layers once, and again where a file is needed that only the merged tree names. */
export async function inspectImage(
  image: OpenedImage,
  source: ImageFacts['source'],
  wanted: InspectOptions,
): Promise<Inspection> {
  const referrers = await referrersOf(image, wanted)
  const options = { ...wanted, verity: hashesFor(image, referrers, wanted) }
  const run = new Run(image, options)
  await (options.quick ? run.readQuick() : run.readAll())
  const listings = run.listings.map((listing) => listing ?? EMPTY)
  const merged = mergeLayers(listings)
  const contents = new CapturedContents(run.listings)
  const complete = run.listings.every((listing) => listing?.complete === true)
  const layers = image.layers.map((layer, index) => layerRecord(layer, run.listings[index] ?? null))
  const collect = () =>
    collectFacts({
      source,
      image: imageRecord(image, layers),
      root: merged.root,
      reader: contents,
      architecture: image.platform.architecture,
      importError: merged.importError,
      multiFrame: listings.some((listing) => listing.multiFrame),
      bytesRead: run.bytesRead,
      verified: run.errors.length === 0,
    })
  const facts = await run.settle(contents, collect)
  await verifyUkis(facts, collectUkis(merged.root, contents))
  facts.evidence.complete = complete
  facts.evidence.bytesRead = run.bytesRead
  if (options.quick && !complete) forgetUnread(facts)
  const digestInput: DigestInput = {
    root: merged.root,
    readFile: (leaf) => contents.bytes(leaf),
    verity: (algorithm) => options.kernels.verity(algorithm),
    importError: run.errors[0]?.message ?? merged.importError,
    multiFrame: listings.some((listing) => listing.multiFrame),
  }
  if (options.verity.length > 0 && !options.quick) {
    const proof = proofOf(facts, digestInput, options.verity)
    facts.seal.proof = proof
    proof.causes = causesOf(facts, proof, options.verity, {
      input: digestInput,
      layers: listings,
      times: image.times,
      dump: dumpOf(facts, merged.root, contents),
      mayContinue: options.mayContinue ?? (() => false),
    })
  }
  const ofSealing = describeSealing(facts, image, referrers, options.kernels)
  facts.findings = await allFindings({
    facts,
    ofSealing,
    root: merged.root,
    reader: contents,
    multiFrame: listings.flatMap((listing, index) => (listing.multiFrame ? [index] : [])),
    sha256: () => options.kernels.sha256(),
    problems: run.errors,
    importProblems: merged.problems,
    partial: options.quick && !complete,
  })
  const lint =
    options.lint === undefined
      ? null
      : await run.settle(contents, () =>
          lintImage({
            root: merged.root,
            reader: contents,
            arch: rustArchitecture(image.platform.architecture),
            findings: facts.findings,
            ...options.lint,
          }),
        )
  return { facts, digestInput: complete ? digestInput : null, lint }
}

const EMPTY: LayerListing<Captured> = {
  entries: [],
  compression: 'none',
  multiFrame: false,
  size: 0,
  uncompressedSize: 0,
  diffId: null,
  complete: false,
  importError: null,
}

class Run {
  readonly listings: (LayerListing<Captured> | null)[]
  readonly errors: SealscopeError[] = []
  bytesRead = 0

  constructor(
    private readonly image: OpenedImage,
    private readonly options: InspectOptions,
  ) {
    this.listings = image.layers.map(() => null)
  }

  async readAll(): Promise<void> {
    // The largest first, so that no lane is left with it at the end.
    const { layers } = this.image
    const order = layers.map((_, index) => index)
    order.sort((a, b) => (layers[b]?.size ?? 0) - (layers[a]?.size ?? 0))
    const lane = async () => {
      for (let index = order.shift(); index !== undefined; index = order.shift()) {
        this.listings[index] = await this.read(index, null)
      }
    }
    const lanes = this.options.readers?.count ?? LANES
    await Promise.all(Array.from({ length: lanes }, lane))
  }

  /**
   * From the last layer to the first, until a layer has brought a UKI. Lower layers could hold one whose
   * name comes first, so small images are read on: up to QUICK_SHARE of the bytes.
   */
  async readQuick(): Promise<void> {
    const total = this.image.layers.reduce((sum, layer) => sum + layer.size, 0)
    const budget = Math.max(QUICK_BYTES, total * QUICK_SHARE)
    let found = false
    for (let index = this.image.layers.length - 1; index >= 0; index--) {
      const size = this.image.layers[index]?.size ?? 0
      if (found && this.bytesRead + size > budget) return
      const listing = await this.read(index, null)
      this.listings[index] = listing
      const hasUki = listing.entries.some(({ path }) =>
        /(^|\/)boot\/EFI\/Linux\/[^/]+\.efi$/.test(path),
      )
      found ||= hasUki
    }
  }

  /** Collects until no content is missing; each round reads the layers that hold what was asked for. */
  async settle<T>(contents: CapturedContents, collect: () => T): Promise<T> {
    let facts = collect()
    for (let round = 0; round < ROUNDS && contents.misses.length > 0; round++) {
      const misses = contents.misses.splice(0)
      const known = misses.filter((miss) => this.listings[miss.layer] !== null)
      if (known.length === 0) break
      await this.readMisses(contents, known)
      facts = collect()
    }
    return facts
  }

  private async readMisses(contents: CapturedContents, misses: readonly Miss[]): Promise<void> {
    for (const layer of new Set(misses.map((miss) => miss.layer))) {
      const wanted = new Map(
        misses.filter((miss) => miss.layer === layer).map((miss) => [miss.entry, miss.kind]),
      )
      const listing = await this.read(layer, wanted)
      for (const entry of listing.entries) {
        if (entry.captured !== null) contents.add(layer, entry.index, entry.captured)
      }
    }
  }

  private async read(index: number, wanted: LayerTask['wanted']): Promise<LayerListing<Captured>> {
    const { options } = this
    if (this.image.layers[index] === undefined) return EMPTY
    let reported = 0
    const onProgress = (bytes: number) => {
      this.bytesRead += Math.max(0, bytes - reported)
      reported = Math.max(reported, bytes)
      options.onProgress?.(index, bytes)
    }
    const task = { layer: index, verity: options.quick ? [] : options.verity, wanted }
    const { listing, error } = await (options.readers?.run(task, onProgress) ??
      runLayerTask(this.image, task, options, onProgress))
    if (error !== null && !this.errors.some(({ message }) => message === error.message)) {
      error.where.layer ??= index
      this.errors.push(error)
    }
    return listing
  }
}

function layerRecord(layer: OpenedLayer, listing: LayerListing<Captured> | null): LayerRecord {
  const { digest, diffId, mediaType, size, createdBy } = layer
  return {
    digest,
    diffId,
    mediaType,
    compression: listing?.compression ?? null,
    size,
    uncompressedSize: listing?.complete === true ? listing.uncompressedSize : null,
    entries: listing === null ? null : listing.entries.length,
    createdBy,
  }
}

/** Fills in who signed each UKI, and whether the signature fits the file. */
export async function verifyUkis(facts: ImageFacts, ukis: readonly CollectedUki[]): Promise<void> {
  for (const { record, scan } of ukis) {
    const target = facts.ukis.find(({ path }) => path === record.path)
    if (target !== undefined) target.signatures = await signatureRecords(scan)
  }
}

/** Signatures in the words of the contract. */
export async function signatureRecords(scan: UkiScan): Promise<UkiSignatureRecord[]> {
  const found = await verifySignatures(scan)
  return found.map(({ signer, issuer, digestAlgorithm, digestMatches, signatureValid }) => ({
    signer,
    issuer,
    digestAlgorithm,
    digestMatches,
    signatureValid,
  }))
}

/** With layers unread, only verdict, claim, kernel and UKIs are known. */
function forgetUnread(facts: ImageFacts): void {
  facts.kargs = null
  facts.installConfig = null
  facts.initrdModules = null
  facts.builder = null
  facts.seal.modifiers = null
  facts.errors.import = null
}

type Evidence = Pick<ExplainQuestion, 'input' | 'layers' | 'times' | 'dump' | 'mayContinue'>

/** Why the seal of a sealed image does not hold, or why the newest release refuses it. */
export function causesOf(
  facts: ImageFacts,
  proof: SealProof,
  verity: readonly VerityAlgorithm[],
  evidence: Evidence,
): SealCause[] {
  const [claimed] = facts.seal.claimed
  // A hash whose digests of contents were not computed cannot be searched.
  const { algorithm = null } = claimed ?? {}
  if (claimed === undefined || (algorithm !== null && !verity.includes(algorithm))) return []
  const accepted = acceptedBy(claimed, proof.candidates)[NEWEST_RANGE] === true
  return explainSeal({ claimed, matches: proof.matches, accepted, ...evidence })
}

/** The dump that lies beside the UKI that bootc takes. */
export function dumpOf(
  facts: ImageFacts,
  root: Directory,
  contents: ContentReader,
): ExplainQuestion['dump'] {
  const stem = /([^/]+)\.efi$/.exec(facts.kernel?.unified ? facts.kernel.path : '')?.[1]
  if (stem === undefined) return null
  const name = `boot/${stem}.dump`
  const node = childAt(root, name)
  return node?.kind === 'file' ? { bytes: contents.bytes(node), name } : null
}

export function proofOf(
  facts: ImageFacts,
  input: DigestInput,
  algorithms: readonly VerityAlgorithm[],
): SealProof {
  const candidates = algorithms.flatMap((algorithm) =>
    computeCandidates(input, algorithm).map(({ id, digest, error }) => ({ id, digest, error })),
  )
  const [deciding] = facts.seal.claimed
  const found = matches(deciding, candidates)
  return {
    holds: deciding === undefined ? null : found.length > 0,
    matches: found,
    candidates,
    accepts: acceptMatrix(facts.seal.claimed, candidates),
    importError: input.importError,
    causes: [],
  }
}
