import { splitKargs } from '../kargs'
import { Refusal } from './refusal'

export interface ComposefsKarg {
  /** 128 lower-case hex digits. */
  digest: string
  insecure: boolean
}

const LONG = 'composefs.digest='
const SHORT = 'composefs='
const DIGITS = 128

/**
 * composefs-boot cmdline.rs `ComposefsCmdline::from_cmdline` for SHA-512, as bootc asks it when it writes a
 * UKI: `composefs.digest=` first, then `composefs=`. Null when there is none; a Refusal in its words.
 */
export function parseComposefsKarg(cmdline: string, readsLong = true): ComposefsKarg | null {
  const items = splitKargs(cmdline)
  for (const item of items) {
    if (!readsLong || !item.startsWith(LONG)) continue
    const value = item.slice(LONG.length)
    const insecure = value.startsWith('?')
    const digest = longDigest(insecure ? value.slice(1) : value, value)
    if (digest !== null) return { digest: hex(digest, LONG), insecure }
  }
  const short = items.find((item) => item.startsWith(SHORT))
  if (short === undefined) return null
  const value = short.slice(SHORT.length)
  const insecure = value.startsWith('?')
  return { digest: hex(insecure ? value.slice(1) : value, SHORT), insecure }
}

/** The hex digits of a descriptor for SHA-512; null for one of another hash. */
function longDigest(text: string, whole: string): string | null {
  const stop = (...inner: string[]): never => {
    const refusal = new Refusal(`parsing ${LONG} value: ${whole}`)
    refusal.chain.push(...inner)
    throw refusal
  }
  const colon = text.indexOf(':')
  if (colon < 0) return stop(`expected '<version>-<hash>-<blocksize>:<hex>', got: ${text}`)
  const descriptor = text.slice(0, colon)
  const dash = descriptor.indexOf('-')
  if (dash < 0) return stop(`expected 'v<N>-<hash>-<blocksize>', got: ${descriptor}`)
  const version = descriptor.slice(0, dash)
  if (version !== 'v1' && version !== 'v2') return stop(`unsupported format version '${version}'`)
  const algorithm = descriptor.slice(dash + 1)
  if (algorithm === 'sha512-12') return text.slice(colon + 1)
  if (algorithm === 'sha256-12') return null
  return stop(`parsing algorithm from '${algorithm}'`)
}

/** What the hex crate says of digits that are none, or too few. */
function hex(digits: string, key: string): string {
  const bytes = new TextEncoder().encode(digits)
  const bad = /[^0-9a-fA-F]/.exec(digits)
  let why: string | null = null
  if (bytes.length % 2 !== 0) why = 'Odd number of digits'
  else if (bytes.length !== DIGITS) why = 'Invalid string length'
  else if (bad !== null) why = `Invalid character '${bad[0]}' at position ${bad.index}`
  if (why === null) return digits.toLowerCase()
  const refusal = new Refusal(
    `parsing ${key} hash: got ${bytes.length} hex chars, expected ${DIGITS} for fsverity-sha512-12`,
  )
  refusal.chain.push(why)
  throw refusal
}

/**
 * bootc's own reading (bootc_composefs/status.rs `find_in_cmdline`): only `composefs=`, with or without `?`.
 * Null without one.
 */
export function isVerityOptional(cmdline: string): boolean {
  const item = splitKargs(cmdline).find((each) => /^"?composefs=/.test(each))
  if (item === undefined) return false
  const value = item.replace(/^"?composefs=/, '').replace(/^"/, '')
  return value.startsWith('?')
}
