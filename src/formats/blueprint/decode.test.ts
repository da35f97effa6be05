import { describe, expect, it } from 'vitest'
import { decodeBlueprint } from './decode'
import { readDocument } from './document'

function json(text: string) {
  return decodeBlueprint(readDocument(text, 'json'))
}

function toml(text: string) {
  return decodeBlueprint(readDocument(text, 'toml'))
}

describe('decoding as Go does', () => {
  it('matches keys without regard to case and takes the last of a name', () => {
    const { value, error } = json('{"Customizations":{"HOSTNAME":"a","hostname":"b"}}')
    expect([error, value.customizations?.hostname]).toEqual([null, 'b'])
  })

  it('goes on with an object whose key comes twice', () => {
    const text =
      '{"Customizations":{"Kernel":{"append":"a"}},"customizations":{"kernel":{"name":"b"}}}'
    expect(json(text).value.customizations?.kernel).toEqual({ append: 'a', name: 'b' })
  })

  it('tells an absent value from an empty one', () => {
    const { value } = json('{"packages":[],"customizations":{"user":[{"name":"a","home":""}]}}')
    expect([value.packages, value.modules]).toEqual([[], null])
    expect(value.customizations?.user?.[0]).toMatchObject({ home: '', shell: null })
  })

  it.each([
    ['{"x":1}', 'json: unknown field "x"', 'x'],
    ['{"customizations":{"user":[{"nam":1}]}}', 'json: unknown field "nam"', 'customizations.user[0].nam'],
    ['{"customizations":{"files":[{"path":"x"}],"foo":1}}', 'path must be absolute', 'customizations.files[0].path'],
    ['{"foo":1,"customizations":{"files":[{"path":"/a/"}]}}', 'path must not end with a slash', 'foo'],
    ['{"customizations":{"files":[{"path":"x","uri":":bad"}]}}', 'parse ":bad": no URL', 'customizations.files[0].uri'],
    ['{"customizations":{"files":[{"path":"/x","uri":"1a:b"}]}}', 'parse "1a:b": no URL', 'customizations.files[0].uri'],
    ['{"customizations":{"files":[{"path":"/x","uri":"HTTP:x"}]}}', 'unsupported scheme for http:x (try file://)', 'customizations.files[0].uri'],
    ['{"customizations":{"disk":{"partitions":[{"type":"zfs"}]}}}', 'JSON unmarshal: unknown partition type: zfs', 'customizations.disk.partitions[0].type'],
    ['{"customizations":{"disk":{"partitions":[null]}}}', 'minsize is required', 'customizations.disk.partitions[0]'],
    ['{"customizations":{"disk":{"minsize":-1}}}', 'error decoding size: cannot be negative', 'customizations.disk.minsize'],
    ['{"customizations":{"filesystem":[{"mountpoint":"/","minsize":true}]}}', 'JSON unmarshal: minsize must be float64 number or string, got true of type bool', 'customizations.filesystem[0].minsize'],
  ])('refuses %s', (text, error, path) => {
    const decoded = json(text)
    expect(decoded.error).toBe(error)
    expect(decoded.problems.map((problem) => problem.path)).toContain(path)
  }) // prettier-ignore

  it('collects what TOML leaves undecoded, tables in brackets below disk included', () => {
    const text = `
[[customizations.user]]
name = "a"
nam = 1
[customizations.disk]
partitions = [{ minsize = 1, mountpoint = "/", fs_type = "ext4" }]
["odd key"]
x = 1
`
    const { error, problems } = toml(text)
    expect(error).toBe(
      'unknown keys found: [customizations.user.nam customizations.disk.partitions.minsize customizations.disk.partitions.mountpoint customizations.disk.partitions.fs_type "odd key" "odd key".x]',
    )
    expect(problems[0]?.position).toEqual({ line: 4, column: 1 })
  })

  it.each([
    ['json', '{"customizations":{"user":[{"nmae":"a"}]}}', 'customizations.user[0].name'],
    ['json', '{"customizations":{"users":[]}}', 'customizations.user'],
    ['json', '{"hostnam":"x"}', 'customizations.hostname'],
    ['json', '{"customizations":{"containers_storage":{}}}', 'customizations.containers-storage'],
    ['json', '{"customizations":{"disk":{"partitions":[{"minsize":1,"fstype":"x"}]}}}', 'customizations.disk.partitions[0].fs_type'],
    ['json', '{"quite":1,"__proto__":{}}', null],
    ['toml', '[[customizations.usr]]\nname = "a"', 'customizations.user'],
    ['toml', '[[customizations.user]]\nname = "a"\n[[customizations.user]]\npasword = "a"', 'customizations.user[1].password'],
    ['toml', '[customization]\nhostname = "a"', 'customizations'],
    ['toml', '"a.b" = 1', null],
  ] as const)('names the key that was meant in %s %s', (format, text, suggestion) => {
    const { problems } = decodeBlueprint(readDocument(text, format))
    expect(problems[0]?.suggestion).toBe(suggestion)
  }) // prettier-ignore

  it.each([
    ['[customizations.user]\nname = "a"', 'map[string]any; destination has type slice'],
    ['name = 1', 'int64; destination has type string'],
    ['[[customizations.user]]\nuid = "1"', 'string; destination has type integer'],
    ['customizations = [1]', '[]any; destination has type map'],
    ['[customizations.disk]\nminsize = inf', 'json: unsupported value: +Inf'],
    ['[customizations.disk]\nsector_size = 4096.5', 'json: cannot unmarshal number 4096.5'],
  ])('refuses the types of %j', (text, part) => {
    expect(toml(text).error).toContain(part)
  })

  it('reports owners in the order of upstream', () => {
    const file = (members: string) => json(`{"customizations":{"files":[{${members}}]}}`).error
    expect(file('"path":"x","user":true')).toBe('path must be absolute')
    expect(file('"path":"/x","user":true')).toBe('user must be either a string or an int64, got bool')
    expect(file('"path":"/x","group":1.5')).toBe('invalid group 1.500000: must be an integer')
    expect(file('"path":"/x","group":1e999')).toContain('cannot unmarshal number 1e999')
    const folder = toml('[[customizations.directories]]\npath = "/x"\nuser = true')
    expect(folder.error).toBe('toml: line 1 (last key "customizations.directories"): UnmarshalTOML: user must be a string or an integer, got bool')
    expect(folder.problems[0]?.position).toEqual({ line: 3, column: 1 })
  }) // prettier-ignore

  it('takes a null for the end of what came before it', () => {
    const { value } = json('{"customizations":{"fips":true},"customizations":null}')
    expect(value.customizations).toBeNull()
  })

  it('does not know newer keys when an older release reads', () => {
    const document = readDocument('{"customizations":{"bootloader":{}}}', 'json')
    expect(decodeBlueprint(document).error).toBeNull()
    expect(decodeBlueprint(document, ['bootloader']).error).toBe('json: unknown field "bootloader"')
  })

  it('survives wrong types everywhere', () => {
    const values = ['1', '-1.5', '"x"', 'null', 'true', '[]', '{}', '[[]]', '[null]', '1e400']
    const keys = [
      'user',
      'group',
      'files',
      'directories',
      'disk',
      'filesystem',
      'ignition',
      'kernel',
    ]
    for (const key of keys) {
      for (const value of values) {
        const { error, problems } = json(`{"customizations":{"${key}":${value}}}`)
        expect(error === null).toBe(problems.length === 0)
      }
    }
  })

  it('reads 10,000 users', () => {
    const users = Array.from({ length: 10_000 }, (_, index) => `{"name":"u${index}","x":1}`)
    const { value, problems } = json(`{"customizations":{"user":[${users.join(',')}]}}`)
    expect([value.customizations?.user?.length, problems.length]).toEqual([10_000, 200])
  })
})
