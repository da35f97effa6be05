import { describe, expect, it } from 'vitest'
import { documentOfValue } from '../../formats/blueprint/document'
import { DEFAULT_OPTIONS } from './options'
import { effectsOf } from './effects'
import { frameFromFacts } from './frame'
import { itemsOf, without } from './items'
import { requestWith } from './request'
import { differenceOf, snapshotOf } from './snapshot'
import { exampleFacts, sealedFacts } from './testing/facts'

const COUNT = 220

/** More of everything than is weighed one by one: twins, empty values, files that share contents. */
const LARGE = {
  customizations: {
    sshkey: [{ user: 'u4', key: 'ssh-ed25519 A' }],
    user: Array.from({ length: COUNT }, (_, index) => ({
      name: index % 50 === 49 ? 'twin' : `u${index}`,
      ...(index % 3 === 0 ? { key: index % 2 === 0 ? '' : 'ssh-ed25519 A' } : {}),
    })),
    group: Array.from({ length: COUNT }, (_, index) => ({ name: `g${index}` })),
    files: Array.from({ length: COUNT }, (_, index) => ({
      path: `/etc/${index}`,
      data: index % 20 < 2 ? 'shared' : `${index}`,
    })),
  },
}

describe.each([
  ['ordinary', exampleFacts()],
  ['sealed', sealedFacts('composefs=a')],
])('long lists of an image, %s', (_, facts) => {
  it('have the effects that taking away each item shows', () => {
    const frame = frameFromFacts(facts, DEFAULT_OPTIONS)
    const document = documentOfValue(LARGE)
    const items = itemsOf(document)
    const { effects, base } = effectsOf(frame, document, items)
    const exact = items.map((item) => {
      const root = without(document.root, [item])
      const { pipelines, sources } = differenceOf(
        base,
        snapshotOf(requestWith(frame, { ...document, root })),
      )
      return [item.name, pipelines, sources]
    })
    expect(
      items.map(({ name }, index) => [
        name,
        effects[index]?.changesPipelines,
        effects[index]?.changesSources,
      ]),
    ).toEqual(exact)
  })

  it('name the one that is refused, and judge the others', () => {
    const frame = frameFromFacts(facts, DEFAULT_OPTIONS)
    const files = LARGE.customizations.files.map((file, index) =>
      index === 137 ? { ...file, path: '/opt/no' } : file,
    )
    const document = documentOfValue({ customizations: { files } })
    const items = itemsOf(document)
    const { effects } = effectsOf(frame, document, items)
    expect(items.filter((_, index) => effects[index]?.refused !== null).map(({ name }) => name)).toEqual(['customizations.files[137]']) // prettier-ignore
  })
})
