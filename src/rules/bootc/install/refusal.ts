/** How far bootc came before it stopped: what is on the disk by then. */
export type Stage = 'partitions' | 'repository' | 'boot-loader' | 'kernel'

/** bootc ends here. */
export class Refusal extends Error {
  readonly exit: number
  /** The contexts of the error from the innermost outwards are put in front by `within`. */
  chain: string[]
  /** Where a program that bootc calls has the last word: its last line. */
  readonly lastLine: string | null

  constructor(text: string, detail: { exit?: number; lastLine?: string } = {}) {
    super(text)
    this.name = 'Refusal'
    this.exit = detail.exit ?? 1
    this.lastLine = detail.lastLine ?? null
    this.chain = [text]
  }

  /** The last non-empty line of standard error (anyhow's `{:#}` behind `error: `). */
  get text(): string {
    if (this.lastLine !== null) return this.lastLine
    return `error: ${this.chain.join(': ')}`
  }
}

/** Runs a step of bootc; an error gets the step's context in front, as `#[context(…)]` does it. */
export function within<T>(context: string, step: () => T): T {
  try {
    return step()
  } catch (thrown) {
    if (thrown instanceof Refusal) thrown.chain.unshift(context)
    throw thrown
  }
}

export const NO_FILE = 'No such file or directory (os error 2)'
export const NO_SPACE = 'No space left on device (os error 28)'
export const INVALID = 'Invalid argument (os error 22)'

/** An error of several lines (the toml crate's), of which the last one is told. */
export function tomlStop(file: string, lastLine: string): Refusal {
  return new Refusal(`Parsing ${file}: TOML parse error`, { lastLine })
}
