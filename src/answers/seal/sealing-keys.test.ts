import { describe, expect, it } from 'vitest'
import { parseSealingKey, sealingDigest } from './sealing-keys'

const LONG = 'ab'.repeat(64)
const SHORT = 'cd'.repeat(32)

describe('keys of the sealing draft', () => {
  it.each([
    ['composefs.layer.erofs.v1.fsverity-sha512-12', ['layer', 1, 'sha512', 12, false]],
    ['composefs.merged.erofs.v1.fsverity-sha256-12', ['merged', 1, 'sha256', 12, false]],
    [
      'composefs.merged.bootable.erofs.v2.fsverity-sha512-16.sig',
      ['merged.bootable', 2, 'sha512', 16, true],
    ],
    ['composefs.config.fsverity-sha512-12', ['config', null, 'sha512', 12, false]],
    ['composefs.manifest.fsverity-sha512-12.sig', ['manifest', null, 'sha512', 12, true]],
    ['containers.composefs.fsverity', ['merged', 2, null, 12, false]],
    ['containers.composefs.layer.fsverity', ['layer', 2, null, 12, false]],
    ['org.example.composefs.digest', ['unknown', null, null, 12, false]],
    ['composefs.merged.fsverity-sha512-12', ['unknown', null, null, 12, false]],
    ['composefs.config.erofs.v1.fsverity-sha512-12', ['unknown', null, null, 12, false]],
  ])('%s', (key, [object, erofs, algorithm, blockBits, isSignature]) => {
    expect(parseSealingKey(key, LONG)).toEqual({ object, erofs, algorithm, blockBits, isSignature })
  })

  it.each([
    ['org.opencontainers.image.base.digest', `sha256:${SHORT}`],
    ['composefs.note', 'written by hand'],
    ['toString', LONG],
  ])('%s is none', (key, value) => expect(parseSealingKey(key, value)).toBeNull())
})

describe('digests in values', () => {
  it.each([
    ['composefs.merged.erofs.v1.fsverity-sha512-12', LONG, LONG],
    ['composefs.merged.erofs.v1.fsverity-sha512-12', SHORT, null],
    ['composefs.merged.erofs.v1.fsverity-sha512-12', LONG.toUpperCase(), null],
    ['composefs.merged.erofs.v1.fsverity-sha512-12', `${LONG}\n`, null],
    ['composefs.merged.erofs.v1.fsverity-sha512-12.sig', LONG, null],
    ['containers.composefs.fsverity', SHORT, SHORT],
    ['containers.composefs.fsverity', `sha256:${SHORT}`, null],
    ['org.example.fs-verity', `sha256:${SHORT.toUpperCase()}`, SHORT],
  ])('%s', (key, value, digest) => {
    const parsed = parseSealingKey(key, value)
    expect(parsed === null ? 'none' : sealingDigest(parsed, value)).toBe(digest)
  })
})
