import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { goldenLayout } from '../../src/answers/facts/testing/sealed-image'
import { layoutFiles } from '../../src/answers/facts/testing/layouts'

interface Described {
  digest: string
}
interface Manifest {
  manifests?: Described[]
  config?: Described
  layers?: Described[]
}

/** Writes a golden layout to a folder of its own and returns it as a SOURCE. */
export async function writtenLayout(name: string): Promise<string> {
  const layout = goldenLayout(name)
  const files = layoutFiles(layout)
  const folder = join(mkdtempSync(join(tmpdir(), 'sealscope-layout-')), name)
  mkdirSync(join(folder, 'blobs/sha256'), { recursive: true })
  writeFileSync(join(folder, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  writeFileSync(join(folder, 'index.json'), layout.index)
  const copy = async ({ digest }: Described): Promise<Buffer> => {
    const path = `blobs/${digest.replace(':', '/')}`
    const bytes = Buffer.from(await new Response(await files.open(path)).arrayBuffer())
    writeFileSync(join(folder, path), bytes)
    return bytes
  }
  const queue: Manifest[] = [JSON.parse(layout.index) as Manifest]
  for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
    for (const each of next.manifests ?? [])
      queue.push(JSON.parse(String(await copy(each))) as Manifest)
    for (const each of [next.config, ...(next.layers ?? [])]) if (each) await copy(each)
  }
  return `oci:${folder}`
}
