import { expect, it } from 'vitest'
import { SealscopeError } from './error'

it('says what was read, where, and what was found instead', () => {
  const { message } = new SealscopeError({
    code: 'x',
    what: 'a header is damaged',
    where: { layer: 3, path: 'usr/bin/x', offset: 512 },
    expected: 'a number',
    found: 'none',
  })
  expect(message).toBe(
    'a header is damaged, layer 3, usr/bin/x, byte 512, expected a number, found none',
  )
})

it('quotes no more than two thousand characters of what was read', () => {
  const long = `begin${'x'.repeat(1 << 20)}end`
  const { message, where } = new SealscopeError({ code: 'x', what: long, where: { path: long }, found: long }) // prettier-ignore
  expect(message.length).toBeLessThan(3 * 2048 + 20)
  expect(message).toMatch(/^beginx+…x+end, beginx+…x+end, found beginx+…x+end$/)
  expect(where.path).toBe(long)
})
