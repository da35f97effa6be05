import type { ClaimedDigest } from '../contract/facts'
import { splitArgument, splitKargs } from './kargs'

const DESCRIPTOR = /^(v1|v2)-(sha256|sha512)-12:(.*)$/s

/**
 * The composefs digests that a command line names, the deciding one first: composefs-boot cmdline.rs looks for
 * `composefs.digest=` before `composefs=`. Digests that fit no hash are kept with algorithm null.
 */
export function claimedDigests(cmdline: string): ClaimedDigest[] {
  const long: ClaimedDigest[] = []
  const short: ClaimedDigest[] = []
  for (const item of splitKargs(cmdline)) {
    const { key, value } = splitArgument(item)
    if (key === 'composefs.digest') long.push(parseLong(value ?? ''))
    else if (key === 'composefs') short.push(parseShort(value ?? ''))
  }
  return [...long, ...short]
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
