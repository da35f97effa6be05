/** A scalar as go-yaml v3 resolves it; timestamps become the text that `json.Marshal` gives them. */
export type YamlScalar =
  | {
      kind: 'string'
      value: string
      /** As written; what a Go string field gets. */ source: string
    }
  | { kind: 'int'; value: bigint; source: string }
  | { kind: 'float'; value: number; source: string }
  | { kind: 'bool'; value: boolean; source: string }
  | { kind: 'null'; source: string }

/** go.yaml.in/yaml/v3 resolve.go, `resolveMapList` */
const WORDS: Record<string, boolean | null | number> = {
  '': null,
  '~': null,
  null: null,
  Null: null,
  NULL: null,
  true: true,
  True: true,
  TRUE: true,
  false: false,
  False: false,
  FALSE: false,
  '.nan': Number.NaN,
  '.NaN': Number.NaN,
  '.NAN': Number.NaN,
  '.inf': Infinity,
  '.Inf': Infinity,
  '.INF': Infinity,
  '+.inf': Infinity,
  '+.Inf': Infinity,
  '+.INF': Infinity,
  '-.inf': -Infinity,
  '-.Inf': -Infinity,
  '-.INF': -Infinity,
}

/** resolve.go, `yamlStyleFloat` */
const FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/
/** What `strconv.ParseInt(text, 0, 64)` takes; a leading 0 is octal. */
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/
/** resolve.go, `allowedTimestampFormats` */
const TIMESTAMP =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/

const MOST_INT = 2n ** 63n - 1n
const LEAST_INT = -(2n ** 63n)
const MOST_UINT = 2n ** 64n - 1n

/** The value of a plain (unquoted, untagged) scalar. */
export function resolvePlain(source: string): YamlScalar {
  const word = Object.hasOwn(WORDS, source) ? WORDS[source] : undefined
  if (word === null) return { kind: 'null', source }
  if (typeof word === 'boolean') return { kind: 'bool', value: word, source }
  if (typeof word === 'number') return { kind: 'float', value: word, source }
  if (!/^[-+.0-9]/.test(source)) return { kind: 'string', value: source, source }
  const time = timestamp(source)
  if (time !== null) return { kind: 'string', value: time, source }
  const plain = source.replaceAll('_', '')
  const value = integerOf(plain)
  if (value !== null) return { kind: 'int', value, source }
  if (FLOAT.test(plain)) return { kind: 'float', value: Number(plain), source }
  return { kind: 'string', value: source, source }
}

function integerOf(text: string): bigint | null {
  const match = INTEGER.exec(text)
  if (match === null) return null
  const [, sign, hex, binary, octal, decimal = '0'] = match
  const digits = hex ? `0x${hex}` : binary ? `0b${binary}` : octal ? `0o${octal}` : decimal
  const value = sign === '-' ? -BigInt(digits) : BigInt(digits)
  return value < LEAST_INT || value > (sign === '' ? MOST_UINT : MOST_INT) ? null : value
}

/** RFC 3339 as Go marshals a `time.Time`; null when the text is no valid time. */
function timestamp(text: string): string | null {
  const match = TIMESTAMP.exec(text)
  if (match === null) return null
  const [, year = '', month = '', day = '', hour = '0', minute = '0', second = '0', part = ''] =
    match
  const zone = match[8] ?? 'Z'
  const two = (value: string) => value.padStart(2, '0')
  const date = `${year}-${two(month)}-${two(day)}`
  const valid = new Date(`${date}T00:00:00Z`)
  if (Number.isNaN(valid.getTime()) || valid.toISOString().slice(0, 10) !== date) return null
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null
  const fraction = part.slice(0, 10).replace(/\.?0+$/, '')
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction}${zone}`
}
