import { resolve } from '../../../image/tree/lookup'
import { decodeUtf8, entriesWithExtension } from '../../../image/tree/reader'
import { findUtf8Fault } from '../../../base/utf8'
import { SealscopeError } from '../../../base/error'
import { parseToml } from '../toml-file'
import type { InstallImage } from './image'
import { KARGS_FILE, serdeError, syntaxError } from './toml-words'

/** The first file of kargs.d that does not decode, and the last line of the toml crate's error; null: none. */
export function kargsWords({
  root,
  contents,
}: InstallImage): { file: string; lastLine: string } | null {
  const folder = resolve(root, 'usr/lib/bootc/kargs.d', 'chroot')
  if (folder?.kind !== 'dir') return null
  for (const [name] of entriesWithExtension(folder, 'toml')) {
    const node = resolve(folder, name, 'chroot')
    if (node?.kind !== 'file') return null
    const bytes = contents.bytes(node)
    if (findUtf8Fault(bytes) !== null) return null
    const file = decodeUtf8(name) ?? name
    try {
      const table = parseToml(new TextDecoder().decode(bytes), file, '')
      const lastLine = serdeError(table, KARGS_FILE)
      if (lastLine !== null) return { file, lastLine }
    } catch (thrown) {
      const cause = thrown instanceof SealscopeError && thrown.cause instanceof Error ? thrown.cause.message : '' // prettier-ignore
      return { file, lastLine: syntaxError(cause.split('\n')[0] ?? '') }
    }
  }
  return null
}
