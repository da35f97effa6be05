import { expect, it } from 'vitest'
import { tar } from '../image/layers/testing/layers'
import { UnpackGuard } from './unpack-guard'

const MIB = new Uint8Array(1 << 20)

it('refuses what does not begin as a tar, before anything is kept of it', () => {
  const guard = new UnpackGuard('x.tar.gz')
  guard.feed(new Uint8Array(100))
  guard.take(new Uint8Array(100))
  expect(() => guard.take(MIB)).toThrow('this is no archive of an image, x.tar.gz')
})

it('refuses what grows beyond what images do', () => {
  const guard = new UnpackGuard('x.tar.gz')
  guard.feed(new Uint8Array(1024))
  const piece = tar([{ path: 'index.json', size: 1 << 30 }])
  guard.take(piece)
  const all = () => {
    for (let count = 0; count < 300; count++) guard.take(MIB)
  }
  expect(all).toThrow('the archive unpacks to too many bytes')
})

it('lets through what is as large as its compressed bytes allow', () => {
  const guard = new UnpackGuard('x.tar.gz')
  guard.take(tar([{ path: 'index.json', size: 1 << 30 }]))
  for (let count = 0; count < 1000; count++) {
    guard.feed(new Uint8Array(64 * 1024))
    guard.take(MIB)
  }
})
