/** The questions that every image is asked, in this order; one shape for "will it work". */
export type CheckId = 'import' | 'seal' | 'install' | 'boot' | 'secure-boot'

/** `unknown` is for what the image cannot tell (the missing input is named), never for what was not built. */
export type CheckAnswer = 'yes' | 'no' | 'unknown'

export interface Check {
  id: CheckId
  answer: CheckAnswer
  /** One sentence, the consequence first. */
  summary: string
  /** What decides, the worst first; a warning or an information never makes the answer a no. */
  reasons: CheckReason[]
}

export interface CheckReason {
  /** Kebab-case, stable: `not-sealed`, `no-systemd-boot`, `root-not-found` … */
  id: string
  severity: 'error' | 'warning' | 'info'
  message: string
  /** Verbatim text of the program that refuses; null where none speaks. */
  upstream: string | null
  path: string | null
  /** Layer (from 0, image order) that brought the path; null when unknown or not of a layer. */
  layer: number | null
  fix: string | null
  /** File or specification that decides: `bootc install/baseline.rs`, `UAPI.2`. */
  source: string
}
