/** A running digest. `digest` ends it and frees its place; it must not be used afterwards. */
export interface Hasher {
  update(chunk: Uint8Array): void
  digest(): Uint8Array
}

export type CreateHasher = () => Hasher

/** The hashes of PCR banks, Authenticode, registries and crypt(5), as systemd and OpenSSL name them. */
export type HashName = 'sha1' | 'sha256' | 'sha384' | 'sha512'

/** The hashes that fs-verity and composefs know. */
export type VerityAlgorithm = 'sha512' | 'sha256'

/**
 * The digests that images are checked by. There are two backends: WebAssembly, which runs everywhere, and
 * OpenSSL, which Node has and which uses the processor's own instructions.
 */
export interface Hashing {
  /** A running digest (FIPS 180-4) of 20, 32, 48 or 64 bytes. */
  hasher(name: HashName): Hasher
  /** The fs-verity digest with 4096-byte blocks and no salt; 32 or 64 bytes. */
  verity(algorithm: VerityAlgorithm): Hasher
  /** CRC-32 of gzip (RFC 1952 §8), going on from `crc`, which is 0 at first. */
  crc32(chunk: Uint8Array, crc: number): number
}

const HEX = new TextEncoder().encode('0123456789abcdef')
const ASCII = new TextDecoder()

/** Lower-case hex of bytes; made in one piece, since it runs once for each file of an image. */
export function toHex(bytes: Uint8Array): string {
  const codes = new Uint8Array(2 * bytes.length)
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    codes[2 * at] = HEX[byte >> 4] ?? 0
    codes[2 * at + 1] = HEX[byte & 15] ?? 0
  }
  return ASCII.decode(codes)
}
