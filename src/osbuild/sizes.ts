import { refuse } from './failure'

/** Units of pkg/datasizes, case-sensitive; no unit means bytes. */
const UNITS: Record<string, number> = {
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

/**
 * A size with unit as bytes: the number is a double, the product rounded half away from zero.
 * Source: pkg/datasizes/parse.go.
 */
export function parseSize(text: string): bigint {
  const size = text.trim()
  const number = /^\d+(\.\d+)?/.exec(size)?.[0]
  if (number === undefined) {
    throw refuse(`the size string is not a valid positive float number: ${size}`)
  }
  const unit = UNITS[/^[\t\n\f\r ]*(.*)$/s.exec(size.slice(number.length))?.[1] ?? '']
  if (unit === undefined) throw refuse(`unknown data size units in string: ${size}`)
  const bytes = Number(number) * unit
  // what amd64 makes of a float beyond the range
  return bytes >= 2 ** 64 ? 2n ** 63n : BigInt(Math.round(bytes))
}
