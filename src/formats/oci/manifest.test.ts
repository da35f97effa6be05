import { describe, expect, it } from 'vitest'
import { choosePlatform } from './image'
import { openLayout } from './layout'
import { parseJson } from './manifest'

const bytesOf = (text: string) => new TextEncoder().encode(text)

describe('JSON', () => {
  it.each([
    `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`,
    `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`,
    '['.repeat(1000),
  ])('that is nested too deeply is refused', (text) => {
    expect(() => parseJson(bytesOf(text), 'x')).toThrow('x is nested too deeply, byte')
  })

  it('may hold brackets in texts', () => {
    const value = { a: '[{'.repeat(1000), b: '\\"[', c: ['\\'], d: {} }
    expect(parseJson(bytesOf(JSON.stringify(value)), 'x')).toEqual(value)
  })
})

describe('what an error lists', () => {
  const entry = (architecture: string) => ({
    mediaType: 'x',
    digest: `sha256:${'0'.repeat(64)}`,
    size: 1,
    annotations: {},
    platform: { os: 'linux', architecture, variant: null },
  })

  it('is short for an index of many platforms', () => {
    const many = Array.from({ length: 20_000 }, (_, index) => entry(`a${index}`))
    expect(() => choosePlatform(many, null)).toThrow(/linux\/a15 and 19984 more$/)
    expect(() => choosePlatform([], null)).toThrow('found no image at all')
  })

  it('is short for a layout of many tags', async () => {
    const manifests = Array.from({ length: 10_000 }, (_, index) => ({
      ...entry('amd64'),
      annotations: { 'org.opencontainers.image.ref.name': `t${index}` },
    }))
    const open = async () => new Blob([JSON.stringify({ manifests })]).stream()
    await expect(openLayout({ open }, 'x', null)).rejects.toThrow(/t15 and 9984 more$/)
  })
})
