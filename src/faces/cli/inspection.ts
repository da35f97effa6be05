import { basename } from 'node:path'
import type { ImageFacts, Platform } from '../../contract/facts'
import { inspectEfi } from '../../answers/facts/inspect-efi'
import {
  inspectImage,
  type InspectOptions,
  type Inspection,
} from '../../answers/facts/inspect-image'
import { unreadError } from '../../answers/facts/unread'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import { parsePlatform } from '../../formats/oci/image'
import type { Arguments } from './arguments'
import { registryAccess } from './registry-options'
import { inspectDisk } from '../../hosts/node/directory/inspect'
import { loadBundledKernels } from '../../hosts/node/fast'
import { scanTools } from '../../formats/uki/digest-set'
import { scanFile } from '../../hosts/node/scan-file'
import { layerThreads } from '../../hosts/node/layer-threads'
import type { RegistryAccess } from '../../hosts/node/registry/access'
import { openSource, type Source } from '../../hosts/node/source'
import type { RemoteReaders } from '../../image/session/remote-reader'

/** Milliseconds for the search why a seal does not hold, from its first answer on. */
const SEARCH_TIME = 30_000

/** What is asked of a SOURCE. */
export interface Question {
  /** SOURCE as typed. */
  word: string
  platform: Platform | null
  /** Registries as the options say; absent: as on this machine. */
  access?: RegistryAccess
  quick: boolean
  /** Digests of contents to compute; none: no proof. */
  algorithms: readonly VerityAlgorithm[]
  lint?: NonNullable<InspectOptions['lint']>
  /** What is kept of files besides; then no reason is searched why a seal does not hold. */
  captureAlso?: NonNullable<InspectOptions['captureAlso']>
  /** Keys that firmware is said to hold. */
  trust?: NonNullable<InspectOptions['trust']>
}

/** The question that the arguments of a command put to one of its SOURCEs. */
export function questionOf(
  args: Arguments,
  word: string,
  wanted: Omit<Question, 'word' | 'platform' | 'access'>,
): Question {
  const platform = args.text('platform')
  const parsed = platform === null ? null : parsePlatform(platform)
  return { word, platform: parsed, access: registryAccess(args), ...wanted }
}

/** Opens and reads a SOURCE to answer about the image: what could not be read whole is an error. */
export async function inspectSource(question: Question): Promise<Inspection> {
  const inspection = await readSource(question)
  const unread = unreadError(inspection.facts)
  if (unread !== null) throw unread
  return inspection
}

/** As `inspectSource`; layers that did not arrive are told in the facts, beside the rest. */
export async function readSource(question: Question): Promise<Inspection> {
  const { word, platform } = question
  const source = await openSource(word, platform, question.access)
  if (source.kind === 'facts') return factsAlone(source.facts)
  const kernels = await loadBundledKernels()
  if (source.kind === 'efi') {
    const scan = scanFile(source.path, scanTools(kernels))
    return factsAlone(await inspectEfi(scan, basename(source.path), source.source, kernels))
  }
  const { algorithms, quick } = question
  const besides = {
    ...(question.lint === undefined ? {} : { lint: question.lint }),
    ...(question.trust === undefined ? {} : { trust: question.trust }),
    ...(question.captureAlso === undefined ? {} : { captureAlso: question.captureAlso }),
  }
  const mayContinue = question.captureAlso === undefined ? searchClock() : () => false
  if (source.kind === 'dir') {
    const { path, source: named } = source
    const disk = { path, ref: named.ref, platform, kernels, mayContinue, ...besides }
    const first = await inspectDisk({ ...disk, verity: algorithms })
    if (!needsSha256(first.facts, algorithms)) return first
    return inspectDisk({ ...disk, verity: [...algorithms, 'sha256'] })
  }
  const threads = threadsFor(source, question)
  try {
    const inspection = await inspectImage(source.image, source.source, {
      kernels,
      verity: algorithms,
      quick,
      mayContinue,
      ...(threads === null ? {} : { readers: threads }),
      ...besides,
    })
    inspection.session?.detach()
    return inspection
  } finally {
    threads?.close()
  }
}

function factsAlone(facts: ImageFacts): Inspection {
  return { facts, digestInput: null, lint: null, session: null, files: null }
}

/** Threads that read the layers of an image from files; null where they do not pay. */
export function threadsFor(
  source: Extract<Source, { kind: 'image' }>,
  { word, platform, quick }: Pick<Question, 'word' | 'platform' | 'quick'>,
): RemoteReaders | null {
  if (source.source.kind === 'registry' || quick) return null
  const sizes = source.image.layers.map(({ size }) => size)
  return layerThreads(source.again ?? word, platform, sizes)
}

/** The search ends SEARCH_TIME after its first answer. */
function searchClock(): () => boolean {
  let until: number | null = null
  return () => performance.now() < (until ??= performance.now() + SEARCH_TIME)
}

/** A claimed SHA-256 digest asks for the other hash, too. */
function needsSha256(facts: ImageFacts, algorithms: readonly VerityAlgorithm[]): boolean {
  return facts.seal.claimed[0]?.algorithm === 'sha256' && !algorithms.includes('sha256')
}
