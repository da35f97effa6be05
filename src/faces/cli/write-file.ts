import { closeSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'

/** Pieces of standard output: a pipe's reader is waited for after each. */
const PIECE = 1 << 20

/** Bytes as they are. */
export function toStandardOutput(chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length; at += PIECE) {
    process.stdout.write(chunk.slice(at, at + PIECE))
  }
}

/** Writes a file under another name first, so that what could not be verified never has the name asked for. */
export async function writeFile(
  path: string,
  write: (take: (chunk: Uint8Array) => void) => Promise<void>,
): Promise<void> {
  const isSpecial = statSync(path, { throwIfNoEntry: false })?.isFile() === false
  const target = isSpecial ? path : `${path}.sealscope-${process.pid}`
  const file = openSync(target, isSpecial ? 'w' : 'wx')
  let isDone = false
  try {
    await write((chunk) => {
      for (let at = 0; at < chunk.length;) at += writeSync(file, chunk, at)
    })
    isDone = true
  } finally {
    closeSync(file)
    if (!isSpecial && !isDone) rmSync(target, { force: true })
  }
  if (!isSpecial) renameSync(target, path)
}
