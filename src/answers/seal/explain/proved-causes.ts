import type { SealCause } from '../../../contract/facts'
import type { Directory } from '../../../image/tree/node'
import type { DigestInput } from '../candidates'
import { compareTrees } from '../compare-trees'
import type { ErofsVersion } from '../../../rules/composefs/erofs/inode'
import { BOOTABLE_FORM } from '../../../rules/composefs/forms'
import { ownDifferences, PATH_LIMIT } from './differences'
import type { Step } from './step'
import { OF_VERSION, sealedTree, type Way } from './ways'

/** A hypothesis whose digest is the claimed one. */
export interface Hit {
  steps: readonly Step[]
  /** The merged tree after the steps, and what was sealed of it. */
  root: Directory
  tree: Directory
  way: Way
  version: ErofsVersion
}

/** A cause for each part of what was proved: every step, and a form that is not that of today. */
export function provedCauses(input: DigestInput, hit: Hit): SealCause[] {
  const { steps, way, version } = hit
  const words = [way.words, OF_VERSION[version]].filter((each) => each !== null)
  const what = [...steps, ...words].map((each) => each.what)
  const sentence = `the seal is that of the image ${what.join(' and ')} (EROFS V${version})`
  const parts = [...pathsOfSteps(input, hit), ...words.map((each) => ofForm(input, hit, each))]
  // A layer that changes nothing that is sealed (the one with the UKI) is no cause beside another.
  const causes = parts.filter(({ count, isForm }) => isForm || count > 0)
  return (causes.length === 0 ? parts : causes).map(
    ({ id, what: own, fix, layer, paths, count }, index) => ({
      id,
      evidence: 'search',
      proved: true,
      message: index === 0 ? sentence : `part of the same proof: ${own}`,
      paths,
      count,
      layer,
      fix,
    }),
  )
}

interface Part extends Pick<Step, 'id' | 'what' | 'fix' | 'layer'> {
  isForm: boolean
  paths: string[]
  count: number
}

/** What each step changes in the tree that is sealed, one after the other. */
function pathsOfSteps(input: DigestInput, { steps }: Hit): Part[] {
  const sealed = (root: Directory, labels?: Step['labels']) =>
    sealedTree(input, root, BOOTABLE_FORM, labels) ?? root
  let root = input.root
  let tree = sealed(root)
  return steps.map((step) => {
    root = step.apply(root) ?? root
    const next = sealed(root, step.labels)
    const part = { ...step, isForm: false, ...difference(next, tree) }
    tree = next
    return part
  })
}

function ofForm(input: DigestInput, hit: Hit, words: Pick<Step, 'id' | 'what' | 'fix'>): Part {
  const plain = { ...words, isForm: true, layer: null, paths: [], count: 0 }
  if (words !== hit.way.words) return plain
  const today = sealedTree(input, hit.root, BOOTABLE_FORM, undefined)
  return today === null ? plain : { ...plain, ...difference(hit.tree, today) }
}

function difference(sealed: Directory, found: Directory): { paths: string[]; count: number } {
  const own = ownDifferences(compareTrees(sealed, found).differences)
  return { paths: own.slice(0, PATH_LIMIT).map(({ path }) => path), count: own.length }
}
