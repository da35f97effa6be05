import { describe, expect, it } from 'vitest'
import { exampleFacts, sealedFacts } from '../plan/testing/facts'
import { exampleSystem, withSystem } from '../plan/testing/system'
import { DEFAULT_OPTIONS } from '../plan/options'
import { planImage } from '../plan/plan'
import type { ImageFacts, SealProof } from '../../contract/facts'
import { planMarkdown } from './markdown'

const PROOF: SealProof = { holds: true, matches: [], candidates: [], accepts: [], importError: null, causes: [] } // prettier-ignore
const CAUSE: SealProof['causes'][number] = {
  id: 'late-layer',
  evidence: 'search',
  proved: true,
  message: 'layer 2 came after sealing',
  paths: [],
  count: 1,
  layer: 2,
  fix: 'move it before sealing',
}

function sealed(proof: SealProof | null): ImageFacts {
  const facts = withSystem(sealedFacts(`composefs=${'a'.repeat(128)} rw console=ttyS0`))
  const claimed = [{ form: 'composefs', version: 'v1', algorithm: 'sha512', digest: 'a'.repeat(128), optional: false }] as const // prettier-ignore
  return { ...facts, seal: { ...facts.seal, verdict: 'UKI_SEALED', claimed: [...claimed], proof } }
}

function card(facts: ImageFacts, customizations: unknown, type = 'qcow2'): string {
  const blueprint = { text: JSON.stringify({ customizations }), format: 'json' as const }
  const { plan } = planImage({ facts, blueprint, options: { ...DEFAULT_OPTIONS, type } })
  return planMarkdown({ ...plan, link: 'https://x.example/#plan=a' }, facts)
}

const USER = { user: [{ name: 'core', home: '/var/home/core', password: '$6$a$b' }] }
const GPT = { disk: { type: 'gpt' } }

describe('the review card', () => {
  it('of a seal that does not hold never says sealed', () => {
    const text = card(sealed({ ...PROOF, holds: false, causes: [CAUSE] }), GPT)
    const [head = ''] = text.split('\n')
    expect(head).toMatch(/^### ❌ The seal is broken\. The build would stop/)
    expect(head).not.toMatch(/\bsealed\b/i)
    expect(text).toContain('| seal | **broken** | layer 2 came after sealing |')
    expect(text).toContain('- **Seal:** move it before sealing')
  })

  it('of a seal that was not computed does not say that it holds', () => {
    expect(card(sealed(null), GPT)).toContain('| seal | unknown |')
  })

  it('says the worst first: checks, who can log in, disk in sizes for people, losses, link', () => {
    const text = card(sealed(PROOF), { ...GPT, ...USER })
    const places = ['Nobody can log in', '| Check | Answer | Why |', '| seal | yes |', '| boot | unknown |', '**Who can log in:** of the image nobody', '**Disk:** GPT, ', '| 1 MiB |', '**Customizations:** 1 of 2 customizations is lost', '| `customizations.user[0]` | dropped in silence |', '[Open this plan](<https://x.example/#plan=a>)'].map((part) => text.indexOf(part)) // prettier-ignore
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(places[0]).toBeGreaterThan(0)
    expect(text).not.toMatch(/\d{7,} bytes/)
  })

  it('of a refused build says that and nothing else', () => {
    const text = card(withSystem(exampleFacts()), { filesystem: [{ mountpoint: '/data', minsize: 1 }], ...USER }) // prettier-ignore
    expect(text).toMatch(/^### ❌ image\\-builder refuses: nothing is built/)
    expect(text).not.toMatch(/applied|Disk:|of 2 customizations/)
  })

  it('of a good plan is short', () => {
    const system = exampleSystem()
    const facts = withSystem(exampleFacts(), system)
    const text = card(facts, USER)
    expect(text).toMatch(/^### ✅ The one customization is applied\./)
    expect(text).toContain('of the blueprint user core')
    expect(text).not.toContain('| Customization |')
  })

  it('lets no value become markup', () => {
    const text = card(withSystem(exampleFacts()), { hostname: 'a|b <img src=x> @me [x](http://y)' })
    for (const line of text.split('\n').filter((each) => each.startsWith('| `'))) {
      expect(line.match(/(?<!\\)\|/g)).toHaveLength(5)
    }
    expect(text).not.toMatch(/(?<!\\)<img|(?<!\\)\]\(http:\/\/y/)
  })
})
