import type { ByteString } from '../../../base/byte-string'
import type { SelinuxPolicy } from './policy'

const LETTER = { file: '-', dir: 'd', symlink: 'l' } as const

/** The label that a policy gives to a path of a running system; null where it gives none. */
export function pathLabels(
  policy: SelinuxPolicy,
): (path: ByteString, kind: keyof typeof LETTER) => ByteString | null {
  const { matcher, aliases } = policy
  return (path, kind) => {
    let at: ByteString = '/'
    for (const part of path.split('/')) {
      if (part === '') continue
      const typed = at === '/' ? `/${part}` : `${at}/${part}`
      at = aliases.get(typed) ?? typed
    }
    return matcher.label(matcher.enter(at), at, LETTER[kind])
  }
}
