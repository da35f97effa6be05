import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import type { LayoutFiles } from '../../../formats/oci/layout'

interface ExpectedImage {
  architecture: string
  layers: { digest: string; size: number; uncompressed_size: number; diff_id: string }[]
  digests: Record<string, string>
  legacy_digests: Record<string, { digest?: string; error?: string; source: string }>
  errors: Record<string, string> | null
  kernel: { version: string; unified: boolean; path: string } | null
  inspect: { kargs: string[] } | null
  uki: { path: string; size: number; cmdline: string | null; machine: string } | null
  karg: {
    form: string
    insecure: boolean
    hash: string | null
    version: string | null
    digest: string
  } | null
  verdict: string
  modifiers: string[]
  seal_matches: string[]
  accepted_by: Record<string, boolean> | null
  install_config: Record<string, unknown> | null
}

export interface GoldenLayout {
  name: string
  index: string
  expected: { images: ExpectedImage[] }
}

interface Fixture {
  layouts: GoldenLayout[]
  blobs: Record<string, string>
}

const fixture = JSON.parse(
  gunzipSync(readFileSync(new URL('../fixtures/layouts.json.gz', import.meta.url))).toString(),
) as Fixture

/** The golden OCI layouts: inputs, and what cfsctl and bootc made of them. */
export const goldenLayouts: readonly GoldenLayout[] = fixture.layouts

export function layoutFiles(layout: GoldenLayout): LayoutFiles {
  return {
    async open(path) {
      if (path === 'index.json') return new Blob([layout.index]).stream()
      const blob = fixture.blobs[path.replace('blobs/sha256/', '')]
      return blob === undefined ? null : new Blob([Buffer.from(blob, 'base64')]).stream()
    },
  }
}
