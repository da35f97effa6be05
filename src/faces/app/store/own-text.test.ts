import { expect, it } from 'vitest'
import { addressOf, readAddress } from './address'
import { keepOwnText, ownText } from './own-text'
import { DEFAULT_OPTIONS } from '../../../answers/plan/options'

function tab() {
  const kept = new Map<string, string>()
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  }
}
const TEXT = '# mine\n[[customizations.user]]\nname = "a"\nPassword = "hunter2"\n'
const OWN = { text: TEXT, format: 'toml' as const }

it('gives the author back what the address does not tell', () => {
  const mine = tab()
  const source = { kind: 'sample' as const, ref: 'sealed' }
  const hash = addressOf({ source, platform: null, blueprint: OWN, options: DEFAULT_OPTIONS })
  keepOwnText(hash, OWN, mine)
  expect(ownText(hash, mine)).toEqual(OWN)
  expect(JSON.stringify(readAddress(hash))).not.toContain('hunter2')
  expect(ownText(hash, tab())).toBeNull()
})

it('keeps the last ones, and forgets what was cleared', () => {
  const mine = tab()
  for (let count = 0; count < 20; count++) keepOwnText(`#plan=${count}`, OWN, mine)
  expect([ownText('#plan=11', mine), ownText('#plan=12', mine)]).toEqual([null, OWN])
  keepOwnText('#plan=12', { ...OWN, text: '' }, mine)
  expect(ownText('#plan=12', mine)).toBeNull()
})

it.each(['', '{', '7', '[{"hash":1}]', '[null]'])('takes %j for nothing', (text) => {
  expect(ownText('#plan=x', { getItem: () => text, setItem: () => undefined })).toBeNull()
})
