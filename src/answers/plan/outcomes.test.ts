import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import type { PlanResult } from '../../contract/plan'
import { planRequest } from './plan'
import { parseRequests } from './request'

interface GoldenItem {
  item: string
  changes_pipelines?: boolean
  changes_sources?: boolean
  warning?: string | null
  refused?: boolean
  needed?: string
}

function fixture(path: string): string {
  return gunzipSync(readFileSync(new URL(path, import.meta.url))).toString()
}

/** What image-builder 79 does with each item of 276 requests, found by taking it away. */
const golden = JSON.parse(fixture('./fixtures/outcomes.json.gz')) as [string, GoldenItem[]][]
const requests = new Map(
  parseRequests(
    `{"cases":${fixture('../../rules/image-builder/fixtures/cases.json.gz')}}`,
    '79',
    true,
  ).map((request) => [request.name, request]),
)

function planOf(name: string): PlanResult {
  const request = requests.get(name)
  if (request === undefined) throw new Error(`${name} is no case`)
  return planRequest({ ...request, facts: null, commands: () => [] }).plan
}

const plans = new Map(golden.map(([name]) => [name, planOf(name)]))

describe('outcomes agree with what the real program does without the item', () => {
  it.each(golden)('%s', (name, items) => {
    const outcomes = plans.get(name)?.outcomes ?? []
    expect(outcomes.map(({ item }) => item).sort()).toEqual(items.map(({ item }) => item).sort())
    for (const wanted of items) {
      const found = outcomes.find(({ item }) => item === wanted.item)
      if (wanted.refused !== undefined) {
        expect([wanted.item, found?.outcome === 'refused']).toEqual([wanted.item, wanted.refused])
      } else if (wanted.needed === undefined) {
        expect(found).toMatchObject({
          item: wanted.item,
          changesPipelines: wanted.changes_pipelines,
          changesSources: wanted.changes_sources,
          warning: wanted.warning,
        })
        expect([wanted.item, found?.outcome]).not.toEqual([wanted.item, 'refused'])
      } else {
        expect(found).toMatchObject({ item: wanted.item, changesPipelines: true })
      }
    }
  })

  it('covers every item that was recorded', () => {
    const count = golden.reduce((sum, [, items]) => sum + items.length, 0)
    expect([golden.length, count]).toEqual([276, 1048])
  })
})
