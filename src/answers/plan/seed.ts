const OFFSET_BASIS = 14695981039346656037n
const PRIME = 1099511628211n

/**
 * The value of OSBUILD_TESTING_RNG_SEED with which images 0.274 uses the effective seed: it adds the
 * FNV-1 hash of architecture and distribution, 64 bits, with wrap-around.
 * @param name architecture and distribution joined, e.g. `x86_64bootc-fedora-43`
 */
export function bootcSeed(effective: bigint, name: string): bigint {
  return BigInt.asIntN(64, effective - fnv1(name))
}

/** Decimal digits as a signed 64-bit number; null when they are none or too many. */
export function signed64(text: string): bigint | null {
  const value = /^-?\d{1,19}$/.test(text) ? BigInt(text) : null
  return value !== null && BigInt.asIntN(64, value) === value ? value : null
}

/** FNV-1 (multiply, then xor), as signed 64-bit number. */
export function fnv1(text: string): bigint {
  let hash = OFFSET_BASIS
  for (const byte of new TextEncoder().encode(text)) {
    hash = BigInt.asUintN(64, hash * PRIME) ^ BigInt(byte)
  }
  return BigInt.asIntN(64, hash)
}
