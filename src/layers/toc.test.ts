import { describe, expect, it } from 'vitest'
import { SealscopeError } from '../bytes/error'
import { findToc, parseToc } from './toc'

function chunkedFooter(offset: bigint, size: bigint, unpacked: bigint, type = 1n): Uint8Array {
  const footer = Buffer.alloc(72)
  footer.set([0x50, 0x2a, 0x4d, 0x18, 64, 0, 0, 0])
  for (const [index, word] of [offset, size, unpacked, type].entries())
    footer.writeBigUInt64LE(word, 8 + index * 8)
  footer.write('GNUlInUx', 64)
  return footer
}

function estargzFooter(offset: number): Uint8Array {
  const head = Buffer.from([0x1f, 0x8b, 8, 4, 0, 0, 0, 0, 0, 255, 26, 0, 0x53, 0x47, 22, 0])
  const word = Buffer.from(`${offset.toString(16).padStart(16, '0')}STARGZ`)
  const end = Buffer.from([1, 0, 0, 255, 255, 0, 0, 0, 0, 0, 0, 0, 0])
  return Buffer.concat([head, word, end])
}

const json = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))

describe('findToc', () => {
  it('reads the zstd:chunked footer', () => {
    expect(findToc(chunkedFooter(1000n, 200n, 900n), 5000)).toEqual({
      kind: 'zstd:chunked',
      offset: 1000,
      size: 200,
      unpackedSize: 900,
    })
  })

  it('reads the eStargz footer', () => {
    const tail = Buffer.concat([Buffer.alloc(40), estargzFooter(3000)])
    expect(findToc(tail, 5000)).toEqual({
      kind: 'estargz',
      offset: 3000,
      size: 5000 - 51 - 3000,
      unpackedSize: null,
    })
  })

  it('finds none in other layers', () => {
    expect(findToc(new Uint8Array(72), 5000)).toBeNull()
    expect(findToc(new Uint8Array(0), 0)).toBeNull()
  })

  it.each([
    ['outside of the blob', chunkedFooter(4990n, 200n, 900n)],
    ['too large', chunkedFooter(10n, 20n, 1n << 40n)],
    ['of another type', chunkedFooter(10n, 20n, 30n, 2n)],
    ['eStargz outside', estargzFooter(6000)],
  ])('refuses a table %s', (_, tail) => {
    expect(() => findToc(tail, 5000)).toThrow(SealscopeError)
  })
})

describe('parseToc', () => {
  it('gives entries without content', () => {
    const [dir, file, link] = parseToc(
      json({
        version: 1,
        entries: [
          { type: 'dir', name: 'usr/', mode: 0o755, modtime: '2023-11-14T22:13:20Z' },
          { type: 'reg', name: 'usr/ä', size: 70, offset: 10, endOffset: 60, digest: 'sha256:ab', modtime: '2023-11-14T22:13:20.5Z', xattrs: { 'user.a': 'AP8=' } }, // prettier-ignore
          { type: 'chunk', name: 'usr/ä', offset: 60 },
          { type: 'symlink', name: 'l', linkName: 'usr' },
        ],
      }),
    )
    expect(dir).toMatchObject({ path: 'usr/', type: 'dir', mode: 0o755, mtimeSec: 1700000000 })
    expect(file).toMatchObject({
      path: 'usr/Ã¤',
      size: 70,
      mtimeNsec: 500_000_000,
      digest: 'sha256:ab',
      blob: { start: 10, end: 60 },
    })
    expect(file?.xattrs.get('user.a')).toBe('\0\xff')
    expect(link).toMatchObject({ type: 'symlink', linkTarget: 'usr' })
  })

  it.each([
    ['no JSON', new Uint8Array([1, 2])],
    ['a list', json([])],
    ['entries of another type', json({ entries: 5 })],
    ['an entry that is a number', json({ entries: [5] })],
    ['an unknown entry type', json({ entries: [{ type: 'x' }] })],
    ['a negative size', json({ entries: [{ type: 'reg', name: 'a', size: -1 }] })],
    ['a name that is a list', json({ entries: [{ type: 'reg', name: [] }] })],
    ['xattrs that are not base64', json({ entries: [{ type: 'reg', name: 'a', xattrs: { b: '*' } }] })], // prettier-ignore
  ])('refuses %s', (_, bytes) => {
    expect(() => parseToc(bytes)).toThrow(SealscopeError)
  })
})
