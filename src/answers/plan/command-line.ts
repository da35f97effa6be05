import { splitKargs } from '../../rules/bootc/kargs'

/** A kernel argument as `key=value`; the kernel takes `-` and `_` in keys as one. */
export interface Argument {
  text: string
  key: string
  value: string | null
}

export function argumentOf(text: string): Argument {
  const bare = text.startsWith('"') ? text.slice(1).replace(/"$/, '') : text
  const equals = bare.indexOf('=')
  if (equals < 0) return { text, key: plain(bare), value: null }
  const value = bare.slice(equals + 1).replace(/^"(.*)"$/s, '$1')
  return { text, key: plain(bare.slice(0, equals)), value }
}

function plain(key: string): string {
  return key.replaceAll('-', '_')
}

/** The words of a command line; what a UKI holds may end in NUL bytes. */
export function wordsOf(line: string): string[] {
  return splitKargs(line.replaceAll('\0', ' '))
}

/** The value of the last argument with a key; undefined: there is none, null: it has no value. */
export function valueOf(words: readonly string[], key: string): string | null | undefined {
  return words.map(argumentOf).findLast((argument) => argument.key === plain(key))?.value
}

/** Whether two arguments are the same for bootc (bootc kernel_cmdline). */
export function sameArgument(one: string, other: string): boolean {
  const [a, b] = [argumentOf(one), argumentOf(other)]
  return a.key === b.key && a.value === b.value
}
