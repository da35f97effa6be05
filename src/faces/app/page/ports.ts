import type { LinkState } from '../../../answers/share/link'
import type { ImageFacts } from '../../../contract/facts'
import type { OpenOptions, OpenRequest, Progress } from '../../../hosts/browser/protocol'
import type { Entry } from '../address/machine'

/** What the page needs of its browser; tests bring their own. */
export interface Ports {
  /** What stands behind `#`, and the state of the entry of the history. */
  here(): { hash: string; state: unknown }
  step(kind: 'push' | 'replace', hash: string, entry: Entry): void
  /** What stays in this browser. */
  keep: Pick<Storage, 'getItem' | 'setItem'>
  /** What stays in this tab. */
  tab: Pick<Storage, 'getItem' | 'setItem'>
  /** Milliseconds, for durations. */
  now(): number
  /** Milliseconds since 1970. */
  today(): number
  open(
    request: OpenRequest,
    options: OpenOptions,
    hooks: { onProgress(progress: Progress): void; signal: AbortSignal },
  ): Promise<ImageFacts>
  /** The address of a long blueprint; null: too long for one. */
  pack(state: LinkState): Promise<string | null>
  /** The list of samples, as its server has it. */
  samples(): Promise<unknown>
  /** The digest that a reference has now. */
  digestOf(reference: string): Promise<string>
}
