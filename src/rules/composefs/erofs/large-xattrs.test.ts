import { beforeAll, describe, expect, it } from 'vitest'
import type { Kernels } from '../../../base/hash/kernels'
import { loadKernels } from '../../../base/hash/testing/load'
import { pax, read, tar } from '../../../image/layers/testing/layers'
import { mergeLayers } from '../../../image/tree/merge'
import { computeCandidates } from '../../../answers/seal/candidates'
import { BOOTABLE_FORM } from '../forms'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

// cfsctl 0.9.4, oci compute-id --bootable, of layers with these entries.
const DIGESTS: [number, string][] = [
  [65_536, '4ef7a2a292c98f6a4f7ea3fe3e6a3a39357d045bb81fea631e394baac0ab66699ee12b1a0b3658fb066f01519013c8719f9ebcee7503d916d078246b46737157'], // prettier-ignore
  [500_000, '1e16800d3f20388fa19774c4960b59b09bdaead48105427712509ff56f3df47573343d4860d9fce0d025e1dc62ac40ba6f46d73c40ee948ba472d442b6057945'], // prettier-ignore
]

describe('extended attributes that EROFS cannot hold', () => {
  it.each(DIGESTS)('of %i bytes give the digest of composefs-rs', async (size, expected) => {
    const layer = tar([
      ...['usr', 'usr/lib', 'etc', 'boot', 'sysroot', 'run'].map((path) => ({ path, type: '5' })),
      { path: 'usr/lib/os-release', content: Buffer.from('ID=test\nVERSION_ID=1\n') },
      pax({ 'SCHILY.xattr.security.capability': 'v'.repeat(size) }),
      { path: 'usr/x' },
    ])
    const { listing } = await read(kernels, layer)
    const { root, importError } = mergeLayers([listing])
    const [candidate] = computeCandidates(
      {
        root,
        importError,
        readFile: ({ content }) => content.inline ?? new Uint8Array(0),
        verity: (algorithm) => kernels.verity(algorithm),
        multiFrame: false,
      },
      'sha512',
      [BOOTABLE_FORM],
    )
    expect(candidate?.digest).toBe(expected)
  })
})
