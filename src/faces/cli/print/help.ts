import { COMMANDS, optionSpec, type CommandName } from '../commands'

/** The text of `sealscope --help`. */
export function generalHelp(): string {
  const width = Math.max(
    ...Object.entries(COMMANDS).map(([name, c]) => name.length + c.words.length),
  )
  const lines = Object.entries(COMMANDS).map(
    ([name, command]) => `  ${`${name} ${command.words}`.padEnd(width + 3)}${command.help}`,
  )
  return [
    'usage: sealscope COMMAND [SOURCE] [options]',
    '',
    ...lines,
    '',
    'SOURCE: oci:DIR[:TAG]  oci-archive:FILE[:TAG]  docker-archive:FILE  docker://HOST/NAME[:TAG|@DIGEST]',
    '        sample:NAME  dir:DIR  FILE.efi  facts:FILE; without a prefix it is told by what is there',
    '',
    'exit codes: 0 good, 1 the answer is no, 2 bad usage or bad input, 3 network',
    'sealscope COMMAND --help lists the options of a command',
    '',
  ].join('\n')
}

/** The text of `sealscope COMMAND --help`. */
export function commandHelp(name: CommandName): string {
  const command = COMMANDS[name]
  const rows = command.options.map((option) => {
    const spec = optionSpec(name, option)
    const short = spec.short !== undefined ? `-${spec.short}, ` : ''
    const value = spec.type === 'string' ? ' VALUE' : ''
    return [`  ${short}--${option}${value}`, spec.help] as const
  })
  const width = Math.max(0, ...rows.map(([left]) => left.length))
  const lines = rows.map(([left, help]) => `${left.padEnd(width + 2)}${help}`)
  return [
    `usage: sealscope ${name} ${command.words} [options]`,
    command.help,
    '',
    ...lines,
    '',
  ].join('\n')
}
