import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { SealscopeError } from '../bytes/error'
import { generateManifest } from '../osbuild/generate'
import { manifestRequest, parseRequests, type PlanRequest } from '../plan/request'
import type { Answer } from './answers'
import type { Arguments } from './arguments'
import { requirePath } from './files'

/** `sealscope manifest --request FILE [-o DIR]`. */
export async function manifest(args: Arguments): Promise<Answer> {
  const file = args.text('request')
  if (file === null) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-request',
      what: 'this version makes manifests from request files only',
      expected: '--request FILE',
    })
  }
  const text = readFileSync(requirePath(file), 'utf8')
  const requests = parseRequests(text, targetOf(args), args.flag('mock-containers'))
  const folder = args.text('output')
  if (folder !== null) return writeAll(requests, folder)
  const [only] = requests
  if (only === undefined || requests.length > 1) {
    const what = 'a request file with several cases needs -o DIR'
    throw new SealscopeError({ kind: 'usage', code: 'no-output', what })
  }
  const result = generateManifest(manifestRequest(only))
  for (const warning of result.warnings) process.stderr.write(`warning: ${warning}\n`)
  if (result.error !== null) {
    throw new SealscopeError({ code: 'manifest-refused', what: result.error.text })
  }
  return { text: result.text(), exitCode: 0 }
}

function targetOf(args: Arguments): '79' | '0.274' {
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

function writeAll(requests: readonly PlanRequest[], folder: string): Answer {
  for (const request of requests) {
    const { name } = request
    const base = join(folder, name)
    if (name.split(/[\\/]/).includes('..')) {
      const what = 'the name of a case leads out of the folder'
      throw new SealscopeError({ code: 'request-name', what, found: name })
    }
    mkdirSync(dirname(base), { recursive: true })
    const result = generateManifest(manifestRequest(request))
    if (result.manifest !== null) writeFileSync(`${base}.manifest.json`, result.text())
    const { warnings, error, exports, filename, mimeType } = result
    const summary = { name, warnings, error: error?.text ?? null, exports, filename, mimeType }
    writeFileSync(`${base}.result.json`, `${JSON.stringify(summary, null, 2)}\n`)
  }
  return { text: '', exitCode: 0 }
}
