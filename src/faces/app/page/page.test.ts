import { expect, it } from 'vitest'
import { exampleFacts } from '../../../answers/plan/testing/facts'
import type { Entry } from '../address/machine'
import { Page } from './page'
import type { Ports } from './ports'

/** A browser with a history of its own. */
function browser(hash = '') {
  const entries: { hash: string; state: Entry | null }[] = [{ hash, state: null }]
  let at = 0
  const kept = () => {
    const box = new Map<string, string>()
    return {
      getItem: (key: string) => box.get(key) ?? null,
      setItem: (key: string, value: string) => void box.set(key, value),
    }
  }
  const ports: Ports = {
    here: () => entries[at] ?? { hash: '', state: null },
    step: (kind, next, state) => {
      if (kind === 'push') entries.splice(++at, Infinity, { hash: next, state })
      else entries[at] = { hash: next, state }
    },
    keep: kept(),
    tab: kept(),
    now: () => 0,
    today: () => 1,
    open: (request) =>
      request.kind === 'sample' && request.name === 'gone'
        ? Promise.reject(new TypeError('there is none'))
        : Promise.resolve(exampleFacts({ source: { kind: 'sample', ref: 'sealed' } })),
    pack: () => Promise.resolve(null),
    samples: () => Promise.resolve([]),
    digestOf: () => Promise.reject(new TypeError('nobody is asked')),
  }
  const move = (by: number, page: Page) => {
    at += by
    page.arrive()
  }
  return { ports, entries, move, hash: () => entries[at]?.hash }
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 0))

it('opens, walks views and comes back without reading again', async () => {
  const { ports, move, hash } = browser()
  let reads = 0
  const page = new Page({ ...ports, open: (...asked) => (reads++, ports.open(...asked)) })
  page.begin()
  page.openText('sample:sealed')
  await settle()
  page.go('disk')
  expect(hash()).toBe('#sample=sealed&at=disk')
  page.setText('name = "x"\n')
  page.rewrite()
  move(-1, page)
  expect(page.stores.state.getState().at.view).toBe('overview')
  expect(page.stores.plan.getState().text).toBe('name = "x"\n')
  expect([reads, hash()?.startsWith('#plan=')]).toEqual([1, true])
  move(-1, page)
  expect(page.stores.state.getState().view.kind).toBe('start')
})

it('tries that fail share one entry, and the field keeps what was typed', async () => {
  const { ports, entries } = browser()
  const page = new Page(ports)
  page.begin()
  for (let tries = 0; tries < 3; tries++) {
    page.openText('sample:gone')
    await settle()
  }
  const { view, field } = page.stores.state.getState()
  expect([view.kind, field, entries.length]).toEqual(['start', 'sample:gone', 2])
})

it('gives a reload the own text, and another tab the one without the secret', async () => {
  const first = browser()
  const page = new Page(first.ports)
  page.begin()
  page.openText('sample:sealed')
  await settle()
  const text = '[[customizations.user]]\nname = "a"\npassword = "hunter2"\n'
  page.setText(text)
  page.rewrite()
  const hash = first.hash() ?? ''
  const again = new Page({ ...browser(hash).ports, tab: first.ports.tab })
  again.begin()
  expect(again.stores.plan.getState().text).toBe(text)
  const other = new Page(browser(hash).ports)
  other.begin()
  expect(other.stores.plan.getState().text).not.toContain('hunter2')
  await settle()
  expect(other.stores.state.getState().banner).toMatchObject({ kind: 'plan' })
})

it('asks before an unknown registry is read', () => {
  const page = new Page(browser('#image=registry.corp/a/b').ports)
  page.begin()
  expect(page.stores.state.getState().view).toMatchObject({ kind: 'asking', host: 'registry.corp' })
})

it('two pages live beside each other', async () => {
  const [one, two] = [new Page(browser().ports), new Page(browser().ports)]
  one.openText('sample:sealed')
  await settle()
  expect([one, two].map(({ stores }) => stores.state.getState().view.kind)).toEqual([
    'report',
    'start',
  ])
})
