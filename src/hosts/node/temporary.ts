import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SIGNALS = { SIGINT: 2, SIGTERM: 15, SIGHUP: 1 } as const

/**
 * A folder that goes when the program ends, by a signal, too. Signals are caught from here on only: a
 * caught one waits until the work at hand gives way, an uncaught one ends the program at once.
 */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'sealscope-'))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  for (const [name, number] of Object.entries(SIGNALS)) {
    process.once(name, () => process.exit(128 + number))
  }
  return folder
}
