// One 512-byte tar header block (POSIX.1-2017 pax §"ustar Interchange Format", GNU tar manual
// "Basic Tar Format"). Names stay where they are; numbers come back in a table.
export const TAR_OK: i32 = 0
export const TAR_ZERO: i32 = 1
export const TAR_CHECKSUM: i32 = 2

// Table of results: eight f64 — mode, uid, gid, size, mtime, devmajor, devminor, kind — where a
// number that cannot be read is NaN. Kind: 0 old style, 1 ustar, 2 GNU.
export const TAR_NUMBERS = memory.data(64, 16)

const MAX_SAFE: i64 = 9_007_199_254_740_991

export function tarHeader(block: usize): i32 {
  let sum: u32 = 0
  let any: u8 = 0
  for (let i: usize = 0; i < 512; i++) {
    const byte = load<u8>(block + i)
    any |= byte
    sum += i >= 148 && i < 156 ? 32 : <u32>byte
  }
  if (any === 0) return TAR_ZERO
  const stated = number32(block + 148)
  const kind = kindOf(block)
  store<f64>(TAR_NUMBERS, number32(block + 100), 0)
  store<f64>(TAR_NUMBERS, number32(block + 108), 8)
  store<f64>(TAR_NUMBERS, number32(block + 116), 16)
  store<f64>(TAR_NUMBERS, size(block + 124), 24)
  store<f64>(TAR_NUMBERS, time(block + 136), 32)
  store<f64>(TAR_NUMBERS, kind === 0 ? 0 : octal(block + 329, 8), 40)
  store<f64>(TAR_NUMBERS, kind === 0 ? 0 : octal(block + 337, 8), 48)
  store<f64>(TAR_NUMBERS, kind, 56)
  return stated === <f64>sum ? TAR_OK : TAR_CHECKSUM
}

function kindOf(block: usize): i32 {
  const magic = load<u32>(block, 257)
  if (magic !== 0x61747375 || load<u8>(block, 261) !== 0x72) return 0
  const end = load<u8>(block, 262)
  const version = load<u16>(block, 263)
  if (end === 0 && version === 0x3030) return 1
  return end === 0x20 && version === 0x0020 ? 2 : 0
}

/**
 * Octal text, or base-256, of which the last 64 bits count and no sign, whatever the first bits say
 * (tar-core as locked by composefs-rs 0.9.4). What is kept in 32 bits is cut here: a double could not.
 */
function number32(at: usize): f64 {
  return isOctal(at) ? octal(at, 8) : <f64>bswap(load<u32>(at + 4))
}

function size(at: usize): f64 {
  return isOctal(at) ? octal(at, 12) : <f64>bswap(load<u64>(at + 4))
}

/** The same 64 bits with a sign; NaN beyond what a double holds exactly. */
function time(at: usize): f64 {
  if (isOctal(at)) return octal(at, 12)
  const seconds = <i64>bswap(load<u64>(at + 4))
  return seconds > MAX_SAFE || seconds < -MAX_SAFE ? NaN : <f64>seconds
}

function isOctal(at: usize): bool {
  return (load<u8>(at) & 0x80) === 0
}

/** Up to the first NUL, blanks trimmed at both ends, nothing is 0, any other character NaN. */
function octal(at: usize, size: i32): f64 {
  let start = 0
  let end = 0
  while (end < size && load<u8>(at + end) !== 0) end++
  while (start < end && blank(load<u8>(at + start))) start++
  while (end > start && blank(load<u8>(at + end - 1))) end--
  let value: f64 = 0
  for (let i = start; i < end; i++) {
    const digit = load<u8>(at + i) - 48
    if (digit > 7) return NaN
    value = value * 8 + <f64>digit
  }
  return value
}

function blank(byte: u8): bool {
  return byte === 32 || (byte >= 9 && byte <= 13)
}
