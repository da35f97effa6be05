import { beforeAll, describe, expect, it } from 'vitest'
import type { SealCause } from '../../contract/facts'
import type { Kernels } from '../../base/hash/kernels'
import { loadKernels } from '../../base/hash/testing/load'
import { openLayout } from '../../formats/oci/layout'
import { inspectImage } from '../facts/inspect-image'
import { goldenLayouts, layoutFiles } from '../facts/testing/layouts'

let kernels: Kernels
beforeAll(async () => {
  kernels = await loadKernels()
})

async function causesOf(name: string, mayContinue = () => true): Promise<SealCause[]> {
  const layout = goldenLayouts.find((each) => each.name === name)
  if (layout === undefined) throw new Error(`no layout ${name}`)
  const image = await openLayout(layoutFiles(layout), 'latest', null)
  const options = { kernels, verity: ['sha512', 'sha256'] as const, quick: false, mayContinue }
  const { facts } = await inspectImage(image, { kind: 'oci', ref: name }, options)
  return facts.seal.proof?.causes ?? []
}

describe('why a seal does not hold, or is refused', () => {
  it.each([
    ['boot-dumpfile', ['mode', 'dir-mtime', 'extra'], true, '/usr/bin/true'],
    ['mismatch-extra-layer', ['later-layers'], true, '/usr/bin/late'],
    ['mismatch-xattr', ['capability-lost-in-layers'], true, '/usr/bin/hello'],
    ['mismatch-mtime', ['dir-mtime'], false, '/usr/lib'],
    ['sealed-plain-digest', ['plain-digest'], true, null],
    ['sealed-v0-cfsctl', ['erofs-v0'], true, null],
    ['selinux-shared-label', ['old-release'], true, null],
    ['xattrs-keep-user', ['user-xattrs'], true, null],
    ['xattrs-old-bootc-mismatch', ['old-release'], true, null],
    ['nsec-current', ['nsec'], true, null],
    ['multi-member-layers', ['multi-frame-layers'], true, null],
    ['malformed-karg', ['malformed-karg'], true, null],
    ['missing-parent', ['import'], true, 'opt/x/file'],
    ['no-usr', ['import'], true, null],
    ['no-kernel', [], true, null],
    ['sealed-v2-old-bootc', ['old-release'], true, null],
    ['sha256-karg', ['sha256-karg', 'old-release'], true, null],
    ['sealed-v1', [], true, null],
    ['cfsctl-karg-sha256', ['sha256-karg'], true, null],
    ['nsec-old', [], true, null],
    ['split-kernel', [], true, null],
  ])('%s', async (name, ids, proved, path) => {
    const causes = await causesOf(name)
    expect(causes.map(({ id }) => id)).toEqual(ids)
    for (const cause of causes) {
      expect([cause.proved, cause.fix !== '']).toEqual([proved, true])
      expect(cause.message).not.toContain('tampered')
    }
    if (path !== null) expect(causes.flatMap(({ paths }) => paths)).toContain(path)
  })

  it('gives up the search when it is told to, and still says what it sees', async () => {
    let asked = 0
    const causes = await causesOf('mismatch-xattr', () => ++asked < 3)
    expect([asked, causes.map(({ proved }) => proved)]).toEqual([3, [false]])
  })
})
