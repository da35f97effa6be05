import { expect, it } from 'vitest'
import { DEFAULT_OPTIONS } from '../plan/options'
import { planImage } from '../plan/plan'
import { exampleFacts } from '../plan/testing/facts'
import { cardMarkdown, cardText, reviewCard } from './card'

const facts = exampleFacts({ source: { kind: 'registry', ref: 'quay.io/a/b:1' } })
const text = '[[customizations.user]]\nname = "a|b`<img>"\n'
const blueprint = { text, format: 'toml' as const }

it('tells the image, the losses by name and sizes for people', () => {
  const { plan } = planImage({ facts, blueprint, options: DEFAULT_OPTIONS })
  const card = reviewCard(facts, plan, 'https://sealscope.example/#image=x')
  const markdown = cardMarkdown(card)
  expect(markdown).toContain('quay.io/a/b:1')
  expect(markdown).toMatch(/\| Disk \| \d+(\.\d)? GiB GPT/)
  expect(markdown).toContain('[Open in Sealscope](https://sealscope.example/#image=x)')
  expect(markdown).not.toMatch(/<img>|a\|b/)
  expect(cardText(card)).toContain('https://sealscope.example/#image=x')
})

it('without a blueprint names none', () => {
  expect(reviewCard(facts, null, null).rows.map(({ label }) => label)).not.toContain('Disk')
})
