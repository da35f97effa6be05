import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SealscopeError } from '../../base/error'
import type { TargetId } from '../../rules/image-builder/target'
import { parseRequests, type PlanRequest } from '../../answers/plan/request'
import type { Arguments } from './arguments'
import { QUESTION_OPTIONS } from './commands'
import { readWhole, requirePath } from '../../hosts/node/files'

/** Largest blueprint or file of requests. */
const TEXT_LIMIT = 256 * 2 ** 20

/** The cases of `--request FILE`. Throws where the file is none, or options contradict it. */
export function readRequests(args: Arguments, file: string): PlanRequest[] {
  const other = QUESTION_OPTIONS.find((option) => args.text(option) !== null)
  if (other !== undefined || args.words.length > 0) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'request-and-image',
      what: `--request with ${other === undefined ? 'a SOURCE' : `--${other}`}`,
      expected: 'the request file alone, which says all of it',
    })
  }
  return parseRequests(readText(file), targetOf(args), args.flag('mock-containers'))
}

/** `--target`, by default the newest. */
export function targetOf(args: Arguments): TargetId {
  const target = args.text('target') ?? '79'
  if (target === '79' || target === '0.274') return target
  throw new SealscopeError({
    kind: 'usage',
    code: 'target',
    what: 'a target',
    expected: '79 or 0.274',
    found: target,
  })
}

/** The one request for standard output; several need a folder. */
export function onlyRequest(requests: readonly PlanRequest[]): PlanRequest {
  const [only] = requests
  if (only !== undefined && requests.length === 1) return only
  throw new SealscopeError({
    kind: 'usage',
    code: 'no-output',
    what: 'the results of a request file',
    expected: 'exactly one case, or -o DIR',
    found: `${requests.length} cases`,
  })
}

/** Text of a file that must be UTF-8. */
export function readText(path: string): string {
  const bytes = readWhole(requirePath(path), TEXT_LIMIT)
  if (bytes.length > TEXT_LIMIT) {
    const expected = `at most ${TEXT_LIMIT} bytes`
    throw new SealscopeError({ code: 'text-size', what: 'the file is too large', where: { path }, expected }) // prettier-ignore
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    throw new SealscopeError({
      code: 'not-utf8',
      what: 'the file is no text',
      where: { path },
      expected: 'UTF-8',
      cause,
    })
  }
}

/**
 * Writes the files of every case below one folder; `/` in a name makes subfolders. A case whose name
 * is no good is left out, and the first of them is thrown when the others are written.
 * @param folder is made if need be
 */
export function writeCases<T extends { name: string }>(
  requests: readonly T[],
  folder: string,
  write: (request: T, files: CaseFiles) => void,
): void {
  const names = new Set<string>()
  const bad: SealscopeError[] = []
  makeFolder(folder)
  for (const request of requests) {
    const { name } = request
    const problem = problemOf(name, names)
    names.add(name)
    if (problem === null) write(request, new CaseFiles(join(folder, name)))
    else bad.push(badName(problem, name))
  }
  const [first] = bad
  if (first !== undefined) throw first
}

/** Node's own way to make folders above a folder never ends where the system says ENOENT, as below /proc. */
function makeFolder(folder: string): void {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return
  if (dirname(folder) !== folder) makeFolder(dirname(folder))
  mkdirSync(folder)
}

/** The files of one case. */
export class CaseFiles {
  constructor(private readonly base: string) {
    makeFolder(dirname(base))
  }

  /** @param ending `.plan.json` */
  write(ending: string, text: string): void {
    writeFileSync(this.base + ending, text)
  }

  /** Takes away what an earlier run left. */
  remove(ending: string): void {
    rmSync(this.base + ending, { force: true })
  }
}

/** Names are relative, of parts that are neither empty nor dots; no backslash, no control character. */
function problemOf(name: string, before: ReadonlySet<string>): string | null {
  if (before.has(name)) return 'comes twice'
  const parts = name.split('/')
  const inside = parts.every((part) => part !== '' && part !== '.' && part !== '..')
  if (inside && !/[\\\p{Cc}]/u.test(name)) return null
  return 'leads out of the folder or is no file name'
}

function badName(problem: string, name: string): SealscopeError {
  return new SealscopeError({
    code: 'request-name',
    what: `the name of a case ${problem}`,
    found: JSON.stringify(name.slice(0, 200)),
  })
}
