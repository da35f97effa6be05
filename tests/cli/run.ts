import { execFile } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

export interface Run {
  code: number
  stdout: string
  stderr: string
}

/** Runs the bundled tool from a folder without node_modules. */
export async function sealscope(...args: string[]): Promise<Run> {
  const tool = join(process.cwd(), 'dist/cli/sealscope.js')
  const options = { cwd: tmpdir(), maxBuffer: 64 * 1024 * 1024 }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [tool, ...args], options)
    return { code: 0, stdout, stderr }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as Run
    return { code, stdout, stderr }
  }
}
