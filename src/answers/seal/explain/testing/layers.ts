import type { LayerEntry } from '../../../../formats/tar/entry'
import type { MergeLayer } from '../../../../image/tree/merge'

type Entry = LayerEntry<unknown>

const TIME = 1_700_000_000

/** An entry of a layer as a test writes it. */
function entry(path: string, type: Entry['type'], more: Partial<Entry>): Entry {
  return {
    index: 0,
    offset: 0,
    path,
    type,
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: 0,
    mtimeSec: TIME,
    mtimeNsec: 0,
    linkTarget: '',
    devMajor: 0,
    devMinor: 0,
    xattrs: new Map(),
    inline: null,
    verity: { sha512: null, sha256: null },
    captured: null,
    ...more,
  }
}

export function directory(path: string, mtimeSec = TIME): Entry {
  return entry(path, 'dir', { mode: 0o755, mtimeSec })
}

/** A small file; all contents of tests are kept inline, so that no digests of them are needed. */
export function file(path: string, text: string): Entry {
  const inline = Buffer.from(text)
  return entry(path, 'file', { size: inline.length, inline: new Uint8Array(inline) })
}

export function hardlink(path: string, linkTarget: string): Entry {
  return entry(path, 'hardlink', { linkTarget })
}

/** A SELinux policy with these lines. */
export function policy(contexts: string): Entry[] {
  const folder = 'etc/selinux/test/contexts/files'
  return [
    directory('etc/selinux'),
    file('etc/selinux/config', 'SELINUXTYPE=test\n'),
    ...['etc/selinux/test', 'etc/selinux/test/contexts', folder].map((path) => directory(path)),
    file(`${folder}/file_contexts`, contexts),
  ]
}

/** `security.capability` with one permitted and effective capability. */
export function capability(number: number): Map<string, string> {
  const value = Buffer.alloc(20)
  value.writeUInt32LE(0x02000001, 0)
  value.writeUInt32LE(2 ** number, 4)
  return new Map([['security.capability', value.toString('latin1')]])
}

export function layersOf(layers: readonly (readonly Entry[])[]): MergeLayer[] {
  return layers.map((entries) => ({
    entries: entries.map((each, index) => ({ ...each, index })),
    importError: null,
  }))
}
