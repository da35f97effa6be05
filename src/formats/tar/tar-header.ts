import type { TarHeader } from '../../base/hash/kernels'
import type { TarEntry } from './entry'

/** The typeflag of a header (POSIX.1-2017 pax §"ustar Interchange Format"). */
export const TAR_TYPES: Readonly<Record<string, TarEntry['type']>> = {
  '0': 'file',
  '\0': 'file',
  '7': 'file',
  '1': 'hardlink',
  '2': 'symlink',
  '3': 'char',
  '4': 'block',
  '5': 'dir',
  '6': 'fifo',
}

/** The name field, behind the prefix field where the header is ustar. */
export function headerName(block: Uint8Array, header: TarHeader): string {
  const name = cString(block, 0, 100)
  const prefix = header.kind === 'ustar' ? cString(block, 345, 155) : ''
  return prefix === '' ? name : `${prefix}/${name}`
}

/** A field up to its first NUL. */
export function cString(block: Uint8Array, at: number, size: number): string {
  const end = block.subarray(at, at + size).indexOf(0)
  return latin1(block.subarray(at, at + (end < 0 ? size : end)))
}

/** Bytes as a string of one character a byte. */
export function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return text
}
