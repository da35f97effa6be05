import { toSealscopeError } from '../../base/error'
import { type BlobStore, readAll, readBlob } from '../../formats/oci/image'
import {
  INDEX_TYPES,
  isObject,
  MANIFEST_LIMIT,
  MANIFEST_TYPES,
  parseDescriptor,
  parseJson,
  type Descriptor,
} from '../../formats/oci/manifest'
import type { ImageReference } from '../../formats/oci/reference'
import {
  COMPOSEFS_ARTIFACT,
  parseArtifact,
  type Referrer,
  type Referrers,
  referrersTag,
} from '../../formats/oci/referrers'
import { checkStatus } from './failure'

/** Milliseconds for all questions together: an image is worth reading without its referrers. */
const TIME = 10_000
const PAGES = 8
/** Most that are kept, and most whose manifest is read. */
const KEPT = 200
const READ = 16
/** How registries answer that have no such endpoint. */
const UNKNOWN_ENDPOINT = [400, 404, 405, 501]
const ACCEPT = INDEX_TYPES.slice(0, 1).join(', ')

export interface ReferrersQuestion {
  /** GET of a path below `/v2/NAME/`, whatever the status. */
  ask(path: string, accept: string, signal: AbortSignal | undefined): Promise<Response>
  store: BlobStore
  reference: ImageReference
  /** Of the manifest that they refer to. */
  digest: string
}

/**
 * Asks a registry what refers to a manifest (distribution-spec §"Listing Referrers"), by the API or, where
 * that is missing, by the tag `ALGORITHM-HEX`; composefs artifacts are read. Never throws but for a
 * cancelled signal: what failed is told in `problems`, and `referrers` is null when nothing was learnt.
 */
export async function findReferrers(
  question: ReferrersQuestion,
  signal?: AbortSignal,
): Promise<Referrers> {
  const limit = AbortSignal.timeout(TIME)
  const cancel = signal === undefined ? limit : AbortSignal.any([signal, limit])
  const problems: string[] = []
  try {
    const listed = await listReferrers(question, cancel, problems)
    return { referrers: await readArtifacts(question, listed, cancel, problems), problems }
  } catch (thrown) {
    signal?.throwIfAborted()
    const why = limit.aborted ? `no answer within ${TIME / 1000} seconds` : messageOf(thrown)
    return { referrers: null, problems: [`what refers to the image is not known: ${why}`] }
  }
}

async function listReferrers(
  question: ReferrersQuestion,
  signal: AbortSignal,
  problems: string[],
): Promise<Item[]> {
  const { ask, reference, digest } = question
  const items: Item[] = []
  let path: string | null = `referrers/${digest}`
  for (let page = 0; path !== null; page++) {
    const response = await ask(path, ACCEPT, signal)
    if (page === 0 && UNKNOWN_ENDPOINT.includes(response.status)) {
      await response.body?.cancel()
      return byTag(question, signal, problems)
    }
    await checkStatus(response, reference, path)
    items.push(...(await itemsOf(response, problems)))
    path = nextPage(response.headers.get('link'), path)
    if (path !== null && (page + 1 >= PAGES || items.length > KEPT)) {
      problems.push(`the registry lists more artifacts than are read: ${items.length} were`)
      break
    }
  }
  return items
}

async function byTag(
  { ask, reference, digest }: ReferrersQuestion,
  signal: AbortSignal,
  problems: string[],
): Promise<Item[]> {
  const path = `manifests/${referrersTag(digest)}`
  const response = await ask(path, [ACCEPT, ...MANIFEST_TYPES].join(', '), signal)
  if (response.status === 404) {
    await response.body?.cancel()
    return []
  }
  await checkStatus(response, reference, path)
  return itemsOf(response, problems)
}

interface Item {
  descriptor: Descriptor
  artifactType: string | null
}

/** Entries of an index that can be read; a document of another kind lists nothing. */
async function itemsOf(response: Response, problems: string[]): Promise<Item[]> {
  const bytes = await readAll(response.body ?? new Blob([]).stream(), MANIFEST_LIMIT)
  const { manifests } = parseJson(bytes, 'the list of referrers')
  const list: unknown[] = Array.isArray(manifests) ? manifests : []
  return list.slice(0, KEPT + 1).flatMap((item, index) => {
    try {
      const descriptor = parseDescriptor(item, `manifests[${index}]`)
      const type = isObject(item) ? item['artifactType'] : null
      return [{ descriptor, artifactType: typeof type === 'string' ? type : null }]
    } catch (thrown) {
      problems.push(`an entry of the list of referrers cannot be read: ${messageOf(thrown)}`)
      return []
    }
  })
}

async function readArtifacts(
  { store }: ReferrersQuestion,
  items: readonly Item[],
  signal: AbortSignal,
  problems: string[],
): Promise<Referrer[]> {
  const byDigest = new Map(items.map((item) => [item.descriptor.digest, item]))
  const found: Referrer[] = []
  let read = 0
  for (const { descriptor, artifactType } of [...byDigest.values()].slice(0, KEPT)) {
    const { digest, annotations } = descriptor
    const referrer: Referrer = { digest, artifactType, annotations, content: null }
    found.push(referrer)
    if (artifactType !== COMPOSEFS_ARTIFACT || ++read > READ) continue
    try {
      const bytes = await readBlob({ open: (at) => store.open(at, signal) }, descriptor)
      referrer.content = parseArtifact(parseJson(bytes, `the artifact ${digest}`), '')
    } catch (thrown) {
      if (signal.aborted) throw thrown
      problems.push(`the artifact ${digest} cannot be read: ${messageOf(thrown)}`)
    }
  }
  if (read > READ)
    problems.push(`${read} composefs artifacts refer to the image, ${READ} were read`)
  return found
}

/** The query of a `rel="next"` link to the same list (RFC 8288), on the path that was asked. */
function nextPage(link: string | null, path: string): string | null {
  const target = /<([^<>]{1,1024})>\s*;[^,]*\brel="?next"?/.exec(link ?? '')?.[1]
  const query = /\?[^#]*/.exec(target ?? '')?.[0]
  return query === undefined ? null : `${path.replace(/\?.*$/, '')}${query}`
}

function messageOf(thrown: unknown): string {
  return toSealscopeError(thrown).message
}
