import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import type { Hasher, Hashing, HashName } from '../../base/hash/hashing'
import { createNodeVerity } from './verity'

/** Digests by OpenSSL, which uses the processor's own instructions where there are any. */
export const OPENSSL: Hashing = {
  hasher: createNodeHasher,
  verity: createNodeVerity,
  crc32: (chunk, crc) => crc32(chunk, crc),
}

function createNodeHasher(name: HashName): Hasher {
  const hash = createHash(name)
  return {
    update: (chunk) => void hash.update(chunk),
    digest: () => new Uint8Array(hash.digest()),
  }
}
