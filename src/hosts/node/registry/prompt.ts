import { SealscopeError } from '../../../base/error'

/** Bytes of a password; more than that is a file that was given by mistake. */
const LONGEST = 64 * 1024

/** The first line of standard input, for a password that another program writes. */
export async function readFirstLine(): Promise<string> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    parts.push(part)
    size += part.length
    if (size > LONGEST) break
  }
  const [line = ''] = Buffer.concat(parts).toString('utf8').split(/\r?\n/)
  return line
}

/** Asks at the terminal; what is typed is shown only when `isShown`. Throws where there is no terminal. */
export async function ask(question: string, isShown: boolean): Promise<string> {
  const { stdin, stderr } = process
  if (!stdin.isTTY) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'no-terminal',
      what: 'there is no terminal to ask for a login',
      expected: '--username NAME --password-stdin',
    })
  }
  stderr.write(`${question}: `)
  stdin.setRawMode(true)
  try {
    return await readKeys(isShown)
  } finally {
    stdin.setRawMode(false)
    stdin.pause()
    stderr.write('\n')
  }
}

async function readKeys(isShown: boolean): Promise<string> {
  const typed: string[] = []
  for await (const part of process.stdin as AsyncIterable<Buffer>) {
    for (const key of part.toString('utf8')) {
      if (key === '\r' || key === '\n') return typed.join('')
      if (key === '\u0003' || key === '\u0004') throw cancelled()
      if (key === '\u007f' || key === '\b') {
        if (typed.pop() !== undefined && isShown) process.stderr.write('\b \b')
      } else {
        typed.push(key)
        if (isShown) process.stderr.write(key)
      }
    }
  }
  return typed.join('')
}

function cancelled(): SealscopeError {
  return new SealscopeError({ kind: 'usage', code: 'cancelled', what: 'the login was cancelled' })
}
