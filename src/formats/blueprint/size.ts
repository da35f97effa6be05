import { trimSpace } from '../../base/trim'

/** Units of pkg/datasizes, case-sensitive; no unit means bytes. */
const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  kB: 1e3,
  KiB: 2 ** 10,
  MB: 1e6,
  MiB: 2 ** 20,
  GB: 1e9,
  GiB: 2 ** 30,
  TB: 1e12,
  TiB: 2 ** 40,
}

export type Parsed<T> = { ok: true; value: T } | { ok: false; problem: string }

export function parsed<T>(value: T): Parsed<T> {
  return { ok: true, value }
}

export function failed(problem: string): { ok: false; problem: string } {
  return { ok: false, problem }
}

/**
 * A size with unit as bytes: number (a double) times unit, rounded half away from zero. The problem
 * is upstream's text. The one parser of blueprints, `disk.yaml` and the option `--size`, as upstream.
 * Source: image-builder pkg/datasizes/parse.go.
 */
export function parseSize(text: string): Parsed<bigint> {
  const size = trimSpace(text)
  const [number] = /^[0-9]+(\.[0-9]+)?/.exec(size) ?? []
  if (number === undefined) {
    return failed(`the size string is not a valid positive float number: ${size}`)
  }
  const value = Number(number)
  if (!Number.isFinite(value)) return failed(`failed to parse size as float: ${number}`)
  const unit = size.slice(number.length).replace(/^[\t\n\f\r ]+/, '')
  const factor = Object.hasOwn(UNITS, unit) ? UNITS[unit] : undefined
  if (factor === undefined) return failed(`unknown data size units in string: ${size}`)
  return parsed(uint64OfFloat(roundHalfAway(value * factor)))
}

/** Go's `math.Round`; `Math.round` may lose the last bit of 0.49999999999999994. */
function roundHalfAway(value: number): number {
  const whole = Math.floor(value)
  return value - whole >= 0.5 ? whole + 1 : whole
}

/** Go's `uint64(x)` of a double as amd64 computes it: negative values wrap, too large ones are 2^63. */
export function uint64OfFloat(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 64 || value < -(2 ** 63)) return 2n ** 63n
  return BigInt.asUintN(64, BigInt(Math.trunc(value)))
}

/** Go's `int64(x)` of a double as amd64 computes it: what does not fit is the smallest number. */
export function int64OfFloat(value: number): bigint {
  if (Number.isNaN(value) || value >= 2 ** 63 || value < -(2 ** 63)) return -(2n ** 63n)
  return BigInt(Math.trunc(value))
}
