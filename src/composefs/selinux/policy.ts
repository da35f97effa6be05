import { SealscopeError } from '../../bytes/error'
import { childAt, directoryAt } from '../../tree/lookup'
import type { ByteString, Directory, Leaf } from '../../tree/node'
import { compilePattern, literalPrefix, type Engine, type KeyTest } from './pattern'

/** Content of a regular file of the tree. */
export type ReadFile = (leaf: Extract<Leaf, { kind: 'file' }>) => Uint8Array

interface Spec {
  order: number
  expression: string
  type: string
  /** Null for `<<none>>`. */
  context: ByteString | null
  test: KeyTest | null
}

interface Stem {
  next: Map<string, Stem>
  specs: Spec[]
}

/** The labels of one policy: looks up a path with its type letter. */
export class SelinuxPolicy {
  private readonly top: Stem = { next: new Map(), specs: [] }
  private readonly aliases = new Map<ByteString, ByteString>()
  private count = 0

  constructor(private readonly engine: Engine = 'hybrid') {}

  /** Adds the lines of a file_contexts file; errors name file and line. */
  addContexts(text: string, file: string): void {
    text.split('\n').forEach((line, index) => {
      const words = line.trim().split(/\s+/u)
      const [expression = '', second, third] = words
      if (expression === '' || expression.startsWith('#')) return
      const typed = words.length === 3
      const context = typed ? third : second
      if (
        context === undefined ||
        words.length > 3 ||
        (typed && !/^-[bcdpls-]$/.test(second ?? ''))
      ) {
        throw badLine(file, index, line)
      }
      this.addSpec(expression, typed ? (second ?? '').slice(1) : '.', context)
    })
  }

  addAliases(text: string, file: string): void {
    text.split('\n').forEach((line, index) => {
      const words = line.trim().split(/\s+/u)
      if (words[0] === '' || words[0]?.startsWith('#')) return
      const [alias, original] = words
      if (alias === undefined || original === undefined || words.length !== 2) {
        throw badLine(file, index, line)
      }
      this.aliases.set(alias, original)
    })
  }

  /** What stands for this path when labels are looked up. */
  original(path: ByteString): ByteString {
    return this.aliases.get(path) ?? path
  }

  /** The label of a path, or null; the last matching line of the policy wins. */
  label(path: ByteString, type: string): ByteString | null {
    const key = path + type
    const specs: Spec[] = [...this.top.specs]
    let stem: Stem | undefined = this.top
    for (const char of path) {
      stem = stem.next.get(char)
      if (stem === undefined) break
      specs.push(...stem.specs)
    }
    specs.sort((a, b) => b.order - a.order)
    for (const spec of specs) {
      spec.test ??= compilePattern(spec.expression, spec.type, this.engine)
      if (spec.test(key)) return spec.context
    }
    return null
  }

  private addSpec(expression: string, type: string, context: string): void {
    let stem = this.top
    for (const char of literalPrefix(expression)) {
      let next = stem.next.get(char)
      if (next === undefined) {
        next = { next: new Map(), specs: [] }
        stem.next.set(char, next)
      }
      stem = next
    }
    const label = context === '<<none>>' ? null : context
    stem.specs.push({ order: this.count++, expression, type, context: label, test: null })
  }
}

/**
 * The policy that an image's own /etc/selinux names (composefs-boot selabel.rs); null when it names none.
 * No links are followed.
 */
export function loadPolicy(root: Directory, read: ReadFile, engine: Engine): SelinuxPolicy | null {
  const config = childAt(root, 'etc/selinux/config')
  if (config?.kind !== 'file') return null
  const type = policyType(decodeUtf8(read(config), 'etc/selinux/config'))
  if (type === null) return null
  const folder = `etc/selinux/${type}/contexts/files`
  const files = directoryAt(root, folder)
  if (files === null) throw missing(`/${folder}`)
  const policy = new SelinuxPolicy(engine)
  for (const name of ['file_contexts', 'file_contexts.local', 'file_contexts.homedirs']) {
    const leaf = files.entries.get(name)
    if (leaf?.kind === 'file') {
      decodeUtf8(read(leaf), `${folder}/${name}`)
      policy.addContexts(latin1(read(leaf)), `${folder}/${name}`)
    } else if (name === 'file_contexts') throw missing(`/${folder}/${name}`)
  }
  for (const name of ['file_contexts.subs', 'file_contexts.subs_dist']) {
    const leaf = files.entries.get(name)
    if (leaf?.kind === 'file') policy.addAliases(latin1(read(leaf)), `${folder}/${name}`)
  }
  return policy
}

/** Files whose content decides the labels: their paths may hold one policy each. */
export const POLICY_FILE = /^etc\/selinux\/(config|[^/]+\/contexts\/files\/file_contexts[^/]*)$/

function policyType(text: string): string | null {
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals >= 0 && line.slice(0, equals).trim().toLowerCase() === 'selinuxtype') {
      return line.slice(equals + 1).trim()
    }
  }
  return null
}

function decodeUtf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch (cause) {
    const what = 'a SELinux policy file is not UTF-8'
    throw new SealscopeError({ code: 'selinux-utf8', what, where: { path }, cause })
  }
}

function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192))
  }
  return text
}

function missing(path: string): SealscopeError {
  const what = 'a SELinux policy is named but its file is missing'
  return new SealscopeError({ code: 'selinux-missing', what, where: { path } })
}

function badLine(path: string, index: number, line: string): SealscopeError {
  return new SealscopeError({
    code: 'selinux-line',
    what: 'a line of a SELinux policy file cannot be read',
    where: { path, line: index + 1 },
    expected: 'REGEX [-TYPE] CONTEXT',
    found: JSON.stringify(line.slice(0, 80)),
  })
}
