import { describe, expect, it } from 'vitest'
import { compact, compareBytes, goJson, goJsonString, integer, sortedMap } from './json'

describe('JSON as Go writes it', () => {
  it.each([
    ['a<b>&c', '"a\\u003cb\\u003e\\u0026c"'],
    ['\u2028\u2029', '"\\u2028\\u2029"'],
    ['\b\f\n\r\t\u0001\u007f', '"\\b\\f\\n\\r\\t\\u0001\u007f"'],
    ['grüße 😀', '"grüße 😀"'],
    ['a\ud800b', '"a\ufffdb"'],
    ['"\\', '"\\"\\\\"'],
  ])('string %j', (text, expected) => expect(goJsonString(text)).toBe(expected))

  it('sorts maps by bytes, numbers and surrogates included', () => {
    const map = sortedMap([
      ['9', 1],
      ['10', 2],
      ['\ud83d\ude00', 3],
      ['\uffee', 4],
      ['__proto__', 5],
    ])
    expect(goJson(map)).toBe('{"10":2,"9":1,"__proto__":5,"\uffee":4,"\ud83d\ude00":3}')
  })

  it('indents like json.Indent and keeps empty lists and objects on one line', () => {
    const value = { a: [], b: {}, c: [1, { d: null }] }
    expect(goJson(value, 2)).toBe(JSON.stringify(value, null, 2))
    expect(goJson(value)).toBe(JSON.stringify(value))
  })

  it('writes integers beyond 2^53 exactly', () => {
    expect(goJson([integer(9007199254740993n), integer(5n)])).toBe('[9007199254740993,5]')
  })

  it('leaves out what Go calls empty', () => {
    expect(compact({ a: '', b: 0, c: [], d: false, e: null, f: undefined, g: {} })).toEqual({
      g: {},
    })
  })

  it('compares like bytes', () => {
    expect(compareBytes('a', 'ab')).toBeLessThan(0)
    expect(compareBytes('\uffff', '\u{10000}')).toBeLessThan(0)
  })
})
