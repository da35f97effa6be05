import { parseArgs, type ParseArgsConfig } from 'node:util'
import { SealscopeError } from '../../base/error'
import {
  COMMANDS,
  optionSpec,
  type CommandName,
  type OptionName,
  type OptionSpec,
} from './commands'

/** What was typed after `sealscope`: the command, its words and the options it takes. */
export interface Arguments {
  command: CommandName
  words: string[]
  /** Text options. */
  text(name: OptionName): string | null
  flag(name: OptionName): boolean
  /** Options that may be given several times. */
  list(name: OptionName): string[]
  /** `--json=systemd`: another program's JSON instead of the own document. */
  jsonForm: 'systemd' | null
}

const SYSTEMD_JSON = '--json=systemd'

/** Parses the words of a command line; throws a usage error that names the word that is wrong. */
export function parseArguments(argv: readonly string[]): Arguments {
  const [name, ...given] = argv
  const command = findCommand(name)
  const allowed: readonly OptionName[] = COMMANDS[command].options
  const jsonForm = allowed.includes('pcrs') && given.includes(SYSTEMD_JSON) ? 'systemd' : null
  const rest = jsonForm === null ? given : given.map((word) => (word === SYSTEMD_JSON ? '--json' : word)) // prettier-ignore
  const options: ParseArgsConfig['options'] = {}
  for (const option of allowed) {
    const { type, short, multiple }: OptionSpec = optionSpec(command, option)
    options[option] = { type, ...(short ? { short } : {}), ...(multiple ? { multiple } : {}) }
  }
  const parsed = parseStrictly({ args: rest, options, allowPositionals: true, strict: true })
  const { min, max } = COMMANDS[command]
  checkWordCount(command, parsed.positionals, min, max)
  return {
    command,
    words: parsed.positionals,
    text: (option) => asText(parsed.values[option]),
    flag: (option) => parsed.values[option] === true,
    list: (option) => asList(parsed.values[option]),
    jsonForm,
  }
}

function findCommand(name: string | undefined): CommandName {
  if (name !== undefined && Object.hasOwn(COMMANDS, name)) return name as CommandName
  throw new SealscopeError({
    kind: 'usage',
    code: 'unknown-command',
    what: name === undefined ? 'no command' : `unknown command ${JSON.stringify(name)}`,
    expected: Object.keys(COMMANDS).join(', '),
  })
}

function parseStrictly(config: ParseArgsConfig): ReturnType<typeof parseArgs> {
  try {
    return parseArgs(config)
  } catch (thrown) {
    const what = thrown instanceof Error ? (thrown.message.split(/\.\s/)[0] ?? '') : String(thrown)
    throw new SealscopeError({ kind: 'usage', code: 'bad-option', what, cause: thrown })
  }
}

function checkWordCount(command: string, words: string[], min: number, max: number): void {
  if (words.length >= min && words.length <= max) return
  throw new SealscopeError({
    kind: 'usage',
    code: 'word-count',
    what: `sealscope ${command}`,
    expected: min === max ? `${min} argument${min === 1 ? '' : 's'}` : `${min} to ${max} arguments`,
    found: words.length === 0 ? 'none' : words.join(' '),
  })
}

function asText(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function asList(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
}
