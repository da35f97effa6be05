import { stringify } from 'smol-toml'
import { type BlueprintFormat, readDocument } from '../../formats/blueprint/document'
import { foldKey, type Node, plainOf } from '../../formats/blueprint/node'
import { isLeftOut, leftOutNode } from '../plan/left-out'

/** Members whose value is a secret wherever they stand, as `plainKey` writes them. */
const SECRET_KEYS =
  /(?:password|passwd|passphrase|rootpw|private_?key|activation_?key|host_config_key|diun_pub_key_insecure|token|secret|api_?key|access_?key|credentials?)$/
/** Members that often carry one inside: registration commands, scripts, kickstarts. */
const SCRIPT_KEYS = /^(?:command|contents)$/
const SECRET_TEXT =
  /-----BEGIN [A-Z ]*PRIVATE KEY|\$(?:[1-9a-z]{1,3})\$[^\s"']{8,}|\b(?:password|passwd|token|secret|rootpw|activationkey|api[_-]?key)\b\s*[=:]|:\/\/[^/\s"']+:[^/\s"']+@|[?&](?:token|sig|signature|X-Amz-Signature|key)=/i

export interface Stripped {
  /** Null: nothing of it can be shared. */
  text: string | null
  /** Paths that were taken out. */
  removed: string[]
}

/**
 * A blueprint without passwords, password hashes, private keys and tokens, for a link that others read.
 * In their place stands what nobody takes for a secret. When something is taken out, the document is
 * written anew, so that comments go, too.
 */
export function stripSecrets(text: string, format: BlueprintFormat): Stripped {
  let root: Node
  try {
    root = readDocument(text, format).root
  } catch {
    return SECRET_TEXT.test(text) || /password/i.test(text)
      ? { text: null, removed: ['the whole blueprint: it cannot be read, and may hold a secret'] }
      : { text, removed: [] }
  }
  const removed: string[] = []
  const clean = strip(root, '', removed)
  if (removed.length === 0 && !SECRET_TEXT.test(text)) return { text, removed }
  if (removed.length === 0) removed.push('comments')
  const value = plainOf(clean)
  if (format === 'json') return { text: jsonText(value), removed }
  return { text: stringify(value), removed }
}

function strip(node: Node, path: string, removed: string[]): Node {
  if (isLeftOut(node)) return leftOutNode()
  switch (node.kind) {
    case 'object': {
      const entries = node.entries.map((entry) => {
        const full = path === '' ? entry.key : `${path}.${entry.key}`
        if (!isSecret(entry.key, entry.value)) {
          return { ...entry, value: strip(entry.value, full, removed) }
        }
        removed.push(full)
        return { ...entry, value: leftOutNode() }
      })
      return { ...node, entries }
    }
    case 'list':
      return {
        ...node,
        items: node.items.map((item, index) => strip(item, `${path}[${index}]`, removed)),
      }
    case 'string':
      if (!SECRET_TEXT.test(node.value)) return node
      removed.push(path)
      return leftOutNode()
    default:
      return node
  }
}

function isSecret(key: string, value: Node): boolean {
  if (isLeftOut(value) || isEmpty(value)) return false
  const plain = plainKey(key)
  if (SECRET_KEYS.test(plain)) return true
  return SCRIPT_KEYS.test(plain) && value.kind === 'string' && /\S/.test(value.value)
}

/** Nothing that could be one: `token = false`, `password = ""`. */
function isEmpty(value: Node): boolean {
  if (value.kind === 'string') return value.value === ''
  if (value.kind === 'list') return value.items.length === 0
  if (value.kind === 'object') return value.entries.length === 0
  return value.kind === 'null' || value.kind === 'bool'
}

/** A key as Go's JSON compares it, with `_` for `-`. */
function plainKey(key: string): string {
  return foldKey(key).replaceAll('-', '_')
}

function jsonText(value: unknown): string {
  const integer = (_: string, member: unknown) =>
    typeof member === 'bigint' ? Number(member) : member
  return `${JSON.stringify(value, integer, 2)}\n`
}
