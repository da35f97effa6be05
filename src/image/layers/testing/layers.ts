import { createHash } from 'node:crypto'
import type { Kernels } from '../../../base/hash/kernels'
import type { LayerRequest } from '../layer-pass'
import { readLayer, type LayerResult } from '../read-layer'

export interface TarItem {
  path: string
  type?: string
  size?: number
  content?: Uint8Array
  link?: string
  /** Bytes written as they are at an offset of the header, before the checksum is made. */
  patch?: [number, string][]
}

/** A ustar archive, written by hand so that every field can be wrong. */
export function tar(items: readonly TarItem[], end = 2): Uint8Array {
  const parts = items.flatMap((item) => {
    const content = item.content ?? new Uint8Array(0)
    const padding = new Uint8Array((512 - (content.length % 512)) % 512)
    return [header(item, item.size ?? content.length), content, padding]
  })
  return new Uint8Array(Buffer.concat([...parts, new Uint8Array(end * 512)]))
}

function header(item: TarItem, size: number): Uint8Array {
  const block = Buffer.alloc(512)
  block.write(item.path.slice(0, 100), 0, 'latin1')
  block.write('0000644\0', 100)
  block.write('0000000\0', 108)
  block.write('0000000\0', 116)
  block.write(`${size.toString(8).padStart(11, '0')}\0`, 124)
  block.write('14524716200\0', 136)
  block.write(item.type ?? '0', 156)
  block.write(item.link ?? '', 157, 'latin1')
  block.write('ustar\u000000', 257)
  for (const [at, text] of item.patch ?? []) block.write(text, at, 'latin1')
  block.fill(' ', 148, 156)
  const sum = block.reduce((total, byte) => total + byte, 0)
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148)
  return block
}

/** A PAX extended header with records as given; the lengths are right unless `raw`. */
export function pax(records: Record<string, string> | string): TarItem {
  const text =
    typeof records === 'string'
      ? records
      : Object.entries(records)
          .map(([key, value]) => paxRecord(key, value))
          .join('')
  return { path: 'PaxHeaders/x', type: 'x', content: new Uint8Array(Buffer.from(text, 'latin1')) }
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
export function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`
  let length = rest.length + 1
  while (String(length).length + rest.length !== length)
    length = String(length).length + rest.length
  return `${length}${rest}`
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`
}

/** A stream that hands out `bytes` in chunks of `step`. */
export function streamOf(bytes: Uint8Array, step = 65_536): ReadableStream<Uint8Array> {
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.slice(at, at + step))
      at += step
    },
  })
}

/** Reads a blob without expectations unless `more` has some. */
export function read(
  kernels: Kernels,
  blob: Uint8Array,
  more: Partial<LayerRequest<string>> & { step?: number } = {},
): Promise<LayerResult<string>> {
  return readLayer<string>({
    layer: 3,
    kernels,
    verity: ['sha512'],
    expected: null,
    open: async () => streamOf(blob, more.step),
    sinkFor: () => null,
    ...more,
  })
}

export function expectation(blob: Uint8Array, plain: Uint8Array) {
  return { digest: sha256(blob), size: blob.length, diffId: sha256(plain) }
}
