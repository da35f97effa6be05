import { expect, test } from 'vitest'
import type { AcceptRow } from '../../../contract/facts'
import { acceptedInWords } from './accepted-in-words'

const row = (bootc: string, repository: AcceptRow['repository'], accepts: boolean): AcceptRow => ({
  bootc,
  repository,
  accepts,
  why: '',
  inferred: null,
})

test('a release that takes a seal only on upgraded hosts is told apart', () => {
  const rows = [
    row('1.12', 'new', false),
    row('1.16.3', 'new', true),
    row('1.16.3', 'v2', true),
    row('>=1.16.4', 'new', false),
    row('>=1.16.4', 'v1', false),
    row('>=1.16.4', 'v2', true),
  ]
  expect(acceptedInWords(rows)).toBe(
    'A fresh install takes it with bootc 1.16.3. bootc >=1.16.4 refuses a fresh install and takes it only on some hosts that are upgraded. bootc 1.12 refuses it.',
  )
})

test('a seal that nobody takes says so', () => {
  expect(acceptedInWords([row('1.16', 'new', false)])).toContain('no bootc release')
})
