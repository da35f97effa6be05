import { describe, expect, it } from 'vitest'
import { TARGETS } from '../target'
import { decodeDiskYaml } from './disk-yaml'

function sizeOf(size: string): bigint | undefined {
  const text = `partition_table:\n  size: ${size}\n`
  return decodeDiskYaml(text, 'disk.yaml', TARGETS['79']).partitionTable?.size
}

describe('sizes in disk.yaml', () => {
  it.each([
    ['1024', 1024n],
    ['"1024"', 1024n],
    ['1 KiB', 1024n],
    ['1.5GiB', 1610612736n],
    ['"\\u00a01 kB\\u0085"', 1000n],
    ['20000000 TiB', 2n ** 63n],
  ])('%s', (text, size) => {
    expect(sizeOf(text)).toBe(size)
  })

  it.each([
    ['1 gib', 'unknown data size units in string: 1 gib'],
    ['1 constructor', 'unknown data size units in string: 1 constructor'],
    ['-1', 'cannot be negative'],
    ['many', 'the size string is not a valid positive float number: many'],
    [`"${'9'.repeat(400)}"`, 'failed to parse size as float'],
  ])('refuses %s', (text, problem) => {
    expect(() => sizeOf(text)).toThrow(
      `cannot parse disk definitions from "disk.yaml": line 2, partition_table.size: error decoding size: ${problem}`,
    )
  })
})
