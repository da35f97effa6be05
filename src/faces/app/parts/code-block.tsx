import { Copy } from './copy'

/** Lines to copy: a command, a file. */
export function CodeBlock({
  text,
  label,
  tall = false,
}: {
  text: string
  label: string
  /** Shown in full, however long. */
  tall?: boolean
}) {
  return (
    <figure className="block">
      <figcaption>
        <span>{label}</span>
        <Copy text={text} />
      </figcaption>
      <pre className={tall ? 'code' : 'code short'} tabIndex={0} aria-label={label}>
        {text}
      </pre>
    </figure>
  )
}
