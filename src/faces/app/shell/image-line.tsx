import { counted, formatBytes } from '../../../answers/words/sizes'
import { useOpened } from '../page/context'

/** Which image this is, on every view. */
export function ImageLine() {
  const { facts, took } = useOpened()
  const { image, os, kernel, evidence, arch } = facts
  const bytes = image?.layers.reduce((sum, { size }) => sum + size, 0) ?? 0
  const seconds = took < 10_000 ? (took / 1000).toFixed(1) : Math.round(took / 1000)
  const others = (image?.platforms.length ?? 1) - 1
  return (
    <div className="crumb">
      <b>{os?.prettyName ?? os?.name ?? facts.source.ref}</b>
      {arch !== null && (
        <span>
          {arch}
          {others > 0 && `; ${counted(others, 'other platform')} not looked at`}
        </span>
      )}
      {kernel !== null && <span>kernel {kernel.version}</span>}
      {image !== null && (
        <span>
          {counted(image.layers.length, 'layer')}, {formatBytes(bytes)}
        </span>
      )}
      {facts.source.kind === 'facts' ? (
        <span>saved facts, not read again</span>
      ) : (
        <span>
          read in {seconds} s{evidence.verified && ', every byte checked'}
        </span>
      )}
    </div>
  )
}
