import { describe, expect, it } from 'vitest'
import type { JsonObject } from '../../../base/go/json'
import { buildObjections } from './build-objections'

const SIZE = 400 * 2 ** 20

/** A manifest of one pipeline with one stage. */
function manifest(stage: JsonObject, runner = 'org.osbuild.fedora43'): JsonObject {
  return {
    pipelines: [{ name: 'image', runner, stages: [stage] }],
    sources: { 'org.osbuild.inline': { items: { 'sha256:aa': {} } } },
  }
}

function mkfs(type: string, options: JsonObject, size = SIZE): JsonObject {
  const device = { type: 'org.osbuild.loopback', options: { start: 2048, size: size / 512 } }
  return { type: `org.osbuild.${type}`, options, devices: { device } }
}

function table(label: string, partition: JsonObject, sector?: number): JsonObject {
  const options: JsonObject = { filename: 'disk.raw' }
  if (sector !== undefined) options['sector-size'] = sector
  const device = { type: 'org.osbuild.loopback', options }
  return {
    type: 'org.osbuild.sfdisk',
    options: { label, partitions: [partition] },
    devices: { device },
  }
}

const ROOT = '4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709'

describe('what would stop a build', () => {
  it.each<[string, JsonObject]>([
    ['a partition at 1 MiB', table('gpt', { start: 2048, size: 10, type: ROOT })],
    ['the same in 4 KiB sectors', table('gpt', { start: 256, size: 10, type: ROOT }, 4096)],
    ['a DOS partition at 32 KiB', table('dos', { start: 64, size: 10, type: '83' })],
    ['xfs of 300 MiB', mkfs('mkfs.xfs', { label: 'twelve-bytes' }, 300 * 2 ** 20)],
    ['xfs of four groups', mkfs('mkfs.xfs', { agcount: 4 })],
    ['an ESP', mkfs('mkfs.fat', { label: 'ESP' })],
    ['contents with a source', source('sha256:aa')],
  ])('nothing: %s', (_, stage) => {
    expect(buildObjections(manifest(stage))).toEqual([])
  })

  it.each<[string, JsonObject, RegExp]>([
    ['early partition', table('gpt', { start: 2047, size: 10, type: ROOT }), /before 1 MiB/],
    [
      'type of DOS in a GPT',
      table('gpt', { start: 2048, size: 10, type: '83' }),
      /no type of a GPT/,
    ],
    ['type of a GPT in DOS', table('dos', { start: 64, size: 10, type: ROOT }), /type 0/],
    ['beyond DOS', table('dos', { start: 64, size: 2 ** 32, type: '83' }), /2\^32/],
    ['small xfs', mkfs('mkfs.xfs', {}, 299 * 2 ** 20), /at least 314572800/],
    ['one group', mkfs('mkfs.xfs', { agcount: 1 }), /at least 2/],
    ['long label', mkfs('mkfs.xfs', { label: '1234567890123' }), /13 bytes/],
    ['label beyond ASCII', mkfs('mkfs.fat', { label: 'ä' }), /refuses/],
    ['small btrfs', mkfs('mkfs.btrfs', {}, 100 * 2 ** 20), /114294784/],
    ['contents without a source', source('sha256:bb'), /sha256:bb has no source/],
    ['two mounts of a name', mounts('boot', 'boot'), /two mounts are named boot/],
  ])('%s', (_, stage, expected) => {
    const [only = '', ...more] = buildObjections(manifest(stage))
    expect(only).toMatch(expected)
    expect(more).toEqual([])
  })

  it.each([
    ['org.osbuild.fedora43', true],
    ['org.osbuild.fedora29', false],
    ['org.osbuild.ol8', false],
    ['org.osbuild.linux', true],
    ['org.osbuild.constructor1', false],
  ])('runner %s', (runner, known) => {
    expect(buildObjections(manifest({ type: 'x' }, runner)).length).toBe(known ? 0 : 1)
  })
})

function source(reference: string): JsonObject {
  const file = { origin: 'org.osbuild.source', references: [{ id: reference }] }
  return { type: 'org.osbuild.copy', inputs: { file } }
}

function mounts(...names: string[]): JsonObject {
  const devices = { disk: { type: 'org.osbuild.loopback' } }
  return {
    type: 'org.osbuild.copy',
    devices,
    mounts: names.map((name) => ({ name, source: 'disk' })),
  }
}
