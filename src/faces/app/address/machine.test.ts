import { describe, expect, it } from 'vitest'
import { readAddress, START } from './address'
import { arrive, failed, follow, goTo, open, pointAt, readEntry, type Standing } from './machine'

const HERE: Standing = {
  place: readAddress('#sample=sealed'),
  entry: { visit: 7 },
  hash: '#sample=sealed',
}
const DISK = { view: 'disk' as const, rest: '' }

describe('the history', () => {
  it('gets an entry for another view, and none for the same', () => {
    const step = goTo(HERE, DISK)
    expect(step).toEqual({ kind: 'push', hash: '#sample=sealed&at=disk', entry: { visit: 7 } })
    expect(goTo(HERE, HERE.place.at)).toEqual({ kind: 'stay' })
  })

  it('gets no entry for another item of the view', () => {
    expect(pointAt(HERE, { view: 'plan', rest: 'a' })).toMatchObject({ kind: 'replace' })
  })

  it('gets an entry for another image, and none after a try that failed', () => {
    const place = readAddress('#sample=classic')
    expect(open(HERE, place, 8)).toMatchObject({ kind: 'push', entry: { visit: 8 } })
    const step = failed(HERE)
    expect(step).toMatchObject({ kind: 'replace', entry: { visit: 7, failed: true } })
    const after = { ...HERE, entry: { visit: 7, failed: true as const } }
    expect(open(after, place, 8)).toMatchObject({ kind: 'replace' })
    expect(open(HERE, HERE.place, 9)).toMatchObject({ kind: 'replace' })
  })

  it('has no address for a file', () => {
    expect(open(HERE, START, 9, true)).toEqual({
      kind: 'push',
      hash: '',
      entry: { visit: 9, file: true },
    })
  })

  it('follows what is typed in the same entry', () => {
    expect(follow(HERE, '#sample=sealed')).toEqual({ kind: 'stay' })
    expect(follow(HERE, '#plan=x')).toMatchObject({ kind: 'replace', hash: '#plan=x' })
  })
})

describe('back, forward and typed addresses', () => {
  it.each([
    ['#sample=sealed&at=disk', { visit: 7 }, 'view'],
    ['#plan=AAAA', { visit: 7 }, 'throws'],
    ['#sample=sealed&at=disk', null, 'view'],
    ['#sample=classic', { visit: 3 }, 'open'],
    ['#sample=classic', null, 'open'],
    ['', { visit: 3, file: true }, 'file'],
    ['#sample=sealed', { visit: 7, failed: true }, 'open'],
    ['', null, 'open'],
  ])('%s with %j: %s', (hash, state, kind) => {
    if (kind === 'throws') expect(() => arrive(HERE, hash, state)).toThrow()
    else expect(arrive(HERE, hash, state).kind).toBe(kind)
  })

  it.each([null, 1, 'x', {}, { visit: 'x' }])('%j is no entry of ours', (state) =>
    expect(readEntry(state)).toBeNull(),
  )
})
