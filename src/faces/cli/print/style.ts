import { visible } from '../../../base/escape'

/** Colours for people; on a pipe, with NO_COLOR (no-color.org) or TERM=dumb there are none. */
export interface Style {
  bold(text: string): string
  dim(text: string): string
  good(text: string): string
  bad(text: string): string
  warn(text: string): string
}

type Environment = Readonly<Record<string, string | undefined>>

export function styleFor(isTerminal: boolean, environment: Environment): Style {
  const wanted = isTerminal && !environment['NO_COLOR'] && environment['TERM'] !== 'dumb'
  const paint = (code: number) => (text: string) =>
    wanted ? `\u001b[${code}m${text}\u001b[0m` : text
  return { bold: paint(1), dim: paint(2), good: paint(32), bad: paint(31), warn: paint(33) }
}

/** The style of standard output. */
export function outputStyle(): Style {
  return styleFor(process.stdout.isTTY === true, process.env)
}

/** A text from an image as one line for a terminal, cut at `most` characters. */
export function shown(text: string, most = 400): string {
  const line = visible(text)
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}
