import { toSealscopeError, type SealscopeError } from '../bytes/error'
import { digest, inspect, verify, type Answer } from './answers'
import { parseArguments, type Arguments } from './arguments'
import { compare } from './compare'
import { COMMANDS, type CommandName } from './commands'
import { lint } from './lint'
import { manifest } from './manifest'
import { plan } from './plan'
import { serve } from './serve'
import { uki } from './uki'
import { commandHelp, generalHelp } from './help'

const EXIT = { usage: 2, input: 2, internal: 2, network: 3 } as const

const HANDLERS: Partial<Record<CommandName, (args: Arguments) => Promise<Answer>>> = {
  inspect,
  verify,
  digest,
  compare,
  lint,
  plan,
  manifest,
  uki,
}

async function main(argv: readonly string[]): Promise<number> {
  const [first] = argv
  if (argv.includes('--help') || argv.includes('-h') || first === 'help') {
    const known = first !== undefined && Object.hasOwn(COMMANDS, first)
    await print(known ? commandHelp(first as CommandName) : generalHelp())
    return 0
  }
  try {
    const args = parseArguments(argv)
    if (args.command === 'serve') await serve(args)
    const handler = HANDLERS[args.command]
    if (handler === undefined) {
      await printError(`sealscope ${args.command} is not part of this version`)
      return EXIT.usage
    }
    const answer = await handler(args)
    await print(answer.text)
    return answer.exitCode
  } catch (thrown) {
    const error = toSealscopeError(thrown)
    if (argv.includes('--json')) await print(`${JSON.stringify(error.toDocument(), null, 2)}\n`)
    await printError(error.message)
    return exitCode(error)
  }
}

function exitCode(error: SealscopeError): number {
  return EXIT[error.kind]
}

function printError(message: string): Promise<void> {
  const line = message.replaceAll('\n', '\\n')
  return new Promise((resolve) => process.stderr.write(`error: ${line}\n`, () => resolve()))
}

function print(text: string): Promise<void> {
  return new Promise((resolve) => process.stdout.write(text, () => resolve()))
}

process.exitCode = await main(process.argv.slice(2))
