import { openSync, readFileSync, readSync, closeSync, statSync, existsSync } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import { isDumpfile } from '../../../rules/composefs/dumpfile-parse'
import type { CompareResult, ImageComparison, TreeDifference } from '../../../contract/answers'
import { compareSides, type Side } from '../../../answers/compare/compare-images'
import { plainLine } from '../../../base/escape'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf } from '../inspection'
import { jsonText } from '../print/json-text'
import { packageLines } from '../print/package-lines'

const SHOWN = 200

/** `sealscope compare A B`: 0 when nothing differs, 1 when something does. */
export async function compare(args: Arguments): Promise<Answer> {
  const [a = '', b = ''] = args.words
  const sides = [await sideOf(args, a), await sideOf(args, b)] as const
  const result = compareSides(...sides)
  if (result.equal) sides.forEach(requireWhole)
  const text = args.flag('json') ? jsonText(result) : compareText(result)
  return { text, exitCode: result.equal ? 0 : 1 }
}

async function sideOf(args: Arguments, word: string): Promise<Side> {
  if (hasDump(word)) return { kind: 'dump', bytes: readFileSync(word), name: word }
  const inspection = await inspectSource(
    questionOf(args, word, { quick: false, algorithms: ['sha512'] }),
  )
  return { kind: 'image', inspection, name: word }
}

/** What was not read may differ. */
function requireWhole(side: Side): void {
  if (side.kind === 'dump' || side.inspection.facts.evidence.complete) return
  const { findings } = side.inspection.facts
  const why = findings.find(({ severity }) => severity === 'error')
  throw new SealscopeError({
    code: why?.id ?? 'not-complete',
    what: `nothing differs in what was read, but ${side.name} could not be read whole: ${why?.message ?? 'layers are missing'}`,
  })
}

function hasDump(path: string): boolean {
  if (!existsSync(path) || !statSync(path).isFile()) return false
  const head = new Uint8Array(64)
  const file = openSync(path, 'r')
  try {
    return isDumpfile(head.subarray(0, readSync(file, head, 0, head.length, 0)))
  } finally {
    closeSync(file)
  }
}

function compareText(result: CompareResult): string {
  const { equal, differences, count, causes, images } = result
  if (equal) return ['nothing differs', ...kargLines(result)].join('\n') + '\n'
  const kinds = Object.entries(causes).map(([cause, number]) => `${cause} ${number}`)
  const lines = [
    ...(images === null ? [] : imageLines(images)),
    `${count} ${count === 1 ? 'path differs' : 'paths differ'}${kinds.length === 0 ? '' : `: ${kinds.join(', ')}`}`,
    ...differences.slice(0, SHOWN).map(differenceLine),
    ...(count > SHOWN ? [`… and ${count - SHOWN} more (--json has them)`] : []),
    ...kargLines(result),
  ]
  return `${lines.join('\n')}\n`
}

function imageLines({
  layers,
  packages,
  kernel,
  cmdline,
  size,
  changed,
}: ImageComparison): string[] {
  return [
    `layers: ${layers.shared} shared, ${layers.left} and ${layers.right} in all`,
    pairLine('kernel', kernel.left ?? 'none', kernel.right ?? 'none'),
    pairLine('command line', cmdline.left ?? 'none', cmdline.right ?? 'none'),
    pairLine('size', bytesText(size.left), bytesText(size.right)),
    ...packageLines(packages),
    ...changed
      .filter(({ name }) => name !== 'kernel')
      .map(({ name, left, right }) => `${plainLine(name, 200)}: ${plainLine(left ?? 'none', 200)} -> ${plainLine(right ?? 'none', 200)}`), // prettier-ignore
  ]
}

function pairLine(name: string, left: string, right: string): string {
  const [a, b] = [plainLine(left, 300), plainLine(right, 300)]
  return left === right ? `${name}: ${a}` : `${name}: ${a} -> ${b}`
}

function bytesText(size: number | null): string {
  return size === null ? 'not known' : `${size} bytes`
}

/** What to put into a UKI so that its seal holds for each side. */
function kargLines({ kargs: { left, right } }: CompareResult): string[] {
  if (left === right) return left === null ? [] : [`for both: build the UKI with ${left}`]
  const line = (side: string, karg: string | null) => karg === null ? [] : [`for the ${side} one: build the UKI with ${karg}`] // prettier-ignore
  return [...line('first', left), ...line('second', right)]
}

function differenceLine({ path, causes, left, right, layers }: TreeDifference): string {
  const [a, b] = layers
  const place = a === null && b === null ? '' : `  [layer ${a ?? '-'} -> ${b ?? '-'}]`
  return `  ${causes.join(',').padEnd(10)} ${plainLine(path, 300)}: ${plainLine(left ?? 'none', 200)} -> ${plainLine(right ?? 'none', 200)}${place}`
}
