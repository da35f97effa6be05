import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../../base/error'
import { parseDumpfile } from './dumpfile-parse'

const SAMPLE = `/ 0 40755 3 0 0 0 1700000000.0 - - -
/usr 0 40755 2 0 0 0 1700000000.5 - - - user.x=y\\x20z
/usr/a 3 100644 2 0 0 0 1700000000.0 - abc -
/usr/b 0 @120000 - - - - 0.0 /usr/a - -
`

describe('hostile input', () => {
  it('a dumpfile cut or changed at any byte gives a tree or the one error', () => {
    for (let at = 0; at < SAMPLE.length; at++) {
      for (const text of [
        SAMPLE.slice(0, at),
        `${SAMPLE.slice(0, at)}\\${SAMPLE.slice(at + 1)}`,
        `${SAMPLE.slice(0, at)}\0${SAMPLE.slice(at + 1)}`,
      ]) {
        try {
          expect(parseDumpfile(text).kind).toBe('dir')
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(SealscopeError)
        }
      }
    }
  })
})
