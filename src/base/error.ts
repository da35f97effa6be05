import type { ErrorDocument, Where } from '../contract/error'
import { shortened } from './trim'

/** Who has to act: the caller (usage), whoever made the bytes (input), the network, or us (internal). */
export type ErrorKind = 'usage' | 'input' | 'network' | 'internal'

export interface ErrorDetail {
  kind?: ErrorKind
  /** Stable kebab-case name, e.g. `tar-checksum`. */
  code: string
  /** What was read and what is wrong with it, as the beginning of a sentence. */
  what: string
  where?: Where
  expected?: string
  found?: string
  cause?: unknown
}

/** An error as it goes from one thread to another. */
export interface PlainError {
  kind: ErrorKind
  code: string
  message: string
  where: Where
}

/**
 * The one error type of the project. The message is built as `what, where, expected …, found …`,
 * so that each place that throws only names the parts.
 */
export class SealscopeError extends Error {
  readonly kind: ErrorKind
  readonly code: string
  readonly where: Where
  /** The message for those who show the place beside it; a restored error has it in its message. */
  readonly withoutPlace: string
  /** Only what is wrong: of a program that refuses its words. */
  readonly what: string

  constructor(detail: ErrorDetail) {
    super(sentence(detail), { cause: detail.cause })
    this.name = 'SealscopeError'
    this.kind = detail.kind ?? 'input'
    this.code = detail.code
    this.where = { ...detail.where }
    this.what = detail.what
    this.withoutPlace = sentence({ ...detail, where: {} })
  }

  /** The same error on the other side of a thread. */
  static restore({ kind, code, message, where }: PlainError): SealscopeError {
    const error = new SealscopeError({ kind, code, what: message })
    Object.assign(error.where, where)
    return error
  }

  toPlain(): PlainError {
    const { kind, code, message, where } = this
    return { kind, code, message, where }
  }

  /** The `sealscope.error/1` document of this error. */
  toDocument(): ErrorDocument {
    return {
      schema: 'sealscope.error/1',
      error: { code: this.code, message: this.message, where: this.where },
    }
  }
}

/** The place in words: `layer 3, usr/bin/x, byte 512` or `line 4, column 7`. */
export function describeWhere(where: Where): string {
  const parts: string[] = []
  if (where.source !== undefined) parts.push(where.source)
  if (where.layer !== undefined) parts.push(`layer ${where.layer}`)
  if (where.path !== undefined) parts.push(where.path)
  if (where.key !== undefined) parts.push(`key ${where.key}`)
  if (where.line !== undefined) {
    parts.push(`line ${where.line}`)
    if (where.column !== undefined) parts.push(`column ${where.column}`)
  }
  if (where.offset !== undefined) parts.push(`byte ${where.offset}`)
  return parts.join(', ')
}

function sentence(detail: ErrorDetail): string {
  const parts = [detail.what]
  const place = describeWhere(detail.where ?? {})
  if (place !== '') parts.push(place)
  if (detail.expected !== undefined) parts.push(`expected ${detail.expected}`)
  if (detail.found !== undefined) parts.push(`found ${detail.found}`)
  return parts.map((part) => shortened(part, PART)).join(', ')
}

/** Longest part of a sentence: what a parser quotes can be as long as its file. */
const PART = 2048

/** What a JSON value is, for `found`: texts cut after 60 characters, never what an object holds. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing'
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 60)) : String(value)
}

/** Any thrown value as the one error type, keeping the original as its cause. */
export function toSealscopeError(thrown: unknown): SealscopeError {
  if (thrown instanceof SealscopeError) return thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new SealscopeError({ kind: 'internal', code: 'internal', what: text, cause: thrown })
}
