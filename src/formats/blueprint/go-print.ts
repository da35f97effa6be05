import { compareBytes } from '../../base/go/json'
import { goFloat } from '../../base/go/float'
import type { BlueprintFormat } from './document'
import { integerOf, type Node } from './node'

/** Go's `%v` of a value that encoding/json or a TOML reader put into an `any`. */
export function goValue(node: Node | null, format: BlueprintFormat): string {
  if (node === null) return '<nil>'
  switch (node.kind) {
    case 'null':
      return '<nil>'
    case 'bool':
      return String(node.value)
    case 'string':
      return node.value
    case 'date':
      return node.text
    case 'number': {
      const whole = format === 'toml' ? integerOf(node) : null
      return whole === null ? goFloat(Number(node.text)) : String(whole)
    }
    case 'list':
      return `[${node.items.map((item) => goValue(item, format)).join(' ')}]`
    case 'object': {
      const members = new Map(node.entries.map(({ key, value }) => [key, value]))
      const sorted = [...members].sort(([a], [b]) => compareBytes(a, b))
      return `map[${sorted.map(([key, value]) => `${key}:${goValue(value, format)}`).join(' ')}]`
    }
  }
}

/** Go's `%T` of the same. */
export function goType(node: Node | null, format: BlueprintFormat): string {
  switch (node?.kind ?? 'null') {
    case 'bool':
      return 'bool'
    case 'string':
      return 'string'
    case 'date':
      return 'time.Time'
    case 'number':
      return node !== null && format === 'toml' && integerOf(node) !== null ? 'int64' : 'float64'
    case 'list':
      return '[]interface {}'
    case 'object':
      return 'map[string]interface {}'
    default:
      return '<nil>'
  }
}
