import { parseSize } from '../../../formats/blueprint/size'
import { refuse } from '../../../base/go/failure'
import { integerOf, type Place, wrong } from '../../../formats/yaml/decode'
import type { Bytes } from './size'

const MOST_INT64 = 2n ** 63n - 1n

/** Fields that the target knows. */
export function without<T extends object>(fields: T, unknown: readonly string[]): T {
  if (unknown.length === 0) return fields
  return Object.fromEntries(Object.entries(fields).filter(([key]) => !unknown.includes(key))) as T
}

/** A size: whole bytes or a text with unit. Negative numbers and null are errors (pkg/datasizes). */
export function decodeSize(place: Place): Bytes {
  if (place.value.kind === 'string') {
    const size = parseSize(place.value.value)
    if (size.ok) return size.value
    throw refuse(`line ${place.value.line}, ${place.key}: error decoding size: ${size.problem}`)
  }
  const value = integerOf(place.value)
  if (value !== null && value < 0n) {
    throw refuse(`line ${place.value.line}, ${place.key}: error decoding size: cannot be negative`)
  }
  if (value === null || value > MOST_INT64)
    throw wrong(place, 'a size, such as 1073741824 or "1 GiB"')
  return value
}
