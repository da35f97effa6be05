import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface MeasuredRun {
  code: number | null
  stdout: string
  stderr: string
  /** Largest resident memory of the process with all its threads, in MB. */
  peak: number
  seconds: number
}

/**
 * Evaluated in the child before the tool: its peak in KB goes to file descriptor 3. Outside of Linux that
 * is at least what the parent has.
 */
const PEAK = `
  import { existsSync, readFileSync, writeSync } from 'node:fs'
  import { isMainThread } from 'node:worker_threads'
  const status = '/proc/self/status'
  const peak = () => existsSync(status)
    ? /VmHWM:\\s+(\\d+)/.exec(readFileSync(status, 'utf8'))[1]
    : process.resourceUsage().maxRSS
  if (isMainThread) process.on('exit', () => writeSync(3, String(peak())))`
const PRELOAD = `data:text/javascript,${encodeURIComponent(PEAK)}`

/** Runs the bundled tool; what does not end within `patience` seconds is killed, and has no exit code. */
export function measuredRun(patience: number, ...args: string[]): Promise<MeasuredRun> {
  const tool = join(process.cwd(), 'dist/cli/sealscope.js')
  const began = performance.now()
  const child = spawn(process.execPath, ['--import', PRELOAD, tool, ...args], {
    cwd: tmpdir(),
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    timeout: 1000 * patience,
    killSignal: 'SIGKILL',
  })
  const texts = ['', '', '']
  child.stdio.slice(1).forEach((stream, at) => {
    stream?.on('data', (chunk: Buffer) => (texts[at] += chunk.toString()))
  })
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (code) => {
      const [stdout = '', stderr = '', peak = ''] = texts
      const seconds = (performance.now() - began) / 1000
      resolve({ code, stdout, stderr, peak: Number(peak) / 1024, seconds })
    })
  })
}
