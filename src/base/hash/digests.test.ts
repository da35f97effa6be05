import { createHash } from 'node:crypto'
import { beforeAll, expect, it } from 'vitest'
import { digestOf, hexDigest, loadDigests } from './digests'
import { toHex, type HashName } from './hashing'

beforeAll(loadDigests)

const NAMES: HashName[] = ['sha1', 'sha256', 'sha384', 'sha512']
const bytes = new Uint8Array(100_000).map((_, at) => (at * at) >> 7)
const expected = (name: HashName, part = bytes) => createHash(name).update(part).digest('hex')

it.each(NAMES)('%s of bytes, whole and in pieces', (name) => {
  expect(hexDigest(name, bytes)).toBe(expected(name))
  expect(hexDigest(name, bytes.subarray(0, 0))).toBe(expected(name, bytes.subarray(0, 0)))
  const hasher = digestOf(name)
  for (let at = 0; at < bytes.length; at += 977) hasher.update(bytes.subarray(at, at + 977))
  expect(toHex(hasher.digest())).toBe(expected(name))
})

it.each(NAMES)('several %s at a time, in turn', (name) => {
  const running = Array.from({ length: 5 }, () => digestOf(name))
  for (let at = 0; at < bytes.length; at += 10_000) {
    for (const [index, hasher] of running.entries()) {
      hasher.update(bytes.subarray(at, at + 1000 * (index + 1)))
    }
  }
  const parts = (size: number) =>
    Buffer.concat(Array.from({ length: 10 }, (_, at) => bytes.subarray(at * 10_000, at * 10_000 + size))) // prettier-ignore
  for (const [index, hasher] of running.entries()) {
    expect(toHex(hasher.digest())).toBe(expected(name, parts(1000 * (index + 1))))
  }
})
