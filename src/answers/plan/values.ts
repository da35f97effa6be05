import { foldedMemberOf, type Node } from '../../formats/blueprint/node'

/** A member that is a text; null: absent or of another type. */
export function memberText(node: Node, key: string): string | null {
  const member = foldedMemberOf(node, key)
  return member?.kind === 'string' ? member.value : null
}

/** A text or a number as text, as owners and modes are written. */
export function memberWord(node: Node, key: string): string | null {
  const member = foldedMemberOf(node, key)
  if (member?.kind === 'number') return member.text
  return member?.kind === 'string' && member.value !== '' ? member.value : null
}

/** The texts of a list. */
export function memberTexts(node: Node, key: string): string[] {
  const member = foldedMemberOf(node, key)
  return member?.kind === 'list' ? textsOf(member) : []
}

export function textsOf(node: Node): string[] {
  if (node.kind !== 'list') return []
  return node.items.flatMap((item) => (item.kind === 'string' ? [item.value] : []))
}

/** The value at the end of a path of keys; null when there is none. */
export function valueAt(node: Node, ...keys: string[]): Node | null {
  return keys.reduce<Node | null>((at, key) => (at === null ? null : foldedMemberOf(at, key)), node)
}

export function textOf(node: Node | null): string | null {
  return node?.kind === 'string' ? node.value : null
}

/** Objects of a list. */
export function objectsOf(node: Node | null): Node[] {
  return node?.kind === 'list' ? node.items.filter(({ kind }) => kind === 'object') : []
}
