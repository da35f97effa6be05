import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { manifestRequest, parseRequests } from '../../../answers/plan/request'
import { generateManifest } from '../generate'
import { buildObjections } from './build-objections'

/**
 * Golden manifests that osbuild 190 does not load (`osbuild --inspect`) or whose disk sfdisk and mkfs
 * refused on a loop device; all others load, and 356 disks were built.
 */
const REFUSED = [
  'random/0054-gce-ord-diskyaml-users-ign',
  'random/0098-qcow2-sealed-diskyaml-rootfiles-disk-btrfsnoroot-toml',
  'random/0124-bootc-generic-iso-ord-rootfiles-files',
  'random/0202-qcow2-sealed-diskyaml-embedded-toml',
  'random/0227-pxe-tar-xz-sealed-diskyaml-build',
  'random/0235-qcow2-sealed-diskyaml-fs-grub2',
  'v79/yaml-dos-padding',
  'v79/yaml-grain-512',
  'v79/yaml-grain-64k',
  'v79/yaml-start-absolute-small',
]

it('objects to the golden manifests that the real programs refuse, and to no other', () => {
  const packed = readFileSync(new URL('../fixtures/cases.json.gz', import.meta.url))
  const requests = parseRequests(`{"cases":${gunzipSync(packed).toString()}}`, '79', true)
  const results = requests.map((request) => ({
    name: request.name,
    manifest: generateManifest(manifestRequest(request)).manifest,
  }))
  const refused = results.filter(
    ({ manifest }) => manifest !== null && buildObjections(manifest).length > 0,
  )
  expect(results.filter(({ manifest }) => manifest !== null).length).toBe(409)
  expect(refused.map(({ name }) => name).sort()).toEqual(REFUSED)
})
