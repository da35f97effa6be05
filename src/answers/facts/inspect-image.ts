import { collectFacts, rustArchitecture } from './facts'
import { lintImage, type LintInput, type LintRun } from '../../rules/bootc/lint/lint'
import { collectUkis } from './uki-records'
import type { DigestInput } from '../seal/candidates'
import type { SearchStep } from '../seal/explain/search'
import type { Finding, ImageFacts, LayerRecord, SealProof } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/kernels'
import type { LayerListing } from '../../formats/tar/entry'
import { imageRecord, type OpenedImage, type OpenedLayer } from '../../formats/oci/image'
import { mergeLayers, type MergedTree } from '../../image/tree/merge'
import type { Captured } from './capture'
import { CapturedContents } from './content'
import { allFindings } from './findings'
import { EMPTY, ImageReading, type ReadingOptions } from './image-reading'
import { causesOf, dumpOf, proofOf } from '../seal/proof'
import { importErrorOf } from '../../image/session/import-error'
import { describeSealing, hashesFor, referrersOf } from './sealing'
import { forgetUnread } from './unread'
import { verifyUkis } from './signature-records'

export interface InspectOptions extends ReadingOptions {
  /** Which digests of file contents to compute; empty: no proof. */
  verity: readonly VerityAlgorithm[]
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

/** Reads an image's layers once, and again where a file is needed that only the merged tree names. */
export async function inspectImage(
  image: OpenedImage,
  source: ImageFacts['source'],
  wanted: InspectOptions,
): Promise<Inspection> {
  const referrers = await referrersOf(image, wanted)
  const options = { ...wanted, verity: hashesFor(image, referrers, wanted) }
  const reading = new ImageReading(image, options)
  await (options.quick ? reading.readQuick() : reading.readAll())
  const listings = image.layers.map((_, index) => listingOf(reading, index))
  const layers = listings.map((listing) => listing ?? EMPTY)
  const state: State = {
    image,
    options,
    reading,
    layers,
    merged: mergeLayers(layers),
    contents: new CapturedContents(listings),
    complete: listings.every((listing) => listing?.complete === true),
  }
  const facts = await factsOf(state, source)
  // From here on an unread layer is known: a second reading may have failed, too.
  const isKnown = reading.unread.length === 0
  // Digests come next, which take the most memory.
  options.readers?.rest()
  if (isKnown && options.verity.length > 0 && !options.quick)
    facts.seal.proof = await prove(state, facts)
  const ofSealing = describeSealing(facts, image, referrers, options.kernels)
  facts.findings = await findingsOf(state, facts, ofSealing)
  const lint =
    options.lint === undefined || reading.unread.length > 0
      ? null
      : await lintOf(state, facts, options.lint)
  if (reading.unread.length > 0) forgetUnread(facts, reading.unread)
  const isWhole = state.complete && reading.unread.length === 0
  return { facts, digestInput: isWhole ? digestInputOf(state) : null, lint }
}

/** What the steps of an inspection share. */
interface State {
  image: OpenedImage
  options: InspectOptions
  reading: ImageReading
  layers: readonly LayerListing<Captured>[]
  merged: MergedTree
  contents: CapturedContents
  /** All layers were read to their ends. */
  complete: boolean
}

async function factsOf(state: State, source: ImageFacts['source']): Promise<ImageFacts> {
  const { image, reading, layers, merged, contents, complete, options } = state
  const records = image.layers.map((layer, at) => layerRecord(layer, listingOf(reading, at)))
  const facts = await reading.settle(contents, () =>
    collectFacts({
      source,
      image: imageRecord(image, records),
      root: merged.root,
      reader: contents,
      architecture: image.platform.architecture,
      // What a damaged layer would have brought is not missing in the image.
      importError: reading.errors.length > 0 ? merged.importError : importErrorOf(merged),
      multiFrame: layers.some((layer) => layer.multiFrame),
      bytesRead: reading.bytesRead,
      verified: reading.errors.length === 0,
    }),
  )
  await verifyUkis(facts, collectUkis(merged.root, contents))
  facts.evidence.complete = complete
  facts.evidence.bytesRead = reading.bytesRead
  if (options.quick && !complete) forgetLeftOut(facts)
  return facts
}

function digestInputOf({ options, reading, layers, merged, contents }: State): DigestInput {
  return {
    root: merged.root,
    readFile: (leaf) => contents.whole(leaf),
    verity: (algorithm) => options.kernels.verity(algorithm),
    importError: reading.errors[0]?.message ?? importErrorOf(merged),
    multiFrame: layers.some((layer) => layer.multiFrame),
    multiFrameLayers: layers.flatMap((layer, index) => (layer.multiFrame ? [index] : [])),
  }
}

async function prove(state: State, facts: ImageFacts): Promise<SealProof> {
  const { image, options, reading, layers, merged, contents } = state
  const { verity } = options
  const proof = await reading.settle(contents, () => proofOf(facts, digestInputOf(state), verity))
  proof.causes = await reading.settle(contents, () =>
    causesOf(facts, proof, verity, {
      input: digestInputOf(state),
      layers,
      stops: reading.errors.length > 0 ? [] : merged.problems,
      times: image.times,
      dump: dumpOf(facts, merged.root, contents),
      mayContinue: options.mayContinue ?? (() => false),
    }),
  )
  return proof
}

async function findingsOf(
  state: State,
  facts: ImageFacts,
  ofSealing: readonly Finding[],
): Promise<Finding[]> {
  const { options, reading, layers, merged, contents, complete } = state
  const { kernels, quick } = options
  return reading.settle(contents, () =>
    allFindings({
      facts,
      others: [...ofSealing, ...reading.limitFindings(), ...contents.cutFindings()],
      root: merged.root,
      reader: contents,
      multiFrame: layers.flatMap((layer, index) => (layer.multiFrame ? [index] : [])),
      sha256: () => kernels.sha256(),
      problems: reading.errors,
      importProblems: merged.problems,
      partial: (quick && !complete) || reading.unread.length > 0,
    }),
  )
}

function lintOf(
  { image, reading, merged, contents }: State,
  facts: ImageFacts,
  options: NonNullable<InspectOptions['lint']>,
): Promise<LintRun> {
  return reading.settle(contents, () =>
    lintImage({
      root: merged.root,
      reader: contents,
      arch: rustArchitecture(image.platform.architecture),
      findings: facts.findings,
      ...options,
    }),
  )
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

/** What is known of a layer; nothing when not all of it came. */
function listingOf(reading: ImageReading, index: number): LayerListing<Captured> | null {
  const listing = reading.listings[index]
  return listing?.whole === true ? listing : null
}

/** With layers left out, only verdict, claim, kernel and UKIs are known. */
function forgetLeftOut(facts: ImageFacts): void {
  facts.kargs = null
  facts.installConfig = null
  facts.initrdModules = null
  facts.builder = null
  facts.system = null
  facts.seal.modifiers = null
  facts.errors.import = null
}
