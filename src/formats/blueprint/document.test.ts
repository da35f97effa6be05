import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { readDocument } from './document'
import { integerOf, memberOf, plainOf } from './node'

const TOML = `name = "web" # a comment with [brackets]

[customizations]
hostname = 'x'
kernel.append = "a=\\"b\\" # not a comment"

[[customizations.user]]
name = "core"
groups = ["wheel", # first
  "adm"]

[[customizations.user]]
name = """
two
lines"""
key = { inner = [1, { deep = 2 }] }

[customizations.disk]
[[customizations.disk.partitions]]
minsize = 9223372036854775807
[[customizations.disk.partitions.logical_volumes]]
name = "root"
`

const JSON_TEXT = `{
  "name": "web",
  "customizations": {
    "user": [
      {"name": "core"},
      {"name": "two", "uid": 18446744073709551615}
    ]
  }
}`

describe('places in a document', () => {
  it.each([
    ['name', 1, 1],
    ['customizations', 3, 1],
    ['customizations.hostname', 4, 1],
    ['customizations.kernel.append', 5, 1],
    ['customizations.user[0]', 7, 1],
    ['customizations.user[0].name', 8, 1],
    ['customizations.user[0].groups[1]', 10, 3],
    ['customizations.user[1]', 12, 1],
    ['customizations.user[1].key.inner[1].deep', 16, 23],
    ['customizations.disk.partitions[0].logical_volumes[0].name', 22, 1],
  ])('TOML %s', (path, line, column) => {
    expect(readDocument(TOML, 'toml').positionOf(path)).toEqual({ line, column })
  })

  it.each([
    ['customizations.user[0]', 5, 7],
    ['customizations.user[1].uid', 6, 23],
  ])('JSON %s', (path, line, column) => {
    expect(readDocument(JSON_TEXT, 'json').positionOf(path)).toEqual({ line, column })
  })

  it.each([
    ['"a.b" = 1\nc = 2', 'c', 2],
    ['"\\u0061" = 1', 'a', 1],
    ['\ufeffname = 1\nc = 2', 'c', 2],
    ["a = 1\r\nb = '''\n'''''\r\nc = 2", 'c', 4],
    ['a = """\\\n"""""\nc = 2', 'c', 3],
    ['a = { b = 1, # x\n  c = 2,\n}', 'a.c', 2],
  ])('TOML %j', (text, path, line) => {
    expect(readDocument(text, 'toml').positionOf(path)?.line).toBe(line)
  })

  it('has none for what is not there', () => {
    expect(readDocument(TOML, 'toml').positionOf('customizations.user[7].name')).toBeNull()
  })
})

describe('values', () => {
  it('keep every digit', () => {
    const toml = readDocument('a = 9223372036854775807', 'toml')
    const json = readDocument('{"a": 18446744073709551616}', 'json')
    expect(integerOf(memberOf(toml.root, 'a') ?? toml.root)).toBe(2n ** 63n - 1n)
    expect(integerOf(memberOf(json.root, 'a') ?? json.root)).toBe(2n ** 64n)
  })

  it('are what JSON.parse gives', () => {
    const text = '{"a":[1,-2.5e3,"\\u00e4\\n\\"",null,true],"b":{"":{}},"__proto__":{"x":1}}'
    const ours = JSON.stringify(plainOf(readDocument(text, 'json').root))
    expect(ours).toBe(JSON.stringify(JSON.parse(text)))
  })
})

describe('what is no document', () => {
  it.each([
    ['json', '{"a":1,}', 1, 8],
    ['json', '{\n "a": tru}', 2, 7],
    ['json', '["\u0001"]', 1, 3],
    ['json', '{"a":01}', 1, 7],
    ['json', '', 1, 1],
    ['json', '\ufeff{}', 1, 1],
    ['json', '{} x', 1, 4],
    ['json', '"\\x"', 1, 3],
    ['toml', 'a = 1\na = 2', 2, 1],
    ['toml', '[x\n', 1, 2],
    ['toml', 'a = "', 1, 5],
    ['toml', 'b = 1\na = 9223372036854775808', 2, 1],
    ['toml', 'a = "\u0000"', 1, 6],
  ] as const)('%s %j', (format, text, line, column) => {
    const thrown = errorOf(() => readDocument(text, format))
    expect(thrown.where.line).toBe(line)
    if (format === 'json') expect(thrown.where.column).toBe(column)
  })

  it.each([
    ['json', '['.repeat(100_000)],
    ['json', '{"a":'.repeat(100_000)],
    ['toml', `a = ${'['.repeat(100_000)}`],
    ['toml', 'a.'.repeat(100_000)],
    ['toml', `${'a.'.repeat(1000)}a = 1`],
    ['toml', `[${'a.'.repeat(1000)}a]`],
    ['toml', '[[t]]\n'.repeat(200_001)],
    ['toml', `a = [${'1,'.repeat(200_001)}]`],
    ['json', `[${'1,'.repeat(200_001)}1]`],
    ['json', `"${'x'.repeat(9 * 2 ** 20)}"`],
  ] as const)('%s that is too deep or too long', (format, text) => {
    expect(errorOf(() => readDocument(text, format)).kind).toBe('input')
  })

  it('is refused with the one error type wherever it is cut', () => {
    for (const [text, format] of [
      [TOML, 'toml'],
      [JSON_TEXT, 'json'],
    ] as const) {
      for (let end = 0; end <= text.length; end++) {
        try {
          readDocument(text.slice(0, end), format)
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SealscopeError)
        }
      }
    }
  })
})

function errorOf(work: () => unknown): SealscopeError {
  try {
    work()
  } catch (thrown) {
    if (thrown instanceof SealscopeError) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}
