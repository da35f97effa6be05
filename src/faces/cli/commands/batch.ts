import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { createInterface } from 'node:readline'
import {
  Answered,
  parseBatchLine,
  parseShard,
  references,
  shardOf,
} from '../../../answers/batch/references'
import { summaryHtml, summaryMarkdown } from '../../../answers/batch/report'
import { summarize } from '../../../answers/batch/summary'
import { SealscopeError } from '../../../base/error'
import { plainJson } from '../../../base/escape'
import type { BatchCommand, BatchLine } from '../../../contract/batch'
import { parsePlatform } from '../../../formats/oci/image'
import { openSource } from '../../../hosts/node/source'
import { fromSystem } from '../../../hosts/node/system-error'
import { parseArguments, type Arguments } from '../arguments'
import { COMMANDS, OPTIONS, type OptionName } from '../commands'
import { registryAccess } from '../registry-options'
import { EXIT } from '../exit-codes'
import { jsonText } from '../print/json-text'
import { print } from '../print/output'
import { batchSarif } from '../print/batch-sarif'
import type { Answer } from './answers'

const ASKED: Record<BatchCommand, () => Promise<(args: Arguments) => Promise<Answer>>> = {
  inspect: async () => (await import('./answers')).inspect,
  verify: async () => (await import('./verify')).verify,
  lint: async () => (await import('./lint')).lint,
}
const OWN_OPTIONS: readonly OptionName[] = [
  'command',
  'jobs',
  'resume',
  'shard',
  'summary',
  'since',
]
const JOBS_LIMIT = 64

/**
 * `sealscope batch`: many references, a JSON line each as they end; the exit code is the worst of the lines.
 * `--summary`: one table over the lines of earlier runs instead.
 */
export async function batch(args: Arguments): Promise<Answer> {
  if (args.flag('summary')) return summary(args)
  const command = commandOf(args.text('command'))
  const jobs = jobsOf(args.text('jobs'))
  const answered = await resumed(args.text('resume'))
  const shard = parseShard(args.text('shard') ?? shardFromEnvironment())
  const list = shardOf(references(await readLines(args.words[0] ?? '-')), shard)
  const given = passedOn(args, command)
  let worst = 0
  let next = 0
  const work = async () => {
    for (let item = list[next++]; item !== undefined; item = list[next++]) {
      const line = await answer(item.ref, command, given, answered)
      if (line === null) continue
      worst = Math.max(worst, line.exit)
      await print(`${plainJson(JSON.stringify(line))}\n`)
    }
  }
  await Promise.all(Array.from({ length: Math.min(jobs, list.length) }, work))
  return { text: '', exitCode: worst as Answer['exitCode'] }
}

/** One line; null when an earlier run has it. */
async function answer(
  ref: string,
  command: BatchCommand,
  given: readonly string[],
  answered: Answered,
): Promise<BatchLine | null> {
  const head = { schema: 'sealscope.batch/1', ref, command } as const
  let digest: string | null = null
  try {
    const asked = parseArguments([command, '--json', ...given, '--', ref])
    digest = await digestOf(ref, asked)
    if (digest !== null && answered.has(ref, command, digest)) return null
    const handler = await ASKED[command]()
    const result = await handler(asked)
    if (result.problem !== undefined) return failed(result.problem, { ...head, digest })
    const document = JSON.parse(result.text) as Record<string, unknown>
    return { ...head, digest, exit: result.exitCode, result: document }
  } catch (thrown) {
    return failed(fromSystem(thrown), { ...head, digest })
  }
}

function failed(
  error: SealscopeError,
  head: Pick<BatchLine, 'schema' | 'ref' | 'command' | 'digest'>,
): BatchLine {
  return { ...head, exit: EXIT[error.kind], error: error.toDocument().error }
}

/** The digest of the manifest, without a layer being read. */
async function digestOf(ref: string, asked: Arguments): Promise<string | null> {
  const platform = asked.text('platform')
  const parsed = platform === null ? null : parsePlatform(platform)
  const source = await openSource(ref, parsed, registryAccess(asked))
  return source.kind === 'image' ? source.image.manifest.digest : null
}

async function resumed(path: string | null): Promise<Answered> {
  const answered = new Answered()
  if (path === null || !existsSync(path)) return answered
  for await (const text of createInterface({ input: createReadStream(path) })) {
    const line = parseBatchLine(text)
    if (line !== null) answered.add(line)
  }
  return answered
}

async function readLines(path: string): Promise<string[]> {
  const input = path === '-' ? process.stdin : createReadStream(path)
  const lines: string[] = []
  for await (const line of createInterface({ input, crlfDelay: Infinity })) lines.push(line)
  return lines
}

/** A Kubernetes Indexed Job names its pod's part; SEALSCOPE_SHARDS says of how many. */
function shardFromEnvironment(): string {
  const { JOB_COMPLETION_INDEX: index, SEALSCOPE_SHARDS: count } = process.env
  return index === undefined || count === undefined ? '0/1' : `${index}/${count}`
}

function commandOf(text: string | null): BatchCommand {
  if (text === null) return 'verify'
  if (Object.hasOwn(ASKED, text)) return text as BatchCommand
  throw new SealscopeError({
    kind: 'usage',
    code: 'batch-command',
    what: 'this command cannot be asked in a batch',
    expected: Object.keys(ASKED).join(', '),
    found: text,
  })
}

function jobsOf(text: string | null): number {
  const jobs = Number(text ?? 2)
  if (Number.isInteger(jobs) && jobs >= 1 && jobs <= JOBS_LIMIT) return jobs
  throw new SealscopeError({
    kind: 'usage',
    code: 'batch-jobs',
    what: 'the number of jobs cannot be read',
    expected: `1 to ${JOBS_LIMIT}`,
    found: text ?? '',
  })
}

/** Options of the batch that belong to the command asked. */
function passedOn(args: Arguments, command: BatchCommand): string[] {
  const taken: readonly OptionName[] = COMMANDS[command].options
  const words: string[] = []
  for (const option of COMMANDS.batch.options) {
    if (OWN_OPTIONS.includes(option) || option === 'json' || !taken.includes(option)) continue
    if (OPTIONS[option].type === 'boolean') {
      if (args.flag(option)) words.push(`--${option}`)
      continue
    }
    const single = args.text(option)
    for (const value of single === null ? args.list(option) : [single]) {
      words.push(`--${option}=${value}`)
    }
  }
  return words
}

function summary(args: Arguments): Answer {
  const lines = args.words.flatMap(linesOf)
  const since = args.text('since')
  const result = summarize(lines, since === null ? null : linesOf(since))
  if (args.flag('json')) return { text: jsonText(result), exitCode: 0 }
  if (args.flag('html')) return { text: summaryHtml(result), exitCode: 0 }
  if (args.flag('sarif')) return { text: jsonText(batchSarif(result)), exitCode: 0 }
  return { text: summaryMarkdown(result), exitCode: 0 }
}

function linesOf(path: string): BatchLine[] {
  return readFileSync(path === '-' ? 0 : path, 'utf8')
    .split('\n')
    .map(parseBatchLine)
    .filter((line) => line !== null)
}
