import { isMainThread } from 'node:worker_threads'
import { loadDigests } from '../../base/hash/digests'
import { parseArguments } from './arguments'
import { COMMANDS, type CommandName } from './commands'
import { EXIT } from './exit-codes'
import { HANDLERS } from './handlers'
import { commandHelp, generalHelp } from './print/help'
import { jsonText } from './print/json-text'
import { installEndings, print, printError } from './print/output'
import { fromSystem } from '../../hosts/node/system-error'
import { VERSION } from './version'

async function main(argv: readonly string[]): Promise<number> {
  const [first, second] = argv
  if (first === '--version' || first === '-V' || first === 'version') {
    await print(`sealscope ${VERSION}\n`)
    return 0
  }
  if (argv.includes('--help') || argv.includes('-h') || first === 'help') {
    const name = first === 'help' ? second : first
    const known = name !== undefined && Object.hasOwn(COMMANDS, name)
    await print(known ? commandHelp(name as CommandName) : generalHelp())
    return 0
  }
  try {
    const args = parseArguments(argv)
    const [handler] = await Promise.all([HANDLERS[args.command](), loadDigests()])
    const answer = await handler(args)
    await print(answer.text)
    if (answer.problem === undefined) return answer.exitCode
    await printError(answer.problem.message)
    return EXIT[answer.problem.kind]
  } catch (thrown) {
    const error = fromSystem(thrown)
    const document = jsonText(error.toDocument())
    // When standard output is what failed, the line below says so.
    if (argv.includes('--json')) await print(document).catch(() => undefined)
    await printError(error.message)
    return EXIT[error.kind]
  }
}

if (isMainThread) {
  installEndings()
  process.exitCode = await main(process.argv.slice(2))
} else {
  const { serveLayers } = await import('../../hosts/node/layer-threads')
  serveLayers()
}
