import { describe, expect, it } from 'vitest'
import { readOsRelease } from './osinfo'

describe('os-release as image-builder reads it', () => {
  it('takes a comment for an assignment when it holds an equals sign', () => {
    const os = readOsRelease('ID=debian\nVERSION_ID="12"\n# a comment with = sign\n')
    expect([os?.id, os?.versionId]).toEqual(['debian', '12'])
  })

  it('stops at a comment without one, as at any other line', () => {
    for (const line of ['# a comment', 'nonsense']) {
      expect(() => readOsRelease(`ID=debian\n\n${line}\n`)).toThrow(
        /readOSRelease: invalid input.*line 3/,
      )
    }
  })
})
