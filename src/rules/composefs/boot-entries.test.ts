import { describe, expect, it } from 'vitest'
import { buildTree } from '../bootc/testing/trees'
import { bootEntries } from './boot-entries'

function entriesWith(linux: string) {
  const tree = buildTree([
    { path: 'boot/vmlinuz', type: 'file', content: '' },
    { path: 'boot/loader/entries/a.conf', type: 'file', content: `linux ${linux}\n` },
  ])
  const read = (leaf: Parameters<typeof tree.contents.get>[0]) =>
    tree.contents.get(leaf) ?? new Uint8Array(0)
  return bootEntries(tree.root, read, true)
}

describe('what a boot entry names', () => {
  it.each(['/boot/vmlinuz', 'boot/vmlinuz', '//boot//./vmlinuz//'])('is there: %s', (linux) => {
    expect(entriesWith(linux)).toEqual([{ type: 'type1', path: 'boot/loader/entries/a.conf' }])
  })

  it.each([
    ['/boot/none', 'Directory entry "none" does not exist'],
    ['/boot', 'Directory entry "boot" is a directory'],
    ['/', 'Invalid filename "/"'],
    ['/boot/..', 'Invalid filename "/boot/.."'],
  ])('is not there: %s', (linux, message) => {
    expect(() => entriesWith(linux)).toThrow(message)
  })

  it('may be a megabyte long', () => {
    const long = () => entriesWith(`${'/'.repeat(1 << 20)}${'x'.repeat(1 << 20)}`)
    expect(long).toThrow(/^Directory entry "x{100,600}….* does not exist$/)
  })
})
