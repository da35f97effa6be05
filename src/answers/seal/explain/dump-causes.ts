import { toSealscopeError } from '../../../base/error'
import type { SealCause } from '../../../contract/facts'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import { fromBytes } from '../../../base/byte-string'
import type { MergeLayer } from '../../../image/tree/merge'
import type { Directory } from '../../../image/tree/node'
import { transformedTree, type DigestInput } from '../candidates'
import { compareTrees } from '../compare-trees'
import { digestOf } from '../../../rules/composefs/digest'
import { parseDumpfile } from '../../../rules/composefs/dumpfile-parse'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import { BOOTABLE_FORM } from '../../../rules/composefs/forms'
import { groupDifferences, ownDifferences } from './differences'
import { removals } from './removals'

export interface DumpQuestion {
  /** Lower-case hex. */
  claimed: string
  algorithm: VerityAlgorithm
  input: DigestInput
  layers: readonly MergeLayer[]
  /** The dumpfile's bytes, and its path or name. */
  dump: Uint8Array
  name: string
}

const VERSIONS: readonly ErofsVersion[] = [1, 2, 0]

/**
 * Causes from a dumpfile: first whether it is what was sealed (its own EROFS digest is the claimed
 * one), then what differs from the image, by cause and layer. A dump of something else says so.
 */
export function dumpCauses(question: DumpQuestion): SealCause[] {
  const { claimed, algorithm, input, name } = question
  let sealed: Directory
  try {
    sealed = parseDumpfile(fromBytes(question.dump), name)
  } catch (thrown) {
    return [unreadable(name, toSealscopeError(thrown).message)]
  }
  const version = VERSIONS.find(
    (each) => digestOf(sealed, each, algorithm, input.verity) === claimed,
  )
  const { differences } = compareTrees(sealed, transformedTree(input, BOOTABLE_FORM))
  const proved = version !== undefined
  const causes = groupDifferences(
    ownDifferences(differences),
    'dumpfile',
    proved,
    removals(question.layers),
  )
  return proved ? causes : [otherDump(name), ...causes]
}

function unreadable(name: string, why: string): SealCause {
  return cause('dump-unreadable', `the dump ${name} cannot be read: ${why}`, 'write the dump again when sealing') // prettier-ignore
}

function otherDump(name: string): SealCause {
  return cause(
    'dump-of-another-tree',
    `the dump ${name} is not that of the sealed tree: its own digest is not the claimed one`,
    'keep the dump and the digest of the same run together',
  )
}

function cause(id: string, message: string, fix: string): SealCause {
  return { id, evidence: 'dumpfile', proved: true, message, paths: [], count: 0, layer: null, fix }
}
