import type { ClaimedDigest } from '../../contract/facts'
import { splitKargs } from '../../rules/bootc/kargs'

/** What bootc, which asks for SHA-512, passes over. */
const SHA256 = /^\??v[12]-sha256-12:/
const DESCRIPTOR = /^(v1|v2)-(sha256|sha512)-12:(.*)$/s

const LONG = 'composefs.digest='
const SHORT = 'composefs='

/**
 * The composefs digests that a command line names, the deciding one first, as composefs-boot cmdline.rs reads
 * them for bootc: values stay quoted, `composefs.digest=` comes before `composefs=`, and one of SHA-256 is passed
 * over while there is another. Digests that fit no hash are kept with algorithm null.
 */
export function claimedDigests(cmdline: string): ClaimedDigest[] {
  const items = splitKargs(cmdline)
  const long = items.filter((item) => item.startsWith(LONG)).map((item) => item.slice(LONG.length))
  const short = items.filter((item) => item.startsWith(SHORT))
  const all = [...long.map(parseLong), ...short.map((item) => parseShort(item.slice(SHORT.length)))]
  const first = Math.max(
    all.findIndex((_, index) => !SHA256.test(long[index] ?? '')),
    0,
  )
  return [...all.slice(first, first + 1), ...all.filter((_, index) => index !== first)]
}

function parseLong(value: string): ClaimedDigest {
  const { optional, rest } = stripOptional(value)
  const match = DESCRIPTOR.exec(rest)
  const [, version, algorithm, digest] = match ?? []
  const fits = digest !== undefined && hashOf(digest) === algorithm
  return {
    form: 'composefs.digest',
    version: version === 'v1' || version === 'v2' ? version : null,
    algorithm: fits ? hashOf(digest) : null,
    digest: digest ?? rest,
    optional,
  }
}

function parseShort(value: string): ClaimedDigest {
  const { optional, rest } = stripOptional(value)
  return { form: 'composefs', version: null, algorithm: hashOf(rest), digest: rest, optional }
}

function stripOptional(value: string): { optional: boolean; rest: string } {
  const optional = value.startsWith('?')
  return { optional, rest: optional ? value.slice(1) : value }
}

function hashOf(digest: string): 'sha512' | 'sha256' | null {
  if (/^[0-9a-fA-F]{128}$/.test(digest)) return 'sha512'
  return /^[0-9a-fA-F]{64}$/.test(digest) ? 'sha256' : null
}
