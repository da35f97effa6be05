import type { Node } from '../../formats/blueprint/node'

/**
 * What a link writes where a secret stood: a list, since no secret is one. image-builder, osbuild and
 * Sealscope itself refuse it, so that no published phrase ever becomes somebody's password.
 */
const LEFT_OUT = 'left out of the link: write it here'
/** What links wrote before: a text that would have been taken for the secret itself. */
const OLD_LEFT_OUT = '(removed from the link)'

/** The node that stands for a secret. */
export function leftOutNode(): Node {
  return { kind: 'list', at: -1, items: [{ kind: 'string', at: -1, value: LEFT_OUT }] }
}

/** Whether a value stands for a secret that a link did not carry. */
export function isLeftOut(node: Node): boolean {
  if (node.kind === 'string') return node.value === OLD_LEFT_OUT
  if (node.kind !== 'list' || node.items.length !== 1) return false
  const [only] = node.items
  return only?.kind === 'string' && only.value === LEFT_OUT
}

/** Paths of the secrets that a link did not carry, in the order of the document. */
export function missingSecrets(root: Node): string[] {
  const missing: string[] = []
  const visit = (node: Node, path: string): void => {
    if (isLeftOut(node)) missing.push(path)
    else if (node.kind === 'object') {
      for (const { key, value } of node.entries) visit(value, path === '' ? key : `${path}.${key}`)
    } else if (node.kind === 'list') {
      node.items.forEach((item, index) => visit(item, `${path}[${index}]`))
    }
  }
  visit(root, '')
  return missing
}

/** Why nothing is built from a blueprint with missing secrets; null: none is missing. */
export function missingSecretsText(root: Node): string | null {
  const missing = missingSecrets(root)
  if (missing.length === 0) return null
  const shown = missing.slice(0, 5).join(', ')
  const more = missing.length > 5 ? ` and ${missing.length - 5} more` : ''
  return `${shown}${more}: left out of the link because it is a secret; write it into the blueprint`
}
