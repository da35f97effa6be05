import { stringify } from 'smol-toml'
import { type BlueprintFormat, readDocument } from '../../formats/blueprint/document'
import { type Node, plainOf } from '../../formats/blueprint/node'

/** What stands in for a secret. */
const REMOVED = '(removed from the link)'

/** Members whose value is a secret wherever they stand. */
const SECRET_KEYS =
  /^(password|passphrase|private_key|activation_key|host_config_key|token|secret|diun_pub_key_insecure|proxy_password)$/i
/** Members that often carry one inside: registration commands, scripts, kickstarts. */
const SCRIPT_KEYS = /^(command|contents)$/i
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
 * When something is taken out, the document is written anew, so that comments go, too.
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
  switch (node.kind) {
    case 'object': {
      const entries = node.entries.map((entry) => {
        const full = path === '' ? entry.key : `${path}.${entry.key}`
        if (!isSecret(entry.key, entry.value)) {
          return { ...entry, value: strip(entry.value, full, removed) }
        }
        removed.push(full)
        return { ...entry, value: { kind: 'string' as const, at: -1, value: REMOVED } }
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
      return { ...node, value: REMOVED }
    default:
      return node
  }
}

function isSecret(key: string, value: Node): boolean {
  if (value.kind !== 'string' || value.value === '') return false
  return SECRET_KEYS.test(key) || (SCRIPT_KEYS.test(key) && /\S/.test(value.value))
}

function jsonText(value: unknown): string {
  const integer = (_: string, member: unknown) =>
    typeof member === 'bigint' ? Number(member) : member
  return `${JSON.stringify(value, integer, 2)}\n`
}
