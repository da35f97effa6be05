import { describe, expect, it } from 'vitest'
import type { CandidateDigest } from '../../contract/facts'
import { claimedDigests } from './claimed'
import { acceptMatrix, type LayersOfSeal } from './releases-matrix'

const V1 = '1'.repeat(128)
const V2 = '2'.repeat(128)
const OTHER = 'f'.repeat(128)
const SHORT = 'e'.repeat(64)

const ALIKE: CandidateDigest[] = [
  { id: 'v1-nsec-kept/sha512', digest: V1, error: null },
  { id: 'v2-allxattr/sha512', digest: V2, error: null },
  { id: 'v2/sha512/allowlist-only/bootable', digest: V2, error: null },
  { id: 'v1/sha512/allowlist-only/bootable', digest: V1, error: null },
]

/** `release repository` → whether and why, for a command line. */
function matrix(cmdline: string, candidates = ALIKE, layers?: LayersOfSeal) {
  const rows = acceptMatrix(claimedDigests(cmdline), candidates, layers)
  const named = rows.map(
    ({ bootc, repository, ...row }) => [`${bootc} ${repository}`, row] as const,
  )
  const numbered = named.filter(([name, row]) => row.accepts && !name.startsWith('next'))
  return { rows: new Map<string, (typeof named)[number][1]>(named), accepted: numbered.map(([name]) => name) } // prettier-ignore
}
const whyOf = (cmdline: string, name: string) => matrix(cmdline).rows.get(name)?.why ?? ''

describe('which release takes a seal on which host', () => {
  it.each([
    ['V1', `composefs=${V1}`, ['>=1.16.4 new', '>=1.16.4 v1']],
    ['V2', `composefs=${V2}`, ['1.16.0-1.16.3 new', '1.16.0-1.16.3 v2', '>=1.16.4 v2']],
    ['another digest', `composefs=${OTHER}`, []],
    ['the newer argument alone', `composefs.digest=v1-sha512-12:${V1}`, []],
    ['both arguments as planned', `composefs=${V2} composefs.digest=v1-sha512-12:${V1}`, ['1.16.0-1.16.2 new', '1.16.0-1.16.2 v2', '>=1.16.4 new', '>=1.16.4 v1']],
    ['both with V2', `composefs.digest=v2-sha512-12:${V2} composefs=${V1}`, ['1.16.3 new', '1.16.3 v2', '>=1.16.4 v2']],
    ['a newer argument of SHA-256 beside', `composefs.digest=v1-sha256-12:${SHORT} composefs=${V1}`, ['>=1.16.4 new', '>=1.16.4 v1']],
    ['two newer arguments', `composefs.digest=v1-sha256-12:${SHORT} composefs.digest=v1-sha512-12:${V1} composefs=${OTHER}`, ['>=1.16.4 new', '>=1.16.4 v1']],
    ['a newer argument that cannot be read', `composefs.digest=v3-sha512-12:${V1} composefs=${V2}`, ['1.16.0-1.16.2 new', '1.16.0-1.16.2 v2']],
    ['blocks of another size', `composefs.digest=v1-sha512-16:${V1} composefs=${V1}`, []],
    ['two older arguments: the first', `composefs=${V1} composefs=${V2}`, ['>=1.16.4 new', '>=1.16.4 v1']],
    ['upper case', `composefs=${'AB'.repeat(64)}`, []],
    ['SHA-256', `composefs=${SHORT}`, []],
    ['too short', 'composefs=0123456789abcdef', []],
    ['no argument', 'quiet', []],
  ])('%s', (_, cmdline, accepted) => {
    expect(matrix(cmdline).accepted).toEqual(accepted)
  }) // prettier-ignore

  it('has one row for releases that read and compute alike, and two where they read differently', () => {
    expect([...matrix(`composefs=${V1}`).rows.keys()]).toEqual(['1.16.0-1.16.3 new', '1.16.0-1.16.3 v2', '>=1.16.4 new', '>=1.16.4 v1', '>=1.16.4 v2', 'next new', 'next v1', 'next v2']) // prettier-ignore
    expect(matrix(`composefs.digest=v1-sha512-12:${V1}`).rows.size).toBe(10)
  })

  it.each([
    [`composefs=${OTHER}`, '>=1.16.4 new', `The UKI has the wrong composefs= parameter (is '${OTHER}', should be '${V1}')`],
    [`composefs=${V1}`, '>=1.16.4 v2', `The UKI has the wrong composefs= parameter (is '${V1}', should be '${V2}')`],
    [`composefs=${V2}`, '>=1.16.4 v2', 'it computes v2/sha512/allowlist-only/bootable on a host with a V2 repository, which is the claimed digest'],
    ['composefs=0123456789abcdef', '>=1.16.4 new', 'Parsing composefs=: parsing composefs= hash: got 16 hex chars, expected 128 for fsverity-sha512-12'],
    [`composefs=${SHORT}`, '1.16.0-1.16.3 new', 'got 64 hex chars, expected 128 for fsverity-sha512-12 (bootc takes SHA-512 digests only)'],
    [`composefs=${'x'.repeat(128)}`, '>=1.16.4 new', 'Parsing composefs=: parsing composefs= hash: the digest is not hexadecimal'],
    [`composefs.digest=v1-sha512-12:${SHORT}`, '>=1.16.4 new', 'parsing composefs.digest= hash: got 64 hex chars, expected 128 for fsverity-sha512-12'],
    [`composefs.digest=v1-sha512-12:0123`, '>=1.16.4 new', 'parsing composefs.digest= hash: got 4 hex chars'],
    [`composefs.digest=v1-sha256-12:${SHORT}`, '1.16.3 new', 'No composefs image in UKI cmdline, bootc takes SHA-512 digests only'],
    [`composefs.digest=v1-sha512-12:${V1}`, '1.16.0-1.16.2 new', 'composefs= value not found (it does not know composefs.digest= yet)'],
    [`composefs.digest=v1-sha512-12:${V1}`, '>=1.16.4 new', 'does not recognise the booted system'],
    [`composefs.digest=v1:${V1}`, '>=1.16.4 new', 'parsing composefs.digest= value: v1:'],
    [`composefs.digest=v1-sha512-12:${V1} composefs=${V2}`, '>=1.16.4 new', 'of 2 digests it takes composefs.digest=: it computes v1-nsec-kept/sha512'],
    [`composefs.digest=v1-sha512-12:${V1} composefs=${V2}`, '>=1.16.4 v2', `of 2 digests it takes composefs.digest=: The UKI has the wrong composefs= parameter (is '${V1}'`],
    [`composefs.digest=v1-sha512-12:${V1} composefs=${V2}`, '1.16.0-1.16.2 new', 'of 2 digests it takes composefs=: it computes v2-allxattr/sha512'],
    [`composefs.digest=v2-sha512-12:${V1} composefs=${V1}`, '>=1.16.4 new', '(v2- in front of it is not compared)'],
  ])('%s, %s', (cmdline, name, why) => {
    expect(whyOf(cmdline, name)).toContain(why)
  }) // prettier-ignore

  it('says in every row why an image cannot be imported', () => {
    const layers = { importError: 'layer 0, opt/x: no parent', multiFrame: null }
    const { rows } = matrix(`composefs=${V2}`, ALIKE, layers)
    for (const { accepts, why } of rows.values()) {
      expect([accepts, why]).toEqual([false, 'bootc cannot import this image: layer 0, opt/x: no parent']) // prettier-ignore
    }
  })

  it('knows which releases read a layer of several frames', () => {
    const candidates = ALIKE.map((item) => item.id === 'v1-nsec-kept/sha512' ? { ...item, digest: null, error: 'first frame' } : item) // prettier-ignore
    const layers = { importError: null, multiFrame: 'layer 0 has several frames' }
    const { rows, accepted } = matrix(`composefs=${V1}`, candidates, layers)
    expect(accepted).toEqual(['>=1.16.12 new', '>=1.16.12 v1'])
    expect(rows.get('1.16.4-1.16.11 new')?.why).toBe('bootc cannot import this image: layer 0 has several frames') // prettier-ignore
    expect(rows.get('next new')?.accepts).toBe(true)
  })

  it('names the releases of a row that are not known by their source', () => {
    const { rows } = matrix(`composefs=${V1}`)
    expect(rows.get('1.16.0-1.16.3 new')?.inferred).toBeNull()
    expect(rows.get('>=1.16.4 new')?.inferred).toBe('1.16.10-1.16.11, 1.16.12-1.16.13')
    expect(rows.get('next new')?.inferred).toBe('next')
  })

  it('gives the reason why a form has no digest', () => {
    const candidates = ALIKE.map((item) => ({ ...item, digest: null, error: 'no /boot' }))
    expect(matrix(`composefs=${V1}`, candidates).rows.get('>=1.16.4 new')?.why).toBe('no /boot')
  })
})

/** bootc boot.rs of pull request 2248: every digest counts, in any format that its argument allows. */
describe('the release to come', () => {
  it.each([
    ['V1', `composefs=${V1}`, true, 'composefs= is v1/sha512/allowlist-only/bootable'],
    ['V2', `composefs=${V2}`, true, 'composefs= is v2/sha512/allowlist-only/bootable'],
    ['both as it writes them', `composefs.digest=v1-sha512-12:${V1} composefs=${V2}`, true, 'every digest'],
    ['both, in the other order', `composefs=${V2} composefs.digest=v1-sha512-12:${V1}`, true, 'every digest'],
    ['both, the second wrong', `composefs.digest=v1-sha512-12:${V1} composefs=${OTHER}`, false, `(is '${OTHER}', should be '${V2}, ${V1}')`],
    ['the newer argument alone', `composefs.digest=v1-sha512-12:${V1}`, true, 'composefs.digest= is v1/'],
    ['an explicit version that does not fit', `composefs.digest=v2-sha512-12:${V1}`, false, `should be '${V2}'`],
    ['one of them optional', `composefs.digest=?v1-sha512-12:${V1} composefs=${V2}`, false, 'UKI composefs candidates have mixed fs-verity policies'],
    ['the same argument twice', `composefs=${V1} composefs=${V1}`, false, 'duplicate composefs= composefs kernel argument'],
    ['SHA-256 alone', `composefs.digest=v1-sha256-12:${SHORT}`, false, 'No composefs digest in UKI cmdline'],
    ['SHA-256 beside', `composefs.digest=v1-sha256-12:${SHORT} composefs=${V1}`, true, 'every digest'],
  ])('%s', (_, cmdline, accepts, why) => {
    for (const repository of ['new', 'v1', 'v2']) {
      const row = matrix(cmdline).rows.get(`next ${repository}`)
      expect(row?.accepts).toBe(accepts)
      expect(row?.why).toContain(why)
    }
  }) // prettier-ignore
})
