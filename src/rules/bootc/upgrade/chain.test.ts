import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { Directory, Leaf, Node } from '../../../image/tree/node'
import { type Entry, installedEntries, rolledBackEntries, upgradedEntries } from './entries'
import { mergeEtc, possibleConflicts } from './etc-merge'
import { softReboot } from './soft-reboot'

const FIRST =
  '5809fa337bc07131ff56d97746d11d57ff6b5760bfb7c6c2505cc260482efee162e8dda50f763e8da3f6658c1cb92d26074290fb0f44ee4ab50c35e3909a6b0a'
const SECOND =
  'da8893de2990f8e54696f178261e6a7b82859b1953ed3967fa3e4c55be0905a9966f1e2f713ca75a5f78f2d541b23c0980867e2e5efbc9bc08bfa95c3c50664b'

function entry(id: string): Entry {
  return {
    osId: 'debian',
    title: 'Debian GNU/Linux forky/sid',
    version: id,
    body: [['uki', `/EFI/Linux/bootc/bootc_composefs-${id}.efi`]],
    sortKey: '',
  }
}

const digests = (entries: readonly { path: string; text: string }[]) =>
  entries.map(({ path, text }) => [path, createHash('sha256').update(text).digest('hex')])

/** What lay on the ESP of a real Debian host: installed, upgraded, restarted, rolled back (bootc 1.16.9). */
describe('the entries of a real host', () => {
  const [a, b] = [entry(FIRST), entry(SECOND)]

  it('after the installation', () => {
    expect(digests(installedEntries(a))).toEqual([
      [`loader/entries/bootc_debian-${FIRST}-1.conf`, '2dcdd37fc246179c2d0be742e48f5fe42957e601997f5fe1aead02b223496e49'], // prettier-ignore
    ])
  })

  it('staged, and after the restart', () => {
    const wanted = (folder: string) => [
      [`loader/${folder}/bootc_debian-${FIRST}-0.conf`, 'f3ea2ed794890b2ee18b89c913584f85b12fec9470ada439c022bffe85681c4f'], // prettier-ignore
      [`loader/${folder}/bootc_debian-${SECOND}-1.conf`, '2f7a7eb9f2e6b0b648c04669bc4243da200dcafa4040f946322522dbb1fb3e37'], // prettier-ignore
    ]
    expect(digests(upgradedEntries(a, b, 'staged'))).toEqual(wanted('entries.staged'))
    expect(digests(upgradedEntries(a, b, 'current'))).toEqual(wanted('entries'))
  })

  it('rolled back', () => {
    expect(digests(rolledBackEntries(a, b))).toEqual([
      [`loader/entries/bootc_bootc-${FIRST}-1.conf`, '289f6ebe1c45a3a50cc0781ece1ee34c5cd51e7a1a9bc7e5b6e87daa340f0b3c'], // prettier-ignore
      [`loader/entries/bootc_bootc-${SECOND}-0.conf`, '82066118e76de5785240ca1623f7021e295d3d01231cd8597245b768f408d240'], // prettier-ignore
    ])
  })
})

/** bootc status.rs `is_soft_rebootable`; not judged by a run but for the first. */
describe('soft reboot', () => {
  const state = { bootDigest: 'k', cmdline: 'rw console=ttyS0 composefs=aa', policy: null }
  it.each([
    ['the same kernel', { ...state, cmdline: 'rw console=ttyS0 composefs=bb' }, true],
    ['another kernel', { ...state, bootDigest: 'other' }, false],
    ['another argument', { ...state, cmdline: 'rw console=ttyS1 composefs=bb' }, false],
    ['one argument more', { ...state, cmdline: 'rw console=ttyS0 quiet composefs=bb' }, false],
    ['another policy', { ...state, policy: 'p' }, false],
  ])('%s', (_, next, possible) => {
    expect(softReboot(state, next).possible).toBe(possible)
  })
})

const stat = (mode: number) => ({
  mode,
  uid: 0,
  gid: 0,
  mtimeSec: 0,
  mtimeNsec: 0,
  xattrs: new Map(),
})
const file = (text: string, mode = 0o644): Leaf => {
  const inline = new TextEncoder().encode(text)
  const content = { size: inline.length, inline, verity: { sha512: null, sha256: null } }
  return { kind: 'file', stat: stat(mode), origin: { layer: 0, entry: 0 }, content }
}
const dir = (entries: Record<string, Node>): Directory => ({ kind: 'dir', stat: stat(0o755), origin: null, entries: new Map(Object.entries(entries)) }) // prettier-ignore

/** bootc crates/etc-merge; texts read in its source. */
describe('the merge of /etc', () => {
  const pristine = dir({ hostname: file('a'), 'app.conf': file('1'), d: dir({ x: file('x') }), gone: file('g') }) // prettier-ignore

  it('keeps what the host added, changed and removed', () => {
    const current = dir({ hostname: file('edited'), 'app.conf': file('1'), d: dir({ x: file('x'), y: file('y') }) }) // prettier-ignore
    expect(mergeEtc(pristine, current, pristine)).toEqual({
      kept: [
        { path: 'd/y', change: 'added' },
        { path: 'gone', change: 'removed' },
        { path: 'hostname', change: 'modified' },
      ],
      conflicts: [],
      unchanged: 2,
    })
  })

  it('refuses a changed file that is a folder now, and the other way round', () => {
    const current = dir({ hostname: file('a'), 'app.conf': file('2'), d: dir({ x: file('changed') }), gone: file('g') }) // prettier-ignore
    const next = dir({ 'app.conf': dir({}), d: file('d') })
    expect(mergeEtc(pristine, current, next).conflicts.map(({ why }) => why)).toEqual([
      "File 'app.conf' now defaults to a directory in new etc",
      "Directory 'd' now defaults to a file in new etc",
    ])
    expect(possibleConflicts(pristine, next)).toEqual([
      { path: 'app.conf', why: "File 'app.conf' now defaults to a directory in new etc" },
      { path: 'd', why: "Directory 'd' now defaults to a file in new etc" },
    ])
  })

  it('does not mind a mode that a link has', () => {
    const moded = dir({ hostname: file('a', 0o600), 'app.conf': file('1'), d: dir({ x: file('x') }), gone: file('g') }) // prettier-ignore
    expect(mergeEtc(pristine, moded, pristine).kept).toEqual([{ path: 'hostname', change: 'modified' }]) // prettier-ignore
  })
})
