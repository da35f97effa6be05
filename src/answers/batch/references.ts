import { SealscopeError } from '../../base/error'
import type { BatchLine } from '../../contract/batch'

/** One reference of a list; `line` counts from 1. */
export interface ListedReference {
  ref: string
  line: number
}

/** Which part of a list is asked: every `count`-th reference from `index` (from 0) on. */
export interface Shard {
  index: number
  count: number
}

const REFERENCE_LIMIT = 4096

/** The references of a list, one a line; empty lines and lines that begin with `#` are passed over. */
export function* references(lines: Iterable<string>): Generator<ListedReference> {
  let line = 0
  for (const text of lines) {
    line++
    const ref = text.trim()
    if (ref === '' || ref.startsWith('#')) continue
    if (ref.length > REFERENCE_LIMIT) throw tooLong(line, ref.length)
    yield { ref, line }
  }
}

function tooLong(line: number, length: number): SealscopeError {
  return new SealscopeError({
    code: 'batch-line',
    what: 'a line of the list is no reference',
    where: { line },
    expected: `at most ${REFERENCE_LIMIT} characters`,
    found: `${length}`,
  })
}

/** `2/8`: the third of eight parts. Throws a usage error on anything else. */
export function parseShard(text: string): Shard {
  const [, index = '', count = ''] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  if (count !== '' && shard.count > 0 && shard.index < shard.count) return shard
  throw new SealscopeError({
    kind: 'usage',
    code: 'batch-shard',
    what: 'the shard cannot be read',
    expected: 'I/N with I from 0 to N-1',
    found: text,
  })
}

/** The references of one shard: by their place in the list, so that shards together are the list. */
export function shardOf(
  list: Iterable<ListedReference>,
  { index, count }: Shard,
): ListedReference[] {
  return [...list].filter((_, at) => at % count === index)
}

/** What earlier lines have answered: a reference of the same digest is not asked again. */
export class Answered {
  private readonly known = new Set<string>()

  add(line: BatchLine): void {
    // What the network kept from being read is asked again.
    if (line.digest !== null && line.exit !== 3) {
      this.known.add(key(line.ref, line.command, line.digest))
    }
  }

  has(ref: string, command: string, digest: string): boolean {
    return this.known.has(key(ref, command, digest))
  }
}

function key(ref: string, command: string, digest: string): string {
  return `${command} ${digest} ${ref}`
}

/** A line of an earlier run; null for one that was cut when that run was ended. */
export function parseBatchLine(text: string): BatchLine | null {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return null
  }
  return isBatchLine(value) ? value : null
}

function isBatchLine(value: unknown): value is BatchLine {
  if (typeof value !== 'object' || value === null) return false
  const { schema, ref, command, digest, exit } = value as Partial<Record<keyof BatchLine, unknown>>
  return (
    schema === 'sealscope.batch/1' &&
    typeof ref === 'string' &&
    (command === 'inspect' || command === 'verify' || command === 'lint') &&
    (digest === null || typeof digest === 'string') &&
    typeof exit === 'number'
  )
}
