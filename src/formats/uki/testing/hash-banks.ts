import { createSHA1, createSHA384, type IHasher } from 'hash-wasm'
import { SealscopeError } from '../../../base/error'
import type { CreateHasher } from '../../../base/hash/hashing'
import type { Kernels } from '../../../base/hash/kernels'
import type { DigestName } from '../scan'

/** A scan has at most two open at a time: the Authenticode digest and that of one section. */
const PLACES = 3

/** Factories for all four banks; SHA-1 and SHA-384 come from hash-wasm. */
export async function createHashBanks(kernels: Kernels): Promise<Record<DigestName, CreateHasher>> {
  return {
    sha1: await pool('SHA-1', createSHA1),
    sha256: () => kernels.sha256(),
    sha384: await pool('SHA-384', createSHA384),
    sha512: () => kernels.sha512(),
  }
}

/** hash-wasm makes hashers asynchronously, so some are made ahead and used again and again. */
async function pool(name: string, create: () => Promise<IHasher>): Promise<CreateHasher> {
  const free = await Promise.all(Array.from({ length: PLACES }, () => create()))
  return () => {
    const hasher = free.pop()
    if (hasher === undefined) {
      const what = `all places for running ${name} digests are taken`
      throw new SealscopeError({ kind: 'internal', code: 'too-many-hashers', what })
    }
    hasher.init()
    return {
      update: (chunk) => void hasher.update(chunk),
      digest() {
        const digest = hasher.digest('binary').slice()
        free.push(hasher)
        return digest
      },
    }
  }
}
