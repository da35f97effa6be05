import { SealscopeError } from '../../base/error'
import { parseJsonDocument } from './json-document'
import { type Node, nodeOf, TEXT_LIMIT, VALUE_LIMIT } from './node'
import { type Position, positionsIn } from './position'
import { parseTomlDocument } from './toml-document'

export type BlueprintFormat = 'toml' | 'json'

/** A blueprint as written, before it is decoded. */
export interface BlueprintDocument {
  format: BlueprintFormat
  root: Node
  /** Where a path such as `customizations.user[0].name` stands; null without a text. */
  positionOf: (path: string) => Position | null
  /** Line and column of an offset of the tree; null without a text. */
  positionAt: (offset: number) => Position | null
}

/** Reads a document. Throws an input error with line and column where it is no TOML or JSON. */
export function readDocument(text: string, format: BlueprintFormat): BlueprintDocument {
  if (text.length > TEXT_LIMIT) {
    throw new SealscopeError({
      code: 'document-size',
      what: 'the document is too long',
      expected: `at most ${TEXT_LIMIT} characters`,
      found: `${text.length}`,
    })
  }
  const root = format === 'json' ? parseJsonDocument(text, VALUE_LIMIT) : parseTomlDocument(text)
  return documentOf(root, format, text)
}

/** A value that came inside another document, without a text of its own. */
export function documentOfValue(value: unknown): BlueprintDocument {
  return documentOf(nodeOf(value), 'json', null)
}

/** A tree as a document; `text` is what its offsets point into. */
export function documentOf(
  root: Node,
  format: BlueprintFormat,
  text: string | null,
): BlueprintDocument {
  const positions = text === null ? null : positionsIn(text)
  const place = (offset: number) => (offset < 0 ? null : (positions?.(offset) ?? null))
  return {
    format,
    root,
    positionOf: (path) => place(offsetOf(root, path)),
    positionAt: place,
  }
}

/** Offset of the key, or of the list item, at the end of a path; -1 when there is none. */
function offsetOf(root: Node, path: string): number {
  let node: Node = root
  let at = root.at
  for (const [, key, index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    if (key !== undefined) {
      const entry = node.kind === 'object' ? node.entries.findLast((e) => e.key === key) : undefined
      if (entry === undefined) return -1
      at = entry.at
      node = entry.value
    } else {
      const item: Node | undefined = node.kind === 'list' ? node.items[Number(index)] : undefined
      if (item === undefined) return -1
      at = item.at
      node = item
    }
  }
  return at
}
