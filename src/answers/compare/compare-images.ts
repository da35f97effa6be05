import { judgeOf, kargFor } from '../seal/releases'
import { compareTrees, type TreeComparison } from '../seal/compare-trees'
import { transformedTree, type DigestInput } from '../seal/candidates'
import { parseDumpfile } from '../../rules/composefs/dumpfile-parse'
import { BOOTABLE_FORM } from '../../rules/composefs/forms'
import type { CompareResult, ImageComparison } from '../../contract/answers'
import type { ImageFacts } from '../../contract/facts'
import { SealscopeError } from '../../base/error'
import { fromBytes } from '../../base/byte-string'
import type { PackageList } from '../../formats/packages/package-list'
import type { Directory } from '../../image/tree/node'
import type { Inspection } from '../facts/inspect-image'
import { readPackages } from '../facts/packages'
import { packageChanges } from '../facts/package-changes'

/** One side of a comparison: an image that was read, or the dump of a tree. */
export type Side =
  | { kind: 'image'; inspection: Inspection; name: string }
  | { kind: 'dump'; bytes: Uint8Array; name: string }

/**
 * What differs between two images, or an image and a dumpfile: the trees as they are sealed (boot
 * transform, labels), path by path, and the facts beside them.
 */
export function compareSides(left: Side, right: Side): CompareResult {
  const sealed = left.kind === 'dump' || right.kind === 'dump'
  const { equal, differences, count, causes } = compareRoots(left, right, sealed)
  const images =
    left.kind === 'image' && right.kind === 'image'
      ? compareImages(left.inspection, right.inspection)
      : null
  const same = equal && (images === null || images.changed.length === 0)
  const kargs = { left: kargOf(left), right: kargOf(right) }
  return { schema: 'sealscope.compare/1', equal: same, differences, count, causes, kargs, images }
}

/** Two images are compared as they are, so that /boot counts; with a dump as they are sealed. */
function compareRoots(left: Side, right: Side, sealed: boolean): TreeComparison {
  return compareTrees(rootOf(left, sealed), rootOf(right, sealed))
}

function rootOf(side: Side, sealed: boolean): Directory {
  if (side.kind === 'dump') return parseDumpfile(fromBytes(side.bytes), side.name)
  const input = inputOf(side)
  return sealed ? transformedTree(input, BOOTABLE_FORM) : input.root
}

function kargOf(side: Side): string | null {
  const proof = side.kind === 'image' ? side.inspection.facts.seal.proof : null
  return proof === null ? null : kargFor(proof.candidates, judgeOf(null))
}

function inputOf({ inspection, name }: Extract<Side, { kind: 'image' }>): DigestInput {
  if (inspection.digestInput !== null) return inspection.digestInput
  throw new SealscopeError({
    kind: 'usage',
    code: 'no-tree',
    what: 'this source has no tree that could be compared',
    where: { source: name },
    expected: 'an image, a root directory or a dumpfile',
  })
}

function compareImages(one: Inspection, other: Inspection): ImageComparison {
  const [left, right] = [one.facts, other.facts]
  const digests = (facts: ImageFacts) => facts.image?.layers.map(({ diffId, digest }) => diffId ?? digest) ?? [] // prettier-ignore
  const [a, b] = [digests(left), digests(right)]
  const shared = a.filter((digest) => b.includes(digest)).length
  const [before, after] = [summaryOf(left), summaryOf(right)]
  const names = [...new Set([...before.keys(), ...after.keys()])]
  const changed = names
    .map((name) => ({ name, left: before.get(name) ?? null, right: after.get(name) ?? null }))
    .filter((row) => row.left !== row.right)
  const pair = <T>(read: (facts: ImageFacts) => T | null) => ({ left: read(left), right: read(right) }) // prettier-ignore
  return {
    layers: { shared, left: a.length, right: b.length },
    changed,
    packages: packageChanges(packagesOf(one), packagesOf(other)),
    kernel: pair(({ kernel }) => kernel?.version ?? null),
    cmdline: pair(cmdlineOf),
    size: pair(({ image }) => image?.storageSize ?? null),
  }
}

/** From the merged tree, when all of it is known. */
function packagesOf({ session }: Inspection): PackageList | null {
  if (session === null || !session.isComplete || session.unread.length > 0) return null
  return readPackages(session.root, session.contents).list
}

function cmdlineOf({ kernel, ukis }: ImageFacts): string | null {
  if (kernel?.unified !== true) return null
  return ukis.find(({ path }) => path === kernel.path)?.cmdline ?? null
}

function summaryOf(facts: ImageFacts): Map<string, string> {
  const rows = new Map<string, string>()
  const add = (name: string, value: string | null | undefined) => {
    if (value) rows.set(name, value)
  }
  add('verdict', facts.seal.verdict)
  add('claimed digest', facts.seal.claimed[0]?.digest)
  add('system', facts.os?.prettyName ?? facts.os?.name)
  add('kernel', facts.kernel?.version)
  add('kernel path', facts.kernel?.path)
  add('kargs.d', facts.kargs?.join(' '))
  add('root file system', facts.installConfig?.filesystemRootType)
  add('boot loader', facts.installConfig?.bootloader)
  add('SELinux policy', facts.selinuxPolicy)
  add('UEFI vendor', facts.uefiVendor)
  for (const uki of facts.ukis) {
    add(`command line of ${uki.path}`, uki.cmdline)
    add(`stub of ${uki.path}`, uki.stub)
    add(`signer of ${uki.path}`, uki.signatures[0]?.signer)
    for (const section of uki.sections) {
      add(`${section.name} of ${uki.path}`, section.sha256)
    }
  }
  for (const [name, value] of Object.entries(facts.image?.labels ?? {})) add(`label ${name}`, value)
  return rows
}
