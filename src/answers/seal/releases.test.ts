import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { CandidateDigest } from '../../contract/facts'
import { BOOTABLE_FORM, FORM, FORMS } from '../../rules/composefs/forms'
import { claimedDigests } from './claimed'
import {
  acceptedBy,
  compareVersions,
  isFirstFrameOnly,
  isWritten,
  judgeOf,
  kargFor,
  nanosecondsMatter,
  NEWEST_RELEASE,
  rangeName,
  RELEASES,
  versionNumbers,
  wordsOfForm,
} from './releases'

const V1 = '1'.repeat(128)
const V2 = '2'.repeat(128)
const CANDIDATES: CandidateDigest[] = [
  { id: 'v1/sha512/allowlist-only/bootable', digest: V1, error: null },
  { id: 'v2/sha512/allowlist-only/bootable', digest: V2, error: null },
  { id: 'v1-nsec-kept/sha512', digest: V1, error: null },
]

describe('the row that answers for a release', () => {
  it.each([
    [null, '1.16.4-1.16.9', '1.16.9', null],
    ['1.16.0', '1.16.0-1.16.2', '1.16.0', null],
    ['v1.16.3', '1.16.3', '1.16.3', null],
    ['1.16.10', '1.16.10-1.16.11', '1.16.10', null],
    ['1.16.13', '1.16.12-1.16.13', '1.16.13', null],
    ['next', 'next', 'next', null],
    ['1.15.1', '1.16.0-1.16.2', '1.15.1', 'bootc 1.15.1 is not in the table: judged as bootc 1.16.0, the oldest that is'],
    ['1.17.0', '1.16.12-1.16.13', '1.17.0', 'bootc 1.17.0 is not in the table: judged as bootc 1.16.13, the nearest older one'],
    ['2.0.0', '1.16.12-1.16.13', '2.0.0', 'nearest older one'],
  ])('%s: %s', (word, range, version, warning) => {
    const judge = judgeOf(word)
    expect([rangeName(judge.release), judge.version]).toEqual([range, version])
    if (warning === null) expect(judge.warning).toBeNull()
    else expect(judge.warning).toContain(warning)
  }) // prettier-ignore

  it.each(['', '1.16', 'latest', '1.16.9-2', '99999999999.0.0'])('%j is no release', (word) => {
    expect(() => judgeOf(word)).toThrow(/no bootc release/)
  })
})

describe('the table', () => {
  it('is in order, without gaps in what it says of a release', () => {
    const numbered = RELEASES.filter(({ first }) => first !== null)
    const bounds = numbered.flatMap(({ first, last }) => [first, last].map((each) => versionNumbers(each ?? '') ?? [])) // prettier-ignore
    for (const [at, bound] of bounds.entries()) {
      expect(compareVersions(bounds[at - 1] ?? [0], bound)).toBeLessThanOrEqual(0)
    }
    expect(RELEASES.at(-1)?.first).toBeNull()
    expect(NEWEST_RELEASE).toBe('1.16.9')
  })

  it('gives the columns of the contract', () => {
    expect(acceptedBy(claimedDigests(`composefs=${V1}`)[0], CANDIDATES)).toEqual({
      'bootc 1.16.0-1.16.3': false,
      'bootc 1.16.4-1.16.9': true,
      'composefs-rs 0.9.4': true,
    })
  })

  it('says of each form who has to do with it', () => {
    expect(wordsOfForm(FORM.nsecKept)).toBe('written and accepted by bootc 1.16.4 to 1.16.9')
    expect(wordsOfForm(FORM.v2)).toBe('written by bootc 1.16.0 to 1.16.3 from a directory; accepted by bootc 1.16.4 to 1.16.9 on hosts with a V2 repository') // prettier-ignore
    expect(FORMS.filter((form) => wordsOfForm(form) !== null)).toHaveLength(5)
    expect(FORMS.filter(isFirstFrameOnly)).toEqual([FORM.nsecKept, FORM.allXattrs])
    expect(isFirstFrameOnly(BOOTABLE_FORM)).toBe(false)
  })
})

describe('what a release writes', () => {
  it('is one argument today and two in the release to come', () => {
    expect(kargFor(CANDIDATES, judgeOf(null))).toBe(`composefs=${V1}`)
    expect(kargFor(CANDIDATES, judgeOf('1.16.3'))).toBe(`composefs=${V2}`)
    expect(kargFor(CANDIDATES, judgeOf('next'))).toBe(`composefs.digest=v1-sha512-12:${V1} composefs=${V2}`) // prettier-ignore
    expect(kargFor([], judgeOf('next'))).toBeNull()
  })

  it.each([
    [`composefs=${V1}`, true],
    [`composefs=${V2} composefs.digest=v1-sha512-12:${V1}`, true],
    [`composefs.digest=v1-sha512-12:${V1} composefs=?${V2}`, true],
    [`composefs.digest=v2-sha512-12:${V2} composefs=${V1}`, false],
    [`composefs=${V1} composefs=${V1}`, false],
    [`composefs.digest=v1-sha512-12:${V1}`, false],
  ])('%s: written by some release: %s', (cmdline, written) => {
    expect(isWritten(claimedDigests(cmdline))).toBe(written)
  })

  it('tells trees on which the two rules for nanoseconds differ', () => {
    expect(nanosecondsMatter(CANDIDATES)).toBe(false)
    const [first, second, kept] = CANDIDATES
    if (first === undefined || second === undefined || kept === undefined) return
    expect(nanosecondsMatter([first, second, { ...kept, digest: V2 }])).toBe(true)
    expect(nanosecondsMatter([first, second, { ...kept, digest: null }])).toBe(false)
  })
})

it('is the only place in the code with numbers of bootc releases', () => {
  const root = join(import.meta.dirname, '../..')
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$|[\\/](testing|fixtures)[\\/]/.test(name),
  )
  expect(files.length).toBeGreaterThan(300)
  const found = files.filter((name) => {
    if (name.replaceAll('\\', '/') === 'answers/seal/releases.ts') return false
    return /\b1\.1[2-9]\.\d+\b/.test(withoutComments(readFileSync(join(root, name), 'utf8')))
  })
  expect(found).toEqual([])
})

function withoutComments(code: string): string {
  return code.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '')
}
