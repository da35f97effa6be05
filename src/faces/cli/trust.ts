import {
  joinKeys,
  readKeyFile,
  type KeyFile,
  type KeySet,
} from '../../formats/uki/signature/key-file'
import { readWhole, requirePath } from '../../hosts/node/files'
import type { Arguments } from './arguments'

/** dbx files of vendors are below 100 kB. */
const KEY_FILE_LIMIT = 16 * 1024 * 1024

/** The files of `--trust`: certificates as PEM or DER, signature lists, authenticated variables. */
export function trustedFiles(args: Arguments): { path: string; keys: KeyFile }[] {
  return args.list('trust').map((path) => ({
    path,
    keys: readKeyFile(readWhole(requirePath(path), KEY_FILE_LIMIT), path),
  }))
}

/** What they hold together, as if it were a machine's db; null without the option. */
export function trustedKeys(args: Arguments): KeySet | null {
  const files = trustedFiles(args)
  return files.length === 0 ? null : joinKeys(files.map(({ keys }) => keys))
}
