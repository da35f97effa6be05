import type { ImageRecord } from '../../../contract/facts'
import { formatBytes } from '../format'
import { Table } from '../parts/table'

export function Layers({ image }: { image: ImageRecord }) {
  const total = image.layers.reduce((sum, { size }) => sum + size, 0)
  const share = (size: number) => (total === 0 ? 0 : Math.round((100 * size) / total))
  return (
    <section id="layers" aria-label="Layers">
      <h2>
        Layers{' '}
        <small>
          {image.layers.length}, {formatBytes(total)} to fetch
        </small>
      </h2>
      <Table
        label="Table of layers"
        head={['Layer', 'Made by', 'Entries', 'Size', 'Share', 'Unpacked', 'Compression']}
        rows={image.layers.map((layer, index) => ({
          key: `${index}${layer.digest}`,
          cells: [
            index,
            <code key="by" className="clip" title={layer.createdBy ?? layer.digest}>
              {layer.createdBy ?? layer.digest.slice(0, 19)}
            </code>,
            layer.entries?.toLocaleString('en') ?? '?',
            formatBytes(layer.size),
            `${share(layer.size)} %`,
            layer.uncompressedSize === null ? '?' : formatBytes(layer.uncompressedSize),
            layer.compression ?? '?',
          ],
        }))}
      />
    </section>
  )
}
