import { collectFacts, rustArchitecture } from './facts'
import { lintImage, type LintInput, type LintRun } from '../../rules/bootc/lint/lint'
import { collectUkis } from './uki-records'
import type { DigestInput } from '../seal/candidates'
import type { SearchStep } from '../seal/explain/search'
import type { Finding, ImageFacts, LayerRecord, SealProof } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { LayerListing } from '../../formats/tar/entry'
import type { Captured } from '../../image/session/capture'
import type { FileSource } from '../../image/session/file-source'
import { ImageSession } from '../../image/session/image-session'
import type { ReadingOptions } from '../../image/session/layer-reading'
import { claimedDigests } from '../seal/claimed'
import type { UkiScan } from '../../formats/uki/scan'
import { CAPTURE, factsNeeds } from './needs'
import { limitFindings } from '../findings/limit-findings'
import { imageRecord, type OpenedImage, type OpenedLayer } from '../../formats/oci/image'
import { allFindings } from './findings'
import { causesOf, dumpOf, proofOf } from '../seal/proof'
import { importErrorOf } from '../../image/session/import-error'
import { describeSealing, hashesFor, referrersOf } from './sealing'
import { structureOf } from './structure'
import { forgetUnread } from './unread'
import { secureBootOf, verifyBootFiles, verifyUkis } from './signature-records'
import type { KeySet } from '../../formats/uki/signature/key-file'

export interface InspectOptions extends Omit<ReadingOptions, 'capture'> {
  /** What is kept of files besides, for further questions. */
  captureAlso?: ReadingOptions['capture']
  /** Which digests of file contents to compute; empty: no proof. */
  verity: readonly VerityAlgorithm[]
  /** Run the checks of `bootc container lint`, too. */
  lint?: Pick<LintInput, 'skip' | 'fatalWarnings' | 'truncate' | 'setupRootConf'>
  /** What the firmware's db holds, as the person says; absent: the image's own keys, else Microsoft's. */
  trust?: KeySet
  /** Asked after each hypothesis about a seal that does not hold; absent: none is tried. */
  mayContinue?(step: SearchStep): boolean
}

export interface Inspection {
  facts: ImageFacts
  /** What is needed to compute digests; null when layers were left out. */
  digestInput: DigestInput | null
  /** Null unless asked for. */
  lint: LintRun | null
  /** The image as it was read, for further questions; null for what is no image. */
  session: ImageSession | null
  /** Its files, or those of a directory; null for a source without a tree. */
  files: FileSource | null
}

/** Reads an image's layers once, and again where a file is needed that only the merged tree names. */
export async function inspectImage(
  image: OpenedImage,
  source: ImageFacts['source'],
  wanted: InspectOptions,
): Promise<Inspection> {
  const referrers = await referrersOf(image, wanted)
  const options = { ...wanted, verity: hashesFor(image, referrers, wanted) }
  const verityFor = (uki: UkiScan) => [...new Set([...options.verity, ...claimedHashes(uki)])]
  const capture = [...CAPTURE, ...(wanted.captureAlso ?? [])]
  const session = await ImageSession.open(image, { capture, verityFor, ...options })
  await session.provide(factsNeeds)
  const facts = await factsOf(session, source, options)
  await measureClaim(session, facts, options)
  // Digests come next, which take the most memory.
  session.rest()
  const isKnown = session.unread.length === 0
  if (isKnown && options.verity.length > 0 && !options.quick) {
    facts.seal.proof = await prove(session, facts, options)
  }
  const ofSealing = describeSealing(facts, image, referrers, options.kernels)
  facts.findings = await findingsOf(session, facts, ofSealing, options)
  // A second reading may have failed, too.
  const isWhole = session.isComplete && session.unread.length === 0
  const lint =
    options.lint === undefined || session.unread.length > 0
      ? null
      : await lintOf(session, facts, options.lint)
  facts.evidence.bytesRead = session.bytesRead
  facts.evidence.reads = [...session.reads]
  if (session.unread.length > 0) forgetUnread(facts, session.unread)
  return {
    facts,
    digestInput: isWhole ? digestInputOf(session, options) : null,
    lint,
    session,
    files: session,
  }
}

/** The hash of the digest that a UKI claims; none where it claims none. */
function claimedHashes({ bootc }: UkiScan): VerityAlgorithm[] {
  const claimed = bootc.cmdline.kind === 'text' ? claimedDigests(bootc.cmdline.text) : []
  return claimed.slice(0, 1).flatMap(({ algorithm }) => (algorithm === null ? [] : [algorithm]))
}

/** A SHA-256 claim that was not seen before: the contents are read once more for digests of that kind. */
async function measureClaim(
  session: ImageSession,
  facts: ImageFacts,
  options: InspectOptions,
): Promise<void> {
  if (options.quick || options.verity.length === 0 || session.unread.length > 0) return
  if (facts.seal.claimed[0]?.algorithm === 'sha256') await session.measure('sha256')
  options.verity = session.verity
}

async function factsOf(
  session: ImageSession,
  source: ImageFacts['source'],
  options: InspectOptions,
): Promise<ImageFacts> {
  const { image, tree, contents, layers } = session
  const records = image.layers.map((layer, at) => layerRecord(layer, session.listing(at)))
  const facts = await session.collect(() =>
    collectFacts({
      source,
      image: imageRecord(image, records),
      root: tree.root,
      reader: contents,
      architecture: image.platform.architecture,
      // What a damaged layer would have brought is not missing in the image.
      importError: session.problems.length > 0 ? tree.importError : importErrorOf(tree),
      multiFrame: layers.some((layer) => layer.multiFrame),
      bytesRead: session.bytesRead,
      verified: session.problems.length === 0 && session.isVerified,
    }),
  )
  await verifyUkis(facts, collectUkis(tree.root, contents))
  await verifyBootFiles(facts, tree.root, contents)
  facts.secureBoot = await secureBootOf(tree.root, contents, facts, options.trust)
  if (session.isComplete && session.unread.length === 0)
    facts.structure = structureOf(facts, layers)
  facts.evidence.complete = session.isComplete
  facts.evidence.bytesRead = session.bytesRead
  if (options.quick && !session.isComplete) forgetLeftOut(facts)
  return facts
}

function digestInputOf(session: ImageSession, options: InspectOptions): DigestInput {
  const { layers, tree, contents, problems } = session
  return {
    root: tree.root,
    readFile: (leaf) => contents.whole(leaf),
    verity: (algorithm) => options.kernels.verity(algorithm),
    importError: problems[0]?.message ?? importErrorOf(tree),
    multiFrame: layers.some((layer) => layer.multiFrame),
    multiFrameLayers: layers.flatMap((layer, index) => (layer.multiFrame ? [index] : [])),
  }
}

async function prove(
  session: ImageSession,
  facts: ImageFacts,
  options: InspectOptions,
): Promise<SealProof> {
  const { image, layers, tree, contents } = session
  const { verity } = options
  const input = () => digestInputOf(session, options)
  const proof = await session.collect(() => proofOf(facts, input(), verity))
  proof.causes = await session.collect(() =>
    causesOf(facts, proof, verity, {
      input: input(),
      layers,
      stops: session.problems.length > 0 ? [] : tree.problems,
      times: image.times,
      dump: dumpOf(facts, tree.root, contents),
      mayContinue: options.mayContinue ?? (() => false),
    }),
  )
  return proof
}

async function findingsOf(
  session: ImageSession,
  facts: ImageFacts,
  ofSealing: readonly Finding[],
  { kernels, quick }: InspectOptions,
): Promise<Finding[]> {
  const { layers, tree, contents } = session
  return session.collect(() =>
    allFindings({
      facts,
      others: [...ofSealing, ...limitFindings(session.limits)],
      root: tree.root,
      reader: contents,
      multiFrame: layers.flatMap((layer, index) => (layer.multiFrame ? [index] : [])),
      sha256: () => kernels.sha256(),
      problems: session.problems,
      importProblems: tree.problems,
      partial: (quick && !session.isComplete) || session.unread.length > 0,
    }),
  )
}

function lintOf(
  session: ImageSession,
  facts: ImageFacts,
  options: NonNullable<InspectOptions['lint']>,
): Promise<LintRun> {
  return session.collect(() =>
    lintImage({
      root: session.root,
      reader: session.contents,
      arch: rustArchitecture(session.image.platform.architecture),
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
    // How it ends tells the tables of contents.
    compression: listing?.stopped === false ? listing.compression : null,
    size,
    uncompressedSize: listing?.complete === true ? listing.uncompressedSize : null,
    entries: listing?.stopped === false ? listing.entries.length : null,
    createdBy,
  }
}

/** With layers left out, only verdict, claim, kernel and UKIs are known. */
function forgetLeftOut(facts: ImageFacts): void {
  facts.kargs = null
  facts.installConfig = null
  facts.initrdModules = null
  facts.builder = null
  facts.system = null
  facts.installation = null
  facts.secureBoot = null
  facts.structure = null
  facts.bootcInImage = null
  facts.packages = null
  facts.seal.modifiers = null
  facts.errors.import = null
}
