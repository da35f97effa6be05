import { failed, parsed, parseSize, type Parsed } from '../../formats/blueprint/size'
import { SealscopeError } from '../../base/error'
import type { TargetId } from '../../rules/image-builder/target'
import { signed64 } from './seed'

/** What a user chooses beside the image and the blueprint; null: image-builder's default. */
export interface PlanOptions {
  /** Name or alias of an image type. */
  type: string
  /** Least size of `/` with unit, e.g. `20 GiB`. */
  size: string | null
  /** Effective seed, signed 64-bit decimal. */
  seed: string | null
  /** Root file system instead of the image's own. */
  rootfs: string | null
  /** Bootloader instead of the image's own. */
  bootloader: string | null
  /** Name that goes into the manifest. */
  imgref: string | null
  /** What an installer ISO installs: a reference. */
  installerPayload: string | null
  target: TargetId
}

export const DEFAULT_OPTIONS: PlanOptions = {
  type: 'qcow2',
  size: null,
  seed: null,
  rootfs: null,
  bootloader: null,
  imgref: null,
  installerPayload: null,
  target: '79',
}

const LETTERS: Readonly<Record<string, string>> = { K: 'KiB', M: 'MiB', G: 'GiB', T: 'TiB' }
const BOOTLOADERS = ['grub', 'systemd', 'none']

/**
 * Bytes of `--size`. Upstream takes no single letters; here `20G` is `20 GiB`, and `commandSize` writes
 * what upstream takes. Source: pkg/datasizes/parse.go.
 */
export function parseOptionSize(text: string): Parsed<bigint> {
  const size = parseSize(commandSize(text))
  return size.ok && size.value >= 2n ** 63n ? failed(`the size is too large: ${text}`) : size
}

/** A size as image-builder's command line takes it. */
export function commandSize(text: string): string {
  const [, number, letter = ''] = /^\s*([0-9.]+)\s*([KMGT])\s*$/.exec(text) ?? []
  return number === undefined ? text.trim() : `${number} ${LETTERS[letter] ?? ''}`
}

/** What people type as a seed: a signed 64-bit number, with a plus and spaces around it if they like. */
export function parseSeed(text: string): Parsed<bigint> {
  const value = signed64(text.trim().replace(/^\+(?=\d)/, ''))
  return value === null ? failed('expected a signed 64-bit number') : parsed(value)
}

/** Throws a usage error that names the option which cannot be read. */
export function checkOptions(options: PlanOptions): void {
  const size = options.size === null ? null : parseOptionSize(options.size)
  if (size !== null && !size.ok) throw wrong('size', size.problem, options.size)
  const seed = options.seed === null ? null : parseSeed(options.seed)
  if (seed !== null && !seed.ok) throw wrong('seed', seed.problem, options.seed)
  if (options.bootloader !== null && !BOOTLOADERS.includes(options.bootloader)) {
    throw wrong('bootloader', `expected ${BOOTLOADERS.join(', ')}`, options.bootloader)
  }
}

function wrong(option: string, problem: string, found: string | null): SealscopeError {
  return new SealscopeError({
    kind: 'usage',
    code: `option-${option}`,
    what: `--${option} cannot be read: ${problem}`,
    found: JSON.stringify((found ?? '').slice(0, 80)),
  })
}
