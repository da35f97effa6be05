import { toHex, type Hasher, type VerityAlgorithm } from '../../base/hash/hashing'
import type { Directory } from '../../image/tree/node'
import type { ErofsVersion } from './erofs/inode'
import { hasWhiteouts } from './erofs/whiteouts'
import { writeErofs } from './erofs/write'

export type CreateVerity = (algorithm: VerityAlgorithm) => Hasher

/** Offset of the byte that holds the composefs version: all that V0 and V1 differ in without whiteouts. */
const VERSION_AT = 12

/** fs-verity digest, in hex, of the EROFS image of a tree as it is. */
export function digestOf(
  tree: Directory,
  version: ErofsVersion,
  algorithm: VerityAlgorithm,
  verity: CreateVerity,
): string {
  return digestsOf(tree, [version], algorithm, verity).get(version) ?? ''
}

/** The digests of several versions; V0 and V1 come from one pass where they can. */
export function digestsOf(
  tree: Directory,
  versions: readonly ErofsVersion[],
  algorithm: VerityAlgorithm,
  verity: CreateVerity,
): Map<ErofsVersion, string> {
  const digests = new Map<ErofsVersion, string>()
  const twins = versions.includes(0) && versions.includes(1) && !hasWhiteouts(tree)
  const passes: ErofsVersion[][] = twins ? [[1, 0]] : []
  for (const version of versions) if (!twins || version === 2) passes.push([version])
  for (const pass of passes) {
    const hashers = pass.map((version) => ({ version, hasher: verity(algorithm) }))
    try {
      write(tree, hashers, algorithm)
    } finally {
      // The places of the hashers are freed even when the image cannot be written.
      for (const { version, hasher } of hashers) digests.set(version, toHex(hasher.digest()))
    }
  }
  return digests
}

function write(
  tree: Directory,
  hashers: readonly { version: ErofsVersion; hasher: Hasher }[],
  algorithm: VerityAlgorithm,
): void {
  const [first, second] = hashers
  if (first === undefined) return
  let begun = false
  writeErofs(tree, first.version, algorithm, (chunk) => {
    first.hasher.update(chunk)
    if (second === undefined) return
    if (!begun) {
      begun = true
      const copy = chunk.slice()
      copy[VERSION_AT] = second.version
      second.hasher.update(copy)
    } else second.hasher.update(chunk)
  })
}
