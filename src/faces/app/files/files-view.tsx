import { counted, formatBytes } from '../../../answers/words/sizes'
import type { ImageFacts, LayerRecord } from '../../../contract/facts'
import { useFacts, usePageState } from '../page/context'
import { Digest } from '../parts/digest'
import { Chip } from '../parts/mark'
import { useEffect, useState } from 'react'
import './files.css'

/** Layers that are shown at once: a hostile image may bring any number. */
const MOST = 200

/** The layers, newest on top: size, the line that made each, and what it is for the seal. */
export default function FilesView() {
  const facts = useFacts()
  const [most, setMost] = useState(MOST)
  const { rest } = usePageState((state) => state.at)
  useEffect(() => {
    if (rest !== '') document.getElementById(rest)?.scrollIntoView({ block: 'center' })
  }, [rest])
  const layers = facts.image?.layers ?? []
  const total = layers.reduce((sum, { size }) => sum + size, 0)
  const largest = Math.max(1, ...layers.map(({ size }) => size))
  const rows = layers.map((layer, index) => ({ layer, index })).reverse()
  return (
    <div className="stack">
      <header className="view-head">
        <div>
          <h1>
            {counted(layers.length, 'layer')}, {formatBytes(total)} to fetch
          </h1>
          <p className="soft">Newest on top. The bar is the size.</p>
        </div>
      </header>
      <ol className="card layers">
        {rows.slice(0, most).map(({ layer, index }) => (
          <Layer
            key={index}
            layer={layer}
            index={index}
            share={layer.size / largest}
            facts={facts}
            current={rest === `layer-${index}`}
          />
        ))}
      </ol>
      {rows.length > most && (
        <button type="button" className="btn" onClick={() => setMost(most + MOST)}>
          {(rows.length - most).toLocaleString('en')} more layers
        </button>
      )}
    </div>
  )
}

function Layer({
  layer,
  index,
  share,
  facts,
  current,
}: {
  layer: LayerRecord
  index: number
  share: number
  facts: ImageFacts
  current: boolean
}) {
  const role = roleOf(facts, index)
  return (
    <li
      id={`layer-${index}`}
      className={role?.tone ?? ''}
      aria-current={current ? 'true' : undefined}
    >
      <span className="amount" aria-hidden="true">
        <i ref={(node) => node?.style.setProperty('width', `${Math.max(1, share * 100)}%`)} />
      </span>
      <div>
        <p>
          <b>Layer {index}</b> {role !== null && <Chip tone={role.tone}>{role.words}</Chip>}
        </p>
        <code className="by">{layer.createdBy ?? 'The image does not say what made it.'}</code>
      </div>
      <p className="small soft figures">
        <span>{formatBytes(layer.size)}</span>
        {layer.uncompressedSize !== null && (
          <span>{formatBytes(layer.uncompressedSize)} unpacked</span>
        )}
        {layer.entries !== null && <span>{counted(layer.entries, 'entry', 'entries')}</span>}
        <span>{layer.compression ?? 'compression not known'}</span>
        <Digest value={layer.digest.replace(/^sha256:/, '')} />
      </p>
    </li>
  )
}

/** What a layer is for the seal. */
function roleOf(
  facts: ImageFacts,
  index: number,
): { tone: 'ok' | 'bad' | 'void'; words: string } | null {
  if (facts.evidence.unread.some(({ layer }) => layer === index))
    return { tone: 'bad', words: 'not read' }
  const [cause] = facts.seal.proof?.causes ?? []
  if (cause?.id === 'later-layers' && cause.layer !== null && index >= cause.layer) {
    return { tone: 'bad', words: 'after sealing' }
  }
  const [uki] = facts.ukis
  if (uki?.layer === index && facts.kernel?.unified === true)
    return { tone: 'ok', words: 'the kernel image' }
  return null
}
