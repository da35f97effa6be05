import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import type { InstallTable } from '../../../contract/install'
import type { LayoutFiles } from '../../../formats/oci/layout'
import { parseInstallRequests, type InstallRequest } from '../../install/requests'

export interface GoldenFile {
  path: string
  type: string
  mode?: string
  owner?: string
  size?: number
  sha256?: string
  text?: string
  target?: string
  selinux?: string
  verity?: true
}

/** What the real bootc did. */
export interface GoldenRun {
  name: string
  exit: number
  text: string | null
  table?: InstallTable
  filesystems: {
    n: number
    type?: string
    label?: string
    uuid?: string
    version?: string
    files?: GoldenFile[]
    objects?: { count: number; with_verity: number }
  }[]
}

interface Fixture {
  program: string
  cases: (GoldenRun & { layout: string })[]
  layouts: Record<string, unknown>
  blobs: Record<string, string>
}

const fixture = JSON.parse(
  brotliDecompressSync(readFileSync(new URL('../fixtures/install.json.br', import.meta.url))).toString(), // prettier-ignore
) as Fixture

export const goldenRuns: readonly (GoldenRun & { layout: string })[] = fixture.cases
export const goldenRequests: readonly InstallRequest[] = parseInstallRequests(fixture).cases
export const isLayout = (name: string) => Object.hasOwn(fixture.layouts, name)

export function installLayout(name: string): LayoutFiles {
  return {
    async open(path) {
      if (path === 'index.json') return new Blob([JSON.stringify(fixture.layouts[name])]).stream()
      if (path === 'oci-layout') return new Blob(['{"imageLayoutVersion":"1.0.0"}']).stream()
      const blob = fixture.blobs[path.replace('blobs/sha256/', '')]
      return blob === undefined ? null : new Blob([Buffer.from(blob, 'base64')]).stream()
    },
  }
}
