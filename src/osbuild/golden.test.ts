import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { parseRequests } from '../plan/request'
import { generateManifest } from './generate'
import type { ManifestRequest } from './request'

interface GoldenRequest {
  name: string
  image_type: string
  options?: { subscription?: unknown }
}

interface GoldenResult {
  sha256: string | null
  error: string | null
  panic: string | null
  warnings: string[] | null
  exports: string[] | null
  filename: string | null
  mime_type: string | null
}

interface GoldenCase {
  request: GoldenRequest
  expected: Partial<Record<'79' | '0.274', GoldenResult>>
}

const cases = (
  JSON.parse(
    gunzipSync(
      readFileSync(new URL('./fixtures/plain-requests.json.gz', import.meta.url)),
    ).toString(),
  ) as GoldenCase[]
).filter(({ request }) => request.options?.subscription === undefined)

function requestOf(golden: GoldenRequest, target: '79' | '0.274'): ManifestRequest {
  const [only] = parseRequests(JSON.stringify(golden), target, true)
  if (only === undefined) throw new Error(`${golden.name} gives no request`)
  return only.request
}

/** The README inside pxe-tar-xz is a text of our own, so those manifests have another checksum. */
const OWN_TEXT = 'pxe-tar-xz'

for (const target of ['79', '0.274'] as const) {
  const known = cases.flatMap(({ request, expected }) => {
    const result = expected[target]
    return result === undefined ? [] : [[request.name, request, result] as const]
  })
  describe(`manifests without a blueprint, target ${target}`, () => {
    it.each(known)('%s', (_, request, expected) => {
      const result = generateManifest(requestOf(request, target))
      if (expected.error !== null || expected.panic !== null) {
        expect(result.manifest).toBeNull()
        expect(result.error).not.toBeNull()
        return
      }
      expect(result.error).toBeNull()
      if (request.image_type !== OWN_TEXT) expect(result.sha256()).toBe(expected.sha256)
      expect(result.warnings).toEqual(expected.warnings ?? [])
      expect(result.exports).toEqual(expected.exports)
      expect(result.filename).toBe(expected.filename)
      expect(result.mimeType).toBe(expected.mime_type)
    })
  })
}
