import type { InstallRun } from './run'
import { textBody } from './targets'
import type { FileBody } from './volume'

const RANDOM = /\$UUID(\d+)/g
/** Characters of the UUID of a FAT file system (`ABCD-1234`), and of others. */
const FAT_UUID = 9
const UUID = 36

/** A text that bootc writes. Random values stand in it by name: its length is known, its digest is not. */
export function writtenText(run: InstallRun, text: string): FileBody {
  const body = textBody(text, (each) => run.image.sha256([new TextEncoder().encode(each)]))
  let size = body.size
  for (const [name, n] of text.matchAll(RANDOM)) {
    const found = run.disk.filesystems.find((each) => each.n === Number(n))
    size += (found?.type === 'vfat' ? FAT_UUID : UUID) - name.length
  }
  return size === body.size ? body : { ...body, size, sha256: null }
}
