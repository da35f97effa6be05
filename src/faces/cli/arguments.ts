import { parseArgs, type ParseArgsConfig } from 'node:util'
import { SealscopeError } from '../../base/error'
import { nearestKey } from '../../base/suggest'
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
  checkOptionNames(rest, allowed, command)
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

/** What the same thing is called in bootc-image-builder and image-builder. */
const ELSEWHERE: Readonly<Record<string, OptionName>> = {
  '--config': 'blueprint',
  '-b': 'blueprint',
  '-c': 'blueprint',
  '--bootc-default-fs': 'rootfs',
  '--image-size': 'size',
  '--bootc-installer-payload-ref': 'installer-payload',
  '--installer-payload-ref': 'installer-payload',
  '--target-arch': 'platform',
  '--arch': 'platform',
}

/** Names an option that is meant by a word that is none; the rest is the parser's. */
function checkOptionNames(
  words: readonly string[],
  allowed: readonly OptionName[],
  command: CommandName,
): void {
  for (const word of words) {
    if (word === '--') return
    const [name = ''] = word.split('=')
    if (!/^(--[a-z]|-[a-z]$)/i.test(name) || isOption(name, allowed, command)) continue
    const other = Object.hasOwn(ELSEWHERE, name) ? ELSEWHERE[name] : undefined
    const near = nearestKey(name.replace(/^-+/, ''), allowed)
    const meant = other !== undefined && allowed.includes(other) ? other : near
    if (meant === null) continue
    const value = optionSpec(command, meant as OptionName).type === 'string' ? ' VALUE' : ''
    const from = other === undefined ? '' : ` (what bootc-image-builder or image-builder call ${name})` // prettier-ignore
    throw new SealscopeError({
      kind: 'usage',
      code: 'bad-option',
      what: `Unknown option '${name}' of sealscope ${command}`,
      expected: `--${meant}${value}${from}`,
    })
  }
}

function isOption(name: string, allowed: readonly OptionName[], command: CommandName): boolean {
  return allowed.some((option) => {
    const { short }: OptionSpec = optionSpec(command, option)
    return (
      name === `--${option}` || name === `-${short ?? ''}` || name === '--help' || name === '-h'
    )
  })
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

function checkWordCount(command: CommandName, words: string[], min: number, max: number): void {
  if (words.length >= min && words.length <= max) return
  const blueprint = words.find((word) => /\.(toml|json)$/.test(word))
  const takesOne = (COMMANDS[command].options as readonly OptionName[]).includes('blueprint')
  if (words.length > max && blueprint !== undefined && takesOne) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'blueprint-as-word',
      what: `sealscope ${command} takes a blueprint as an option`,
      expected: `--blueprint ${blueprint}`,
      found: words.join(' '),
    })
  }
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
