import type { Item } from './tar-writer'

/** Layers that no builder writes. Each is made while it is written, so that its size costs nothing. */
export const HOSTILE = {
  /** A few entries whose paths have tens of thousands of components. */
  *deepPaths(): Generator<Item> {
    for (let count = 20_000; count <= 40_000; count += 5000) {
      yield { path: `${'d/'.repeat(count)}f` }
    }
  },

  /** One level more an entry. */
  *levels(count = 100_000): Generator<Item> {
    let path = 'deep'
    for (let level = 0; level < count; level++) {
      yield { path, type: '5' }
      path += '/d'
    }
  },

  /** Paths just short enough, none of whose parents is there. */
  *missingParents(count = 30_000): Generator<Item> {
    for (let at = 0; at < count; at++) yield { path: `${at}/${'d/'.repeat(2030)}f` }
  },

  *emptyFiles(count = 550_000): Generator<Item> {
    for (let at = 0; at < count; at++) {
      if (at % 1000 === 0) yield { path: `usr/d${at / 1000}`, type: '5' }
      yield { path: `usr/d${Math.floor(at / 1000)}/file-${at}` }
    }
  },

  *longNames(): Generator<Item> {
    for (const size of [255, 256, 4083, 4085, 65_536, (1 << 20) - 100, 1 << 20]) {
      yield { path: `usr/${'n'.repeat(size)}` }
    }
  },

  *slashes(): Generator<Item> {
    yield { path: `missing${'/'.repeat(1_000_000)}x`, type: '5' }
    yield { path: `${'/'.repeat(1_000_000)}missing/../x/..` }
    yield { path: `usr/${'../usr/'.repeat(140_000)}x` }
    yield { path: 'usr/link', type: '2', link: `${'/'.repeat(900_000)}x` }
  },

  *hardLinks(count = 100_000): Generator<Item> {
    yield { path: 'usr/link-0', content: Buffer.from('one inode') }
    for (let at = 1; at < count; at++) {
      yield { path: `usr/link-${at}`, type: '1', link: `usr/link-${at - 1}` }
    }
  },

  *hardLinkLoops(count = 100_000): Generator<Item> {
    for (let at = 0; at < count; at++) {
      yield { path: `usr/loop-${at}`, type: '1', link: `usr/loop-${(at + 1) % count}` }
    }
  },

  /** Links to follow for each hard link that leads nowhere. */
  *costlyLinks(count = 100_000): Generator<Item> {
    yield { path: 'usr/x', type: '5' }
    const turns = 'x/../'.repeat(800)
    for (let at = 0; at < 40; at++) {
      yield { path: `usr/s${at}`, type: '2', link: `${turns}s${at + 1}` }
    }
    for (let at = 0; at < count; at++) {
      yield { path: `usr/h${at}`, type: '1', link: 'usr/s0/nothing' }
    }
  },

  *symlinkLoops(): Generator<Item> {
    yield { path: 'usr/lib/os-release', type: '2', link: '../../etc/os-release' }
    yield { path: 'etc/os-release', type: '2', link: '../usr/lib/os-release' }
    yield { path: 'boot/EFI', type: '2', link: 'EFI' }
    yield { path: 'usr/lib/modules', type: '2', link: '../lib/modules' }
    yield { path: 'usr/lib/bootc', type: '2', link: '/usr/lib/bootc' }
    yield { path: 'etc/selinux', type: '2', link: '/etc/selinux' }
    yield { path: 'etc/passwd', type: '2', link: `${'../'.repeat(300_000)}etc/passwd` }
  },

  *largeXattrs(): Generator<Item> {
    for (const size of [65_535, 65_536, 1_000_000]) {
      yield { path: `usr/x${size}`, pax: { 'SCHILY.xattr.user.big': 'v'.repeat(size) } }
    }
  },

  *manyXattrs(count = 3000): Generator<Item> {
    for (let at = 0; at < count; at++) {
      const names = Array.from({ length: 1000 }, (_, n) => [`SCHILY.xattr.user.${at}.${n}`, ''])
      yield { path: `usr/x${at}`, pax: Object.fromEntries(names) as Record<string, string> }
    }
  },

  /** Contents that are kept for later. */
  *readFiles(count = 60): Generator<Item> {
    const content = Buffer.alloc(64 << 20)
    for (let at = 0; at < count; at++) yield { path: `usr/lib/sysusers.d/${at}.conf`, content }
  },

  /** Records whose lengths, keys or values are not what follows. */
  *lyingPax(): Generator<Item> {
    const lies = ['99999 path=x\n', '5 a=b\n', '-3 a=b\n', '14 path=usr/xx', '11 size=-1\n', '30 size=99999999999999999999\n', '12 uid=1e99\n', '1 ', ' =\n'] // prettier-ignore
    for (const pax of lies) yield { path: 'usr/x', pax }
    yield { path: 'usr/y', content: Buffer.from('hello'), pax: { size: '3' } }
    yield { path: 'usr/z', pax: { size: String(2 ** 40) } }
  },

  *whiteouts(count = 100_000): Generator<Item> {
    yield* HOSTILE.emptyFiles(count)
    for (let at = 0; at < count; at++) {
      yield { path: `usr/d${Math.floor(at / 1000)}/.wh.file-${at}` }
    }
  },

  *opaques(count = 100_000): Generator<Item> {
    for (let at = 0; at < count; at++) {
      yield { path: 'usr/o', type: '5' }
      yield { path: `usr/o/f${at}` }
      yield { path: 'usr/o/.wh..wh..opq' }
    }
  },
} as const
