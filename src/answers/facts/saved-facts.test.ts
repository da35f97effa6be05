import { describe, expect, it } from 'vitest'
import { exampleFacts, sealedFacts } from '../plan/testing/facts'
import { readSavedFacts } from './saved-facts'

type Json = Record<string, unknown>

const saved = (changes: Json = {}): Json => ({
  ...(JSON.parse(JSON.stringify(sealedFacts('quiet'))) as Json),
  ...changes,
})

describe('saved facts', () => {
  it('are taken as they were written', () => {
    const ordinary = JSON.parse(JSON.stringify(exampleFacts())) as Json
    expect(readSavedFacts(ordinary, 'a.json')).toEqual(exampleFacts())
    expect(readSavedFacts(saved(), 'a.json')).toEqual(sealedFacts('quiet'))
  })

  it.each([
    [{ schema: 'sealscope.facts/9' }, 'a.json holds no facts of this version, key schema'],
    [{ seal: undefined }, 'key seal, expected an object, found nothing'],
    [{ seal: null }, 'key seal, expected an object, found null'],
    [{ ukis: {} }, 'key ukis, expected a list, found an object'],
    [{ kargs: [1] }, 'key kargs[0], expected a string, found 1'],
    [{ arch: 5 }, 'key arch, expected a string or null, found 5'],
    [{ builder: { abootImage: false, errors: 5 } }, 'key builder.errors, expected a list, found 5'],
    [{ seal: { ...sealedFacts('quiet').seal, verdict: '__proto__' } }, 'key seal.verdict, expected a verdict, found "__proto__"'], // prettier-ignore
    [{ findings: [{ id: 'a', severity: 'fatal', message: 'x' }] }, 'key findings[0].severity, expected error or warning or info'], // prettier-ignore
    [{ findings: [null] }, 'key findings[0], expected an object, found null'],
  ])('%j is refused by name', (changes, sentence) => {
    expect(() => readSavedFacts(saved(changes), 'a.json')).toThrow(sentence)
  })

  it('take what may be null and is not there for null', () => {
    const json = saved()
    delete json['arch']
    delete json['kernel']
    expect(readSavedFacts(json, 'a.json')).toMatchObject({ arch: null, kernel: null })
  })
})
