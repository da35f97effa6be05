import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { ImageFacts } from '../../contract/facts'
import { inspectEfi } from '../../answers/facts/inspect-efi'
import {
  inspectImage,
  type InspectOptions,
  type Inspection,
} from '../../answers/facts/inspect-image'
import { unreadError } from '../../answers/facts/unread'
import type { VerityAlgorithm } from '../../base/hash/kernels'
import { parsePlatform } from '../../formats/oci/image'
import type { Arguments } from './arguments'
import { inspectDisk } from '../../hosts/node/directory/inspect'
import { createNodeSha256, loadBundledKernels } from '../../hosts/node/fast'
import { createNodeGunzip } from '../../hosts/node/gunzip'
import { layerThreads } from '../../hosts/node/layer-threads'
import { openSource } from '../../hosts/node/source'

/** Milliseconds for the search why a seal does not hold, from its first answer on. */
const SEARCH_TIME = 30_000

interface Wanted {
  quick: boolean
  algorithms: readonly VerityAlgorithm[]
  lint?: NonNullable<InspectOptions['lint']>
}

/**
 * Opens and reads the SOURCE of a command. What did not arrive is reported by `inspect` beside the rest; the
 * other commands answer about the image, and throw.
 */
export async function inspectSource(
  args: Arguments,
  word: string,
  wanted: Wanted,
): Promise<Inspection> {
  const inspection = await readSource(args, word, wanted)
  if (args.command !== 'inspect') requireArrived(inspection.facts)
  return inspection
}

function requireArrived(facts: ImageFacts): void {
  const unread = unreadError(facts)
  if (unread !== null) throw unread
}

async function readSource(args: Arguments, word: string, wanted: Wanted): Promise<Inspection> {
  const platform = args.text('platform')
  const parsed = platform === null ? null : parsePlatform(platform)
  const source = await openSource(word, parsed)
  if (source.kind === 'facts') return { facts: source.facts, digestInput: null, lint: null }
  const kernels = await loadBundledKernels()
  if (source.kind === 'efi') {
    const bytes = new Uint8Array(readFileSync(source.path))
    const facts = await inspectEfi(bytes, basename(source.path), source.source, kernels)
    return { facts, digestInput: null, lint: null }
  }
  let until: number | null = null
  const mayContinue = () => performance.now() < (until ??= performance.now() + SEARCH_TIME)
  const lint = wanted.lint === undefined ? {} : { lint: wanted.lint }
  const threads =
    source.kind === 'image' && source.source.kind !== 'registry' && !wanted.quick
      ? layerThreads(
          source.again ?? word,
          parsed,
          source.image.layers.map(({ size }) => size),
        )
      : null
  const read = (algorithms: readonly VerityAlgorithm[]) => {
    if (source.kind === 'dir') {
      const { path, source: named } = source
      return inspectDisk({ path, ref: named.ref, platform: parsed, kernels, verity: algorithms, mayContinue, ...lint }) // prettier-ignore
    }
    return inspectImage(source.image, source.source, {
      kernels,
      verity: algorithms,
      quick: wanted.quick,
      createGunzip: createNodeGunzip,
      createSha256: createNodeSha256,
      mayContinue,
      ...(threads === null ? {} : { readers: threads }),
      ...lint,
    })
  }
  try {
    const first = await read(wanted.algorithms)
    if (wanted.quick || !needsSha256(first.facts, wanted.algorithms)) return first
    return await read([...wanted.algorithms, 'sha256'])
  } finally {
    threads?.close()
  }
}

/** A claimed SHA-256 digest asks for the other hash, too. */
function needsSha256(facts: ImageFacts, algorithms: readonly VerityAlgorithm[]): boolean {
  return facts.seal.claimed[0]?.algorithm === 'sha256' && !algorithms.includes('sha256')
}
