import type { BatchChange, BatchLine, BatchRow, BatchSummary } from '../../contract/batch'

/** UKIs that an EFI system partition holds while an update is staged: booted, rollback, new (bootc #2132). */
const UKIS_KEPT = 3

type Fields = Record<string, unknown>

/**
 * One table over the lines of many runs, in the order of the references; of several lines of one reference
 * the last counts. `before`: the lines of an earlier run, to say what changed.
 */
export function summarize(
  lines: readonly BatchLine[],
  before: readonly BatchLine[] | null,
): BatchSummary {
  const rows = rowsOf(lines)
  const exits: Record<string, number> = {}
  for (const { exit } of rows) exits[exit] = (exits[exit] ?? 0) + 1
  return {
    schema: 'sealscope.batch-summary/1',
    images: rows.length,
    exits,
    rows,
    changes: before === null ? null : changesOf(rowsOf(before), rows),
  }
}

function rowsOf(lines: readonly BatchLine[]): BatchRow[] {
  const last = new Map<string, BatchLine>()
  for (const line of lines) last.set(`${line.ref} ${line.command}`, line)
  return [...last.values()].map(rowOf).sort((a, b) => compareTexts(a.ref, b.ref))
}

function rowOf({ ref, command, digest, exit, result = {}, error }: BatchLine): BatchRow {
  const seal = fields(result['seal'])
  const proof = fields(seal['proof'])
  const accepts = list(result['accepts'] ?? proof['accepts'])
  const uki = fields(list(result['ukis'])[0])
  const size = uki['size']
  return {
    ref,
    command,
    digest,
    exit,
    verdict: text(result['verdict'] ?? seal['verdict']),
    holds: flag(result['holds'] ?? proof['holds']),
    kernel: text(fields(result['kernel'])['version']),
    checks: checksOf(list(result['checks'])),
    takenBy: releasesThat(accepts, true),
    refusedBy: releasesThat(accepts, false),
    espForThree: typeof size === 'number' ? size * UKIS_KEPT : null,
    certificates: certificatesOf(list(uki['signatures'])),
    error: error?.message ?? null,
  }
}

function checksOf(checks: readonly unknown[]): Record<string, string> {
  const answers: Record<string, string> = {}
  for (const check of checks) {
    const [id, answer] = [text(fields(check)['id']), text(fields(check)['answer'])]
    if (id !== null && answer !== null) answers[id] = answer
  }
  return answers
}

function releasesThat(accepts: readonly unknown[], wanted: boolean): string[] {
  return accepts
    .map(fields)
    .filter(({ repository, accepts: takes }) => repository === 'new' && takes === wanted)
    .map(({ bootc }) => text(bootc) ?? '')
}

function certificatesOf(signatures: readonly unknown[]): BatchRow['certificates'] {
  const found = signatures
    .flatMap((signature) => list(fields(signature)['certificates']))
    .map(fields)
    .map(({ subject, notAfter }) => ({ subject: text(subject), notAfter: text(notAfter) }))
  return found
    .filter((each): each is { subject: string; notAfter: string } => {
      return each.subject !== null && each.notAfter !== null
    })
    .sort((a, b) => compareTexts(a.notAfter, b.notAfter))
}

function changesOf(before: readonly BatchRow[], after: readonly BatchRow[]): BatchChange[] {
  const old = new Map(before.map((row) => [row.ref, row]))
  const now = new Set(after.map(({ ref }) => ref))
  const gone = before
    .filter(({ ref }) => !now.has(ref))
    .map(({ ref, digest }): BatchChange => ({ ref, what: 'gone', from: digest, to: null }))
  return [...after.flatMap((row) => changesOfRow(old.get(row.ref), row)), ...gone]
}

function changesOfRow(before: BatchRow | undefined, row: BatchRow): BatchChange[] {
  const { ref } = row
  if (before === undefined) return [{ ref, what: 'new', from: null, to: row.digest }]
  const pairs: [BatchChange['what'], string | null, string | null][] = [
    ['exit', String(before.exit), String(row.exit)],
    ['verdict', before.verdict, row.verdict],
    ['kernel', before.kernel, row.kernel],
    ['digest', before.digest, row.digest],
  ]
  return pairs
    .filter(([, from, to]) => from !== to)
    .map(([what, from, to]) => ({ ref, what, from, to }))
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Fields)
    : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function flag(value: unknown): boolean | null {
  return typeof value === 'boolean' ? value : null
}
