import type { ErrorDocument } from './error'

/** What a batch asks of each image. */
export type BatchCommand = 'inspect' | 'verify' | 'lint'

/** `sealscope.batch/1`: one line of `sealscope batch`, JSON without line breaks. */
export interface BatchLine {
  schema: 'sealscope.batch/1'
  /** As it stood in the list. */
  ref: string
  command: BatchCommand
  /** Digest of the image's manifest (`sha256:…`); null when it was not reached, or the source has none. */
  digest: string | null
  /** What the command alone would have ended with. */
  exit: number
  /** The command's own document; absent when there is an error. */
  result?: Record<string, unknown>
  error?: ErrorDocument['error']
}

/** `sealscope.batch-summary/1`: one table over the lines of many runs. */
export interface BatchSummary {
  schema: 'sealscope.batch-summary/1'
  images: number
  /** Number of lines per exit code. */
  exits: Record<string, number>
  rows: BatchRow[]
  /** Against an earlier run; null when none was given. */
  changes: BatchChange[] | null
}

export interface BatchRow {
  ref: string
  command: BatchCommand
  digest: string | null
  exit: number
  verdict: string | null
  /** The seal's digest is one of the computed ones; null when unknown or not sealed. */
  holds: boolean | null
  kernel: string | null
  /** Answers of the checks by id. */
  checks: Record<string, string>
  /** Releases that take the image on a new host, and those that do not. */
  takenBy: string[]
  refusedBy: string[]
  /** Bytes that three UKIs of this image take on an EFI system partition; null when not known. */
  espForThree: number | null
  /** Certificates of the first UKI's signatures that end, the first one first. */
  certificates: { subject: string; notAfter: string }[]
  error: string | null
}

export interface BatchChange {
  ref: string
  what: 'new' | 'gone' | 'exit' | 'digest' | 'verdict' | 'kernel'
  from: string | null
  to: string | null
}
