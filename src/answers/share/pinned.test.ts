import { describe, expect, it } from 'vitest'
import type { ImageFacts } from '../../contract/facts'
import { decodeLink, encodeLink } from './link'
import { DEFAULT_OPTIONS } from '../plan/options'
import { pinnedState } from './pinned'
import { planImage } from '../plan/plan'
import { exampleFacts } from '../plan/testing/facts'

const AMD64 = { os: 'linux', architecture: 'amd64', variant: null }
const ARM64 = { os: 'linux', architecture: 'arm64', variant: 'v8' }
const INDEX = `sha256:${'1'.repeat(64)}`
const blueprint = { text: '[[customizations.user]]\nname = "a"\n', format: 'toml' as const }

function factsOf(ref: string, several = false): ImageFacts {
  const facts = exampleFacts({ source: { kind: 'registry', ref } })
  if (facts.image === null || !several) return facts
  const image = { ...facts.image, indexDigest: INDEX, platforms: [AMD64, ARM64] }
  return { ...facts, image }
}

/** What opening the link finds: the same image by the name in the link. */
function opened(facts: ImageFacts, link: string) {
  const state = decodeLink(link)
  if (!state?.source) throw new Error('the link names no image')
  return { state, facts: { ...facts, source: state.source } }
}

describe('a link', () => {
  it.each([
    ['you/os', false],
    ['docker://quay.io/you/os:1', false],
    ['quay.io/you/os', true],
    [`quay.io/you/os:1@${INDEX}`, true],
  ])('to %s (several platforms: %s) opens the plan that it was made of', (ref, several) => {
    const facts = factsOf(ref, several)
    const asked = { blueprint, options: DEFAULT_OPTIONS }
    const { plan } = planImage({ facts, ...asked })
    const { hash } = encodeLink(pinnedState(facts, asked))
    const there = opened(facts, hash)
    const { blueprint: text, options } = there.state
    const again = planImage({ facts: there.facts, blueprint: text, options })
    expect(again.plan.manifestSha256).toBe(plan.manifestSha256)
    expect(plan.manifestSha256).not.toBeNull()
    expect(there.state.source?.ref).toContain(several ? `@${INDEX}` : '@sha256:ffff')
    expect(there.state.platform).toEqual(several ? AMD64 : null)
  })

  it('to a file carries its blueprint only', () => {
    const facts = exampleFacts({ source: { kind: 'oci', ref: 'secret-folder/os' } })
    const state = pinnedState(facts, { blueprint, options: DEFAULT_OPTIONS })
    expect(state).toEqual({ source: null, platform: null, blueprint, options: DEFAULT_OPTIONS })
  })

  it.each(['you/os', 'docker.io/you/os', 'docker://docker.io/you/os:latest'])(
    'has one manifest for each spelling: %s',
    (ref) => {
      const shaOf = (name: string) =>
        planImage({ facts: factsOf(name), blueprint, options: DEFAULT_OPTIONS }).plan.manifestSha256
      expect(shaOf(ref)).toBe(shaOf('docker.io/you/os:latest'))
    },
  )
})
