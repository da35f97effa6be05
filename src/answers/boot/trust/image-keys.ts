import { toSealscopeError } from '../../../base/error'
import type { EnrolmentKeyRecord } from '../../../contract/uki'
import {
  joinKeys,
  readKeyFile,
  type KeyFile,
  type KeySet,
} from '../../../formats/uki/signature/key-file'
import { certificateRecord } from '../../../formats/uki/signature/signatures'
import { directoryAt } from '../../../image/tree/lookup'
import type { Directory } from '../../../image/tree/node'
import { display, type ContentReader, type FileLeaf } from '../../../image/tree/reader'
import { walk } from '../../../image/tree/walk'

/** bootc copies each folder in it to `loader/keys` of the ESP (bootc install.rs). */
const FOLDER = 'usr/lib/bootc/install/secureboot-keys'
const FILES_LIMIT = 100
const KEY_FILE = /\.(auth|esl|cer|der|crt|pem)$/
const VARIABLES = ['PK', 'KEK', 'db', 'dbx'] as const

/** One file with keys that the image brings along. */
export interface ImageKeyFile {
  path: string
  layer: number | null
  variable: (typeof VARIABLES)[number] | null
  file: KeyFile | null
  /** Why it cannot be read. */
  error: string | null
}

export function keyLeaves(root: Directory): [string, FileLeaf][] {
  const directory = directoryAt(root, FOLDER)
  const files: [string, FileLeaf][] = []
  for (const [path, node] of directory === null ? [] : walk(directory)) {
    if (node.kind !== 'file' || !KEY_FILE.test(path)) continue
    if (files.length < FILES_LIMIT) files.push([`${FOLDER}/${path}`, node])
  }
  return files
}

/** The keys of `usr/lib/bootc/install/secureboot-keys`; files that cannot be read with the reason. */
export function collectImageKeys(root: Directory, reader: ContentReader): ImageKeyFile[] {
  return keyLeaves(root).map(([path, leaf]) => {
    const shown = display(path)
    const name = shown
      .slice(shown.lastIndexOf('/') + 1)
      .replace(/\.(auth|esl|cer|der|crt|pem)$/, '')
    const variable = VARIABLES.find((each) => each.toLowerCase() === name.toLowerCase()) ?? null
    const layer = leaf.origin.layer
    try {
      return {
        path: shown,
        layer,
        variable,
        file: readKeyFile(reader.bytes(leaf), shown),
        error: null,
      }
    } catch (thrown) {
      return { path: shown, layer, variable, file: null, error: toSealscopeError(thrown).message }
    }
  })
}

/** What firmware holds in a variable once systemd-boot has enrolled the image's keys, which it does with `.auth` files. */
export function enrolled(keys: readonly ImageKeyFile[], variable: 'db' | 'dbx'): KeySet {
  return joinKeys(keys.flatMap((each) => (each.variable === variable && each.file?.format === 'auth' ? [each.file] : []))) // prettier-ignore
}

export async function enrolmentKeyRecords(
  keys: readonly ImageKeyFile[],
): Promise<EnrolmentKeyRecord[]> {
  return Promise.all(
    keys.map(async ({ path, layer, variable, file, error }) => ({
      path,
      layer,
      variable,
      certificates: await Promise.all((file?.certificates ?? []).map(certificateRecord)),
      digests: (file?.images.length ?? 0) + (file?.revoked.length ?? 0),
      problems: error === null ? (file?.problems ?? []) : [error],
    })),
  )
}
