import { Copy } from '../parts/copy'

/** The command line in one line, words with a meaning of their own marked. */
export function CommandLine({ cmdline }: { cmdline: string | null }) {
  if (cmdline === null) return <p className="soft">It brings no command line.</p>
  return (
    <div>
      <h3 className="between">
        Command line <Copy text={cmdline} />
      </h3>
      <pre className="code wrap" tabIndex={0}>
        {cmdline.split(/(\s+)/).map((word, index) =>
          /^composefs(?:\.digest)?=/.test(word) ? (
            <b key={index} className="a">
              {word}
            </b>
          ) : (
            word
          ),
        )}
      </pre>
    </div>
  )
}
