import type { CreateHasher, Hasher } from '../../base/hash/hashing'
import { toHex } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { DigestName, HexDigests } from './scan'

/** The digests to compute: those that have a factory. SHA-256 is always among them. */
export type ScanHashers = { sha256: CreateHasher } & Partial<Record<DigestName, CreateHasher>>

/** What reads a file: its digests, and the kernels that unpack and parse. */
export type ScanTools = ScanHashers & { kernels: Kernels }

/** Tools that compute the digests of these banks. */
export function scanTools<T extends DigestName = 'sha256'>(
  kernels: Kernels,
  banks: readonly T[] = [],
): ScanTools & Record<T, CreateHasher> {
  const factories = ['sha256', ...banks].map((name) => [
    name,
    () => kernels.hasher(name as DigestName),
  ])
  return {
    ...(Object.fromEntries(factories) as { sha256: CreateHasher } & Record<T, CreateHasher>),
    kernels,
  }
}

/** The order in which systemd-measure lists banks. */
export const DIGEST_NAMES: readonly DigestName[] = ['sha1', 'sha256', 'sha384', 'sha512']

/** Length of a digest in bytes. */
export const DIGEST_SIZES: Record<DigestName, number> = {
  sha1: 20,
  sha256: 32,
  sha384: 48,
  sha512: 64,
}

const ZEROS = new Uint8Array(65_536)

/** Several digests of the same bytes; their hashers are only taken when the first byte comes. */
export class DigestSet {
  private running: [DigestName, Hasher][] | null = null

  constructor(private readonly hashers: ScanHashers) {}

  update(chunk: Uint8Array): void {
    for (const [, hasher] of this.start()) hasher.update(chunk)
  }

  /** As if `count` zero bytes followed. */
  updateZeros(count: number): void {
    for (let left = count; left > 0; left -= ZEROS.length) this.update(ZEROS.subarray(0, left))
  }

  digests(): HexDigests {
    const result: HexDigests = {}
    for (const [name, hasher] of this.start()) result[name] = toHex(hasher.digest())
    this.running = null
    return result
  }

  private start(): [DigestName, Hasher][] {
    this.running ??= DIGEST_NAMES.flatMap((name) => {
      const create = this.hashers[name]
      return create === undefined ? [] : [[name, create()] as [DigestName, Hasher]]
    })
    return this.running
  }
}
