import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { BLUEPRINT_KEYS } from '../../formats/blueprint/decode'
import { CUSTOMIZATION_KEYS } from '../../formats/blueprint/customization-types'
import { effectsOf } from './effects'
import { familyOf } from './image-list'
import { itemsOf } from './items'
import { ImageTree } from './image-tree'
import { outcomesOf } from './outcomes'
import { parseRequests } from './request'
import { OUTCOME_WORDS, wordsFor } from './words'

const UNKNOWN = { tree: new ImageTree(null), imageSize: null, initrdModules: null, facts: null }

const cases = gunzipSync(
  readFileSync(new URL('../../rules/image-builder/fixtures/cases.json.gz', import.meta.url)),
).toString()

/** Everything that was computed for the blueprints of all golden requests, both targets. */
const computed = (['79', '0.274'] as const).flatMap((target) =>
  parseRequests(`{"cases":${cases}}`, target, true).flatMap(({ name, frame, document }) => {
    if (document === null) return []
    const items = itemsOf(document)
    const effects = effectsOf(frame, document, items)
    const outcomes = outcomesOf(frame, document, items, effects, UNKNOWN)
    const family = familyOf(frame.imageType, target)
    return items.map((item, index) => ({
      name: `${target} ${name} ${item.name}`,
      item,
      outcome: outcomes[index],
      effect: effects.effects[index],
      works: effects.repaired !== null,
      words: wordsFor(item.key, family ?? 'disk', frame.bootc.unifiedKernel),
    }))
  }),
)

describe('the table of words and the computed effects', () => {
  it('has words for every outcome', () => {
    const silent = computed.filter(
      ({ outcome }) => outcome === undefined || outcome.reason === '' || outcome.source === '',
    )
    expect(silent.map(({ name }) => name)).toEqual([])
    expect(computed.length).toBeGreaterThan(1800)
  })

  it('says applied of everything that changes the pipelines', () => {
    const wrong = computed.filter(
      ({ effect, words }) => effect?.changesPipelines === true && words?.kind !== 'applied',
    )
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  it('names what makes an item void when the table says applied', () => {
    const lost = computed.filter(
      ({ works, words, outcome, effect }) =>
        works &&
        words?.kind === 'applied' &&
        effect?.changesPipelines === false &&
        outcome?.outcome !== 'warned' &&
        effect.refused === null &&
        effect.later === null,
    )
    expect(lost.length).toBeGreaterThan(10)
    for (const { name, outcome } of lost) {
      expect([name, ['overridden', 'no-effect'].includes(outcome?.outcome ?? '')]).toEqual([name, true]) // prettier-ignore
    }
  })

  it('keeps outcome and effect apart only as far as the contract allows', () => {
    const wrong = computed.filter(({ outcome }) => {
      if (outcome === undefined) return true
      const { changesPipelines } = outcome
      return (
        (outcome.outcome === 'applied' && !changesPipelines) ||
        (['dropped', 'overridden', 'no-effect'].includes(outcome.outcome) && changesPipelines)
      )
    })
    expect(wrong.map(({ name }) => name)).toEqual([])
  })

  it('has a row for every key of a blueprint', () => {
    const header = ['name', 'description', 'version', 'distro', 'architecture', 'customizations']
    const keys = [
      ...BLUEPRINT_KEYS.filter((key) => !header.includes(key)),
      ...CUSTOMIZATION_KEYS.filter((key) => key !== 'kernel').map((key) => `customizations.${key}`),
      'customizations.kernel.name',
      'customizations.kernel.append',
    ]
    expect(Object.keys(OUTCOME_WORDS).sort()).toEqual(keys.sort())
  })
})
