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
export function sealscope(...args: string[]): Promise<Run> {
  return sealscopeIn(process.env, ...args)
}

/** The same with other environment variables. */
export async function sealscopeIn(env: NodeJS.ProcessEnv, ...args: string[]): Promise<Run> {
  const tool = join(process.cwd(), 'dist/cli/sealscope.js')
  const options = { cwd: tmpdir(), env, maxBuffer: 64 * 1024 * 1024 }
  try {
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [tool, ...args], options)
    return { code: 0, stdout, stderr }
  } catch (thrown) {
    const { code, stdout, stderr } = thrown as Run
    return { code, stdout, stderr }
  }
}
