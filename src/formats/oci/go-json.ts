import { SealscopeError } from '../../base/error'

/**
 * What Go's encoding/json does with a field. `texts`: a map of strings, whose keys are data; `any`: not
 * decoded. A list of one shape is a list of such values.
 */
export type GoField =
  'text' | 'integer' | 'flag' | 'time' | 'texts' | 'any' | GoStruct | readonly [GoField]

export interface GoStruct {
  readonly [name: string]: GoField
}

const RFC3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/
/** U+212A KELVIN SIGN and U+017F LATIN SMALL LETTER LONG S: the only letters outside of ASCII that fold into it. */
const KELVIN = /\u212a/g
const LONG_S = /\u017f/g

/** Names are the same field for Go when these are equal (encoding/json `foldName`, unicode.SimpleFold). */
export function foldName(name: string): string {
  return name.replace(KELVIN, 'k').replace(LONG_S, 's').toLowerCase()
}

/**
 * Refuses a document that readers understand differently: Go's programs (podman, skopeo, through it bootc)
 * take the fields of a struct without regard to case and the last of equal ones, others take the exact name
 * or the first. `text` must be JSON; `what` names the document in errors.
 */
export function checkGoDocument(text: string, what: string, shape: GoField): void {
  new Walker(text, what).document(shape)
}

class Walker {
  private at = 0

  constructor(
    private readonly text: string,
    private readonly what: string,
  ) {}

  document(shape: GoField): void {
    this.value(shape, '')
  }

  private value(shape: GoField, key: string): void {
    this.skip()
    const first = this.text[this.at]
    if (first === '{') this.object(shape, key)
    else if (first === '[') this.list(shape, key)
    else this.scalar(shape, key)
  }

  private object(shape: GoField, key: string): void {
    const fields = typeof shape === 'object' && !isList(shape) ? shape : null
    if (fields === null && shape !== 'any' && shape !== 'texts')
      this.wrongType(shape, key, 'an object')
    const exact =
      fields === null ? null : new Map(Object.keys(fields).map((name) => [foldName(name), name]))
    const seen = new Set<string>()
    this.at++
    for (this.skip(); this.text[this.at] !== '}'; this.skip()) {
      if (this.text[this.at] === ',') {
        this.at++
        this.skip()
      }
      const name = this.string()
      const path = key === '' ? name : `${key}.${name}`
      if (seen.has(name)) this.twice(path, key)
      seen.add(name)
      const known = exact?.get(foldName(name))
      if (known !== undefined && known !== name) this.otherCase(name, known, key)
      this.skip()
      this.at++ // the colon
      this.value(shape === 'texts' ? 'text' : (ownField(fields, known) ?? 'any'), path)
    }
    this.at++
  }

  private list(shape: GoField, key: string): void {
    if (!isList(shape) && shape !== 'any') this.wrongType(shape, key, 'a list')
    const item = isList(shape) ? shape[0] : 'any'
    this.at++
    let index = 0
    for (this.skip(); this.text[this.at] !== ']'; this.skip()) {
      if (this.text[this.at] === ',') this.at++
      this.value(item, `${key}[${index++}]`)
    }
    this.at++
  }

  private scalar(shape: GoField, key: string): void {
    const start = this.at
    const isText = this.text[start] === '"'
    const value = isText ? this.string() : this.literal()
    if (value === 'null' && !isText) return
    const found = this.text.slice(start, Math.min(this.at, start + 60))
    if (!fits(shape, value, isText)) this.wrongType(shape, key, found)
  }

  private string(): string {
    const start = this.at
    for (this.at++; this.text[this.at] !== '"'; this.at++) {
      if (this.text[this.at] === '\\') this.at++
    }
    this.at++
    return JSON.parse(this.text.slice(start, this.at)) as string
  }

  private literal(): string {
    const start = this.at
    while (this.at < this.text.length && !' \t\r\n,]}'.includes(this.text[this.at] ?? '')) this.at++
    return this.text.slice(start, this.at)
  }

  private skip(): void {
    while (' \t\r\n'.includes(this.text[this.at] ?? '-')) this.at++
  }

  private twice(path: string, key: string): never {
    throw this.ambiguous(
      'json-duplicate',
      key,
      `${JSON.stringify(path)} twice: Go programs (podman, skopeo) merge or take the last, others take the first or refuse it`,
    )
  }

  private otherCase(name: string, known: string, key: string): never {
    throw this.ambiguous(
      'json-case',
      key,
      `${JSON.stringify(name)}: Go programs (podman, skopeo) read it as ${JSON.stringify(known)}, all others pass it over`,
    )
  }

  private wrongType(shape: GoField, key: string, found: string): never {
    throw this.ambiguous(
      'json-type',
      key,
      `${found}: Go programs (podman, skopeo) refuse the document, others pass the field over`,
      nameOf(shape),
    )
  }

  private ambiguous(code: string, key: string, found: string, expected?: string): SealscopeError {
    return new SealscopeError({
      code,
      what: `${this.what} can be read in two ways`,
      where: key === '' ? {} : { key },
      expected: expected ?? 'each key once, spelled as in the specification',
      found,
    })
  }
}

function isList(shape: GoField): shape is readonly [GoField] {
  return Array.isArray(shape)
}

function ownField(fields: GoStruct | null, name: string | undefined): GoField | undefined {
  return fields !== null && name !== undefined && Object.hasOwn(fields, name)
    ? fields[name]
    : undefined
}

function fits(shape: GoField, value: string, isText: boolean): boolean {
  switch (shape) {
    case 'any':
      return true
    case 'text':
      return isText
    case 'time':
      return isText && RFC3339.test(value)
    case 'integer':
      return !isText && /^-?\d+$/.test(value)
    case 'flag':
      return !isText && (value === 'true' || value === 'false')
    default:
      return false
  }
}

function nameOf(shape: GoField): string {
  if (isList(shape)) return 'a list'
  if (typeof shape === 'object') return 'an object'
  const names = { text: 'a text', integer: 'a whole number', flag: 'true or false', time: 'a time of RFC 3339', texts: 'an object of texts', any: 'any value' } // prettier-ignore
  return names[shape]
}
