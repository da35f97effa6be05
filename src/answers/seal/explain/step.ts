import type { Directory } from '../../../image/tree/node'
import type { ByteString } from '../../../base/byte-string'

/** One way in which the tree that was sealed may differ from the merged one. */
export interface Step {
  id: string
  /** Completes “the seal is that of the image …”. */
  what: string
  fix: string
  /** The layer that is to blame, where it is one. */
  layer: number | null
  /** Steps of one group exclude each other: they would set the same thing twice. */
  group?: string
  /** Labels are not those of the policy: there are none, or those that the layers store. */
  labels?: 'none' | 'stored'
  /** The tree with this difference, its argument left as it is; null when it changes nothing. */
  apply(root: Directory): Directory | null
}

export const FLATTEN =
  'rechunk or flatten the image before sealing, so that directory and layers agree'
export const CAPABILITY: ByteString = 'security.capability'
