import { BLUEPRINT_KEYS, type BlueprintProblem } from '../../formats/blueprint/decode'
import type { BlueprintDocument } from '../../formats/blueprint/document'
import { type Entry, foldedMemberOf, foldKey, type Node } from '../../formats/blueprint/node'
import { nearestKey } from '../../base/suggest'
import { memberText, valueAt } from './values'

/** What is probably meant, and the problems with one line for each cause. */
export interface Recognised {
  problems: BlueprintProblem[]
  hints: string[]
}

/**
 * The usual mistakes in a blueprint: a key misspelt at the top, bootc-image-builder's old wrapper, and entries of a
 * disk without a size, which upstream names by printing the whole map.
 */
export function recognise(
  document: BlueprintDocument,
  problems: readonly BlueprintProblem[],
): Recognised {
  const strangers = strangersOf(document.root)
  const sizes = missingSizes(document)
  const own = [...strangers.map((entry) => strangerProblem(document, entry)), ...sizes]
  const left = problems.filter(
    ({ path, text }) =>
      !strangers.some(({ key }) => isBelow(path, key)) &&
      !(sizes.length > 0 && text.endsWith('minsize is required')),
  )
  return { problems: [...own, ...left], hints: own.map(hintOf).slice(0, 5) }
}

function hintOf({ text, position, suggestion }: BlueprintProblem): string {
  const place = position === null ? '' : `Line ${position.line}: `
  const end = suggestion === null ? '' : `; did you mean ${suggestion}?`
  return `${place}${text}${end}`
}

function strangersOf(root: Node): Entry[] {
  if (root.kind !== 'object') return []
  const known = BLUEPRINT_KEYS.map(foldKey)
  return root.entries.filter(({ key }) => !known.includes(foldKey(key)))
}

function isBelow(path: string, key: string): boolean {
  return path === key || path.startsWith(`${key}.`) || path.startsWith(`${key}[`)
}

function strangerProblem(document: BlueprintDocument, entry: Entry): BlueprintProblem {
  const position = document.positionAt(entry.at)
  const { key, value } = entry
  if (foldKey(key) === 'blueprint' && value.kind === 'object') {
    const text = 'this is the old wrapper of bootc-image-builder: leave "blueprint" and its braces out, what is inside stands at the top' // prettier-ignore
    return { text, path: key, position, suggestion: null }
  }
  const near = nearestKey(key, BLUEPRINT_KEYS)
  const inside = value.kind === 'object' && value.entries.length > 0
  const text = `unknown key ${key.slice(0, 80)}${inside ? ', with everything below it' : ''}`
  return { text, path: key, position, suggestion: near }
}

/** Partitions and logical volumes without `minsize`, each by its own line. */
function missingSizes(document: BlueprintDocument): BlueprintProblem[] {
  const partitions = valueAt(document.root, 'customizations', 'disk', 'partitions')
  return itemsOf(partitions).flatMap((part, index) => {
    const path = `customizations.disk.partitions[${index}]`
    const volumes = itemsOf(foldedMemberOf(part, 'logical_volumes'))
    return [
      ...missing(document, part, path, `partition ${index + 1}`),
      ...volumes.flatMap(
        (volume, at) =>
        missing(document, volume, `${path}.logical_volumes[${at}]`, `logical volume ${at + 1} of partition ${index + 1}`), // prettier-ignore
      ),
    ]
  })
}

function itemsOf(node: Node | null): readonly Node[] {
  return node?.kind === 'list' ? node.items : []
}

function missing(
  document: BlueprintDocument,
  node: Node,
  path: string,
  what: string,
): BlueprintProblem[] {
  if (node.kind !== 'object' || foldedMemberOf(node, 'minsize') !== null) return []
  const name = memberText(node, 'mountpoint') ?? memberText(node, 'name') ?? ''
  const kind = memberText(node, 'type') ?? memberText(node, 'fs_type') ?? ''
  const shown = [name, kind].filter((word) => word !== '').join(', ')
  const text = `${what}${shown === '' ? '' : ` (${shown.slice(0, 80)})`} has no minsize, which every one needs` // prettier-ignore
  const position = document.positionOf(path) ?? document.positionAt(node.at)
  return [{ text, path, position, suggestion: null }]
}
