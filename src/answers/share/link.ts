import { deflateSync, Inflate, strFromU8, strToU8 } from 'fflate'
import type { BlueprintFormat } from '../../formats/blueprint/document'
import { SealscopeError, describeValue } from '../../base/error'
import type { Platform } from '../../contract/facts'
import { isObject } from '../../formats/oci/manifest'
import { DEFAULT_OPTIONS, type PlanOptions } from '../plan/options'
import { stripSecrets } from './secrets'

/** What a link carries: an image by name, never its contents. */
export interface LinkState {
  source: { kind: 'registry' | 'sample'; ref: string } | null
  platform: Platform | null
  blueprint: { text: string; format: BlueprintFormat } | null
  options: PlanOptions
}

export interface EncodedLink {
  /** `#plan=…`, to put behind the page's address. */
  hash: string
  /** What was left out because others would read it. */
  stripped: string[]
}

const PREFIX = '#plan='
const VERSION = 1
/** Longest hash that is written and read, characters. */
const HASH_LIMIT = 32_000
/** Most that a hash may unpack to, bytes. */
const TEXT_LIMIT = 1_000_000
const OPTION_LIMIT = 256
const PIECE = 512

/**
 * A state as the part of an address behind `#`, which browsers send to no server: JSON, deflated
 * (RFC 1951), base64url. Secrets of the blueprint are left out. Throws when it would be too long.
 */
export function encodeLink(state: LinkState): EncodedLink {
  const { blueprint } = state
  const clean = blueprint === null ? null : stripSecrets(blueprint.text, blueprint.format)
  const shared = clean?.text ?? null
  const document = {
    v: VERSION,
    ...(state.source === null ? {} : { s: state.source }),
    ...(state.platform === null ? {} : { p: state.platform }),
    ...(shared === null || blueprint === null ? {} : { b: { t: shared, f: blueprint.format } }),
    o: changedOptions(state.options),
  }
  const packed = deflateSync(strToU8(JSON.stringify(document)), { level: 9 })
  const hash = PREFIX + toBase64Url(packed)
  if (hash.length > HASH_LIMIT) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'link-length',
      what: 'this state is too long for a link; share the blueprint as a file',
      expected: `at most ${HASH_LIMIT} characters`,
      found: `${hash.length}`,
    })
  }
  return { hash, stripped: clean?.removed ?? [] }
}

/** Reads what `encodeLink` wrote; null when the hash is none of ours. Throws for one that is broken. */
export function decodeLink(hash: string): LinkState | null {
  if (!hash.startsWith(PREFIX)) return null
  if (hash.length > HASH_LIMIT) throw broken(`more than ${HASH_LIMIT} characters`)
  const document = parse(unpack(fromBase64Url(hash.slice(PREFIX.length))))
  if (document['v'] !== VERSION) throw broken(`version ${describeValue(document['v'])}`)
  return {
    source: sourceOf(document['s']),
    platform: platformOf(document['p']),
    blueprint: blueprintOf(document['b']),
    options: optionsOf(document['o']),
  }
}

function changedOptions(options: PlanOptions): Partial<PlanOptions> {
  const names = Object.keys(DEFAULT_OPTIONS) as (keyof PlanOptions)[]
  return Object.fromEntries(
    names
      .filter((name) => options[name] !== DEFAULT_OPTIONS[name])
      .map((name) => [name, options[name]]),
  )
}

function unpack(bytes: Uint8Array): string {
  const parts: Uint8Array[] = []
  let size = 0
  const inflate = new Inflate((chunk) => {
    size += chunk.length
    if (size > TEXT_LIMIT) throw broken('more than it may unpack to')
    parts.push(chunk)
  })
  try {
    // In small pieces, so that a bomb is noticed long before it is unpacked.
    for (let start = 0; start === 0 || start < bytes.length; start += PIECE) {
      inflate.push(bytes.subarray(start, start + PIECE), start + PIECE >= bytes.length)
    }
  } catch (cause) {
    if (cause instanceof SealscopeError) throw cause
    throw broken('bytes that do not unpack', cause)
  }
  const whole = new Uint8Array(size)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return strFromU8(whole)
}

function parse(text: string): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    throw broken('no JSON', cause)
  }
  if (!isObject(value)) throw broken('no object')
  return value
}

function sourceOf(value: unknown): LinkState['source'] {
  if (value === undefined) return null
  const { kind, ref } = isObject(value) ? value : {}
  if (kind === 'registry' && isText(ref, 600)) return { kind, ref }
  if (kind === 'sample' && isText(ref, 64) && /^[a-z0-9-]+$/.test(ref)) return { kind, ref }
  throw broken('a source that cannot be read')
}

function platformOf(value: unknown): Platform | null {
  if (value === undefined) return null
  const { os, architecture, variant = null } = isObject(value) ? value : {}
  if (isText(os, 40) && isText(architecture, 40) && (variant === null || isText(variant, 40))) {
    return { os, architecture, variant }
  }
  throw broken('a platform that cannot be read')
}

function blueprintOf(value: unknown): LinkState['blueprint'] {
  if (value === undefined) return null
  const { t, f } = isObject(value) ? value : {}
  if (isText(t, TEXT_LIMIT) && (f === 'toml' || f === 'json')) return { text: t, format: f }
  throw broken('a blueprint that cannot be read')
}

function optionsOf(value: unknown): PlanOptions {
  const given = isObject(value) ? value : {}
  const option = (name: Exclude<keyof PlanOptions, 'type' | 'target'>) => {
    const text = given[name]
    return isText(text, OPTION_LIMIT) ? text : DEFAULT_OPTIONS[name]
  }
  return {
    type: isText(given['type'], OPTION_LIMIT) ? given['type'] : DEFAULT_OPTIONS.type,
    target: given['target'] === '0.274' ? '0.274' : '79',
    size: option('size'),
    seed: option('seed'),
    rootfs: option('rootfs'),
    bootloader: option('bootloader'),
    imgref: option('imgref'),
    installerPayload: option('installerPayload'),
  }
}

function isText(value: unknown, most: number): value is string {
  return typeof value === 'string' && value.length <= most
}

function toBase64Url(bytes: Uint8Array): string {
  let binary = ''
  for (const byte of bytes) binary += String.fromCharCode(byte)
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')
}

function fromBase64Url(text: string): Uint8Array {
  try {
    const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
    return Uint8Array.from(binary, (character) => character.charCodeAt(0))
  } catch (cause) {
    throw broken('letters that are none of a link', cause)
  }
}

function broken(found: string, cause?: unknown): SealscopeError {
  return new SealscopeError({
    code: 'link',
    what: 'the link cannot be read: it is cut off, or made by another version',
    found,
    cause,
  })
}
