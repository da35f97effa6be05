import { cleanPath } from '../../base/go/path'
import { goQuote } from '../../base/go/quote'
import { parseUrl } from '../../base/go/url'
import { goType } from './go-print'
import type { DirectoryCustomization, FileCustomization, Owner } from './model'
import { foldedMemberOf, integerOf, memberOf, type Node } from './node'
import { below, type Decoding, doubleOf, reportType, type Type } from './schema'
import { int64OfFloat } from './size'

const MODE = /^0?[0-7]{3}$/
const USER = '^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,31}$'
const GROUP = '^[A-Za-z0-9_][A-Za-z0-9_-]{0,31}$'

/** `customizations.directories[]`, checked while it is read (fsnode_customizations.go). */
export const directoryType: Type<DirectoryCustomization> = {
  zero: { path: '', user: null, group: null, mode: '', ensureParents: false },
  decodesNull: true,
  decode: (node, path, into) =>
    into.within((inner) => {
      inner.takeAll(node)
      const read = new NodeReader(node, path, inner, 'directory')
      const value = {
        path: read.path(),
        user: read.owner('user'),
        group: read.owner('group'),
        mode: read.text('mode'),
        ensureParents: read.flag('ensure_parents'),
      }
      read.finish([['mode', modeProblem(value.mode)], ...read.nodeProblems(value)])
      return value
    }),
}

/** `customizations.files[]`, checked while it is read (fsnode_customizations.go, fsnode/file.go). */
export const fileType: Type<FileCustomization> = {
  zero: { path: '', user: null, group: null, mode: '', data: '', uri: '' },
  decodesNull: true,
  decode: (node, path, into) =>
    into.within((inner) => {
      inner.takeAll(node)
      const read = new NodeReader(node, path, inner, 'file')
      const value = {
        path: read.path(),
        user: read.owner('user'),
        group: read.owner('group'),
        mode: read.text('mode'),
        data: read.text('data'),
        uri: read.text('uri'),
      }
      read.finish([
        ['uri', bothProblem(value)],
        ['mode', modeProblem(value.mode)],
        ['uri', uriProblem(value.uri)],
        ...read.nodeProblems(value),
      ])
      return value
    }),
}

/** A key and what is wrong with its value. */
type Check = readonly [key: string, problem: string | null]

/** Reads the members of an entry; JSON keys without regard to case, TOML keys as they are. */
class NodeReader {
  /** What JSON lets pass and the checks refuse: a user or group that is neither text nor number. */
  private readonly wrongOwners = new Map<'user' | 'group', string>()

  constructor(
    private readonly node: Node,
    private readonly at: string,
    private readonly into: Decoding,
    private readonly kind: 'file' | 'directory',
  ) {
    if (into.format === 'json' && node.kind !== 'object' && node.kind !== 'null')
      reportType(node, 'object', at, into)
  }

  path(): string {
    const value = this.member('path')
    if (value?.kind === 'string') return value.value
    if (this.into.format === 'toml') {
      this.into.report('UnmarshalTOML: path must be a string', this.at, this.node.at)
    } else if (value !== null) this.wrong('path', 'string', value)
    return ''
  }

  text(key: string): string {
    const value = this.member(key)
    if (value === null) return ''
    if (value.kind === 'string') return value.value
    this.wrong(key, 'string', value)
    return ''
  }

  flag(key: string): boolean {
    const value = this.member(key)
    if (value === null) return false
    if (value.kind === 'bool') return value.value
    this.wrong(key, 'bool', value)
    return false
  }

  owner(key: 'user' | 'group'): Owner {
    const value = this.member(key)
    if (value === null) return null
    if (value.kind === 'string') return value.value
    if (this.into.format === 'toml') return this.ownerOfToml(key, value)
    if (value.kind === 'number') return this.ownerOfFloat(key, value)
    const text = `${key} must be either a string or an int64, got ${goType(value, 'json')}`
    this.wrongOwners.set(key, text)
    return null
  }

  private ownerOfToml(key: 'user' | 'group', value: Node): Owner {
    const whole = integerOf(value)
    if (whole !== null) return whole
    const text = `UnmarshalTOML: ${key} must be a string or an integer`
    const got = key === 'user' && this.kind === 'directory' ? `, got ${goType(value, 'toml')}` : ''
    this.problem(text + got, key, value.at)
    return null
  }

  /** JSON numbers are doubles in Go; they must be whole. */
  private ownerOfFloat(key: 'user' | 'group', node: Node & { kind: 'number' }): Owner {
    const value = doubleOf(node, below(this.at, key), this.into)
    const whole = int64OfFloat(value)
    if (Number(whole) !== value) {
      this.problem(`invalid ${key} ${fixed6(value)}: must be an integer`, key)
      return null
    }
    return whole
  }

  /** Go returns at the first problem of an entry: the checks only speak when reading went well. */
  finish(checks: readonly Check[]): void {
    if (this.into.problems.length > 0) return
    for (const [key, problem] of checks) {
      if (problem === null) continue
      this.into.report(problem, below(this.at, key), this.node.at)
      return
    }
  }

  /** fsnode.go, validate. */
  nodeProblems({ path, user, group }: { path: string; user: Owner; group: Owner }): Check[] {
    return [
      ['path', pathProblem(path)],
      ['user', this.wrongOwners.get('user') ?? ownerProblem('user', user, USER)],
      ['group', this.wrongOwners.get('group') ?? ownerProblem('group', group, GROUP)],
    ]
  }

  private member(key: string): Node | null {
    if (this.into.format === 'json') return foldedMemberOf(this.node, key)
    const found = memberOf(this.node, key)
    return found?.kind === 'null' ? null : found
  }

  private wrong(key: string, wanted: string, value: Node): void {
    if (this.into.format === 'json') reportType(value, wanted, below(this.at, key), this.into)
    else this.problem(`UnmarshalTOML: ${key} must be a ${wanted}`, key, value.at)
  }

  private problem(text: string, key: string, at = memberOf(this.node, key)?.at ?? -1): void {
    this.into.report(text, below(this.at, key), at)
  }
}

function bothProblem({ data, uri }: FileCustomization): string | null {
  if (data === '' || uri === '') return null
  return `cannot specify both data ${goQuote(data)} and URI ${goQuote(uri)}`
}

function modeProblem(mode: string): string | null {
  return mode === '' || MODE.test(mode) ? null : `invalid mode ${mode}: must be an octal number`
}

function uriProblem(uri: string): string | null {
  const parts = parseUrl(uri)
  if (parts === null) return `parse ${goQuote(uri)}: no URL`
  const { scheme } = parts
  if (scheme === '' || scheme === 'file') return null
  return `unsupported scheme for ${scheme}${uri.slice(scheme.length)} (try file://)`
}

function pathProblem(path: string): string | null {
  if (path === '') return 'path must not be empty'
  if (!path.startsWith('/')) return 'path must be absolute'
  if (path.endsWith('/')) return 'path must not end with a slash'
  return path === cleanPath(path) ? null : 'path must be canonical'
}

function ownerProblem(name: 'user' | 'group', owner: Owner, pattern: string): string | null {
  if (typeof owner === 'string') {
    return new RegExp(pattern).test(owner)
      ? null
      : `${name} name ${goQuote(owner)} doesn't conform to validating regex (${pattern})`
  }
  return owner !== null && owner < 0n ? `${name} ID must be non-negative` : null
}

/** Go's `%f`. */
function fixed6(value: number): string {
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value)}.000000`
}
