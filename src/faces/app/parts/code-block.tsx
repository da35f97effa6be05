import { CopyButton } from './copy-button'

/** Lines to copy: a command, a file. */
export function CodeBlock({ text, label }: { text: string; label: string }) {
  return (
    <figure className="code">
      <figcaption>
        <span>{label}</span>
        <CopyButton text={text} />
      </figcaption>
      <pre tabIndex={0}>{text}</pre>
    </figure>
  )
}
