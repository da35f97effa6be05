import { SealscopeError } from '../../../base/error'
import { visible } from '../../../base/escape'

/** Standard output; a reader that has seen enough (EPIPE) is no error. */
export function print(text: string): Promise<void> {
  return write(process.stdout, text)
}

/** One line on standard error, without anything that a terminal would obey. */
export function printError(message: string): Promise<void> {
  return write(process.stderr, `error: ${visible(message)}\n`)
}

/** One line on standard error beside a result. */
export function printWarning(text: string): void {
  process.stderr.write(`warning: ${visible(text)}\n`)
}

function write(stream: NodeJS.WriteStream, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (cause) => {
      if (!cause || isBrokenPipe(cause)) resolve()
      else reject(cannotWrite(cause))
    })
  })
}

function isBrokenPipe(cause: Error): boolean {
  return (cause as NodeJS.ErrnoException).code === 'EPIPE'
}

function cannotWrite(cause: Error): SealscopeError {
  const what = 'the output cannot be written'
  return new SealscopeError({ code: 'output', what, found: cause.message, cause })
}

/**
 * Ends in good order: writing to a closed pipe is quiet, and what nobody caught ends with 2, never
 * with 1, which would be an answer.
 */
export function installEndings(): void {
  const ignore = () => undefined
  process.stdout.on('error', ignore)
  process.stderr.on('error', ignore)
  process.on('uncaughtException', (thrown) => {
    void printError(`internal error: ${thrown.message}`).finally(() => process.exit(2))
  })
}
