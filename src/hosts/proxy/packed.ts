import { readFile } from 'node:fs/promises'
import { extname } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const pack = promisify(gzip)

/** Texts and programs shrink to a third; fonts, layers and archives are packed already. */
const PACKABLE: readonly string[] = ['.html', '.js', '.css', '.json', '.svg', '.wasm']
const SMALLEST = 1024
const LARGEST = 16 * 2 ** 20
/** Files whose packed bytes are kept; a page has some sixty. */
const MOST = 200

/** Packs the page's own files once each, and keeps the bytes while the file stays the same. */
export class PackedFiles {
  private readonly kept = new Map<string, { stamp: string; bytes: Buffer }>()

  /** The file with gzip (RFC 9110 §8.4.1.3); null when it is better sent as it is. */
  async bytesOf(
    file: string,
    { size, mtimeMs }: { size: number; mtimeMs: number },
    accepts: string,
  ): Promise<Buffer | null> {
    if (!/\bgzip\b/.test(accepts) || !PACKABLE.includes(extname(file))) return null
    if (size < SMALLEST || size > LARGEST) return null
    const stamp = `${size} ${mtimeMs}`
    const known = this.kept.get(file)
    if (known?.stamp === stamp) return known.bytes
    const bytes = await pack(await readFile(file), { level: 9 })
    if (this.kept.size >= MOST) this.kept.clear()
    this.kept.set(file, { stamp, bytes })
    return bytes
  }
}
