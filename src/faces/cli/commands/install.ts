import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { SealscopeError, toSealscopeError } from '../../../base/error'
import type { InstallPlan } from '../../../contract/install'
import { installAnswer, requestAnswer } from '../../../answers/install/answer'
import { parseInstallRequests, type InstallRequest } from '../../../answers/install/requests'
import { checksOf } from '../../../answers/boot/checks'
import { judgeOf } from '../../../answers/seal/releases'
import { parseJson } from '../../../formats/oci/manifest'
import { directoryFiles, readWhole, requirePath } from '../../../hosts/node/files'
import { openLayout } from '../../../formats/oci/layout'
import type { Arguments } from '../arguments'
import { INSTALL_OPTIONS, optionSpec } from '../commands'
import { openInstallSource, readForInstall } from '../install-source'
import { installText } from '../print/install-text'
import { jsonText } from '../print/json-text'
import { outputStyle } from '../print/style'
import { writeCases } from '../request-files'
import type { Answer } from './answers'

const REQUEST_LIMIT = 64 * 2 ** 20

/** `sealscope install SOURCE`, or `--request FILE -o DIR --layouts DIR`. */
export async function install(args: Arguments): Promise<Answer> {
  const file = args.text('request')
  return file === null ? installSource(args) : installRequests(args, file)
}

async function installSource(args: Arguments): Promise<Answer> {
  const [word] = args.words
  if (word === undefined) throw usage('sealscope install', 'a SOURCE, or --request FILE')
  const { reading, facts, containerName } = await openInstallSource(args, word)
  const size = args.text('to-disk')
  if (size !== null && args.flag('to-filesystem')) throw usage('--to-disk and --to-filesystem', 'one of them') // prettier-ignore
  const judge = judgeOf(args.text('bootc'))
  const plan = await reading.ask(judge.release, (image) =>
    installAnswer({
      image,
      containerName,
      command: args.flag('to-filesystem') ? 'to-filesystem' : 'to-disk',
      size,
      options: bootcOptions(args),
      filesystem: args.text('filesystem'),
      judge,
      from: args.text('bootc') === null ? 'newest' : 'option',
      checks: checksOf(facts, { judge }),
      hasFile: (path) => existsSync(path),
    }),
  )
  return {
    text: args.flag('json') ? jsonText(plan) : installText(plan, outputStyle()),
    exitCode: plan.answer === 'no' ? 1 : 0,
  }
}

/** The options of bootc among ours, as it takes them. */
function bootcOptions(args: Arguments): string[] {
  return INSTALL_OPTIONS.flatMap((name): string[] => {
    // Of file systems that are there nobody asks for the type.
    if (name === 'filesystem' && args.flag('to-filesystem')) return []
    const { type, multiple } = optionSpec('install', name)
    if (type === 'boolean') return args.flag(name) ? [`--${name}`] : []
    const text = args.text(name)
    const values = multiple === true ? args.list(name) : text === null ? [] : [text]
    return values.map((value) => `--${name}=${value}`)
  })
}

async function installRequests(args: Arguments, file: string): Promise<Answer> {
  const folder = args.text('output')
  if (folder === null || args.words.length > 0) throw usage('--request', '-o DIR, and no SOURCE')
  const requests = parseInstallRequests(
    parseJson(readWhole(requirePath(file), REQUEST_LIMIT), file),
  )
  const layouts = args.list('layouts').map(requirePath)
  const done: { name: string; plan: InstallPlan }[] = []
  const failed: SealscopeError[] = []
  const release = args.text('bootc') ?? requests.bootc
  const judge = judgeOf(release)
  const from = args.text('bootc') !== null ? 'option' : release === null ? 'newest' : 'request'
  for (const [layout, cases] of grouped(requests.cases)) {
    const place = findLayout(layouts, layout)
    if (place === null) {
      failed.push(unknownLayout(layout, layouts))
      continue
    }
    const reading = await readForInstall(await openLayout(directoryFiles(place), null, null))
    for (const request of cases) {
      const opens = (path: string) => findLayout(layouts, basename(path)) !== null
      try {
        const plan = await reading.ask(judge.release, (image) => requestAnswer({ image, request, judge, from, opens })) // prettier-ignore
        done.push({ name: request.name, plan })
      } catch (thrown) {
        // The other cases have their answers.
        failed.push(toSealscopeError(thrown))
      }
    }
  }
  writeCases(done, folder, ({ plan }, files) => files.write('.install.json', jsonText(plan)))
  const [first] = failed
  if (first !== undefined) throw first
  return { text: '', exitCode: 0 }
}

/** The cases by layout, so that each is read once. */
function grouped(cases: readonly InstallRequest[]): Map<string, InstallRequest[]> {
  const groups = new Map<string, InstallRequest[]>()
  for (const each of cases) groups.set(each.layout, [...(groups.get(each.layout) ?? []), each])
  return groups
}

function findLayout(layouts: readonly string[], name: string): string | null {
  if (!/^[A-Za-z0-9][A-Za-z0-9._:-]*$/.test(name)) return null
  const found = layouts.map((folder) => join(folder, name)).find((path) => existsSync(join(path, 'oci-layout'))) // prettier-ignore
  return found ?? null
}

function unknownLayout(layout: string, layouts: readonly string[]): SealscopeError {
  return new SealscopeError({
    code: 'unknown-layout',
    what: 'a layout of the request file',
    expected: `an OCI layout in ${layouts.join(', ') || '--layouts DIR'}`,
    found: JSON.stringify(layout.slice(0, 200)),
  })
}

function usage(what: string, expected: string): SealscopeError {
  return new SealscopeError({ kind: 'usage', code: 'install-usage', what, expected })
}
