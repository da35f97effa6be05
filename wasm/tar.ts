// One 512-byte tar header block (POSIX.1-2017 pax §"ustar Interchange Format", GNU tar manual
// "Basic Tar Format"). Names stay where they are; numbers come back in a table.
export const TAR_OK: i32 = 0
export const TAR_ZERO: i32 = 1
export const TAR_CHECKSUM: i32 = 2

// Table of results: eight f64 — mode, uid, gid, size, mtime, devmajor, devminor, kind — where a
// number that cannot be read is NaN. Kind: 0 old style, 1 ustar, 2 GNU.
export const TAR_NUMBERS = memory.data(64, 16)

export function tarHeader(block: usize): i32 {
  let sum: u32 = 0
  let any: u8 = 0
  for (let i: usize = 0; i < 512; i++) {
    const byte = load<u8>(block + i)
    any |= byte
    sum += i >= 148 && i < 156 ? 32 : <u32>byte
  }
  if (any === 0) return TAR_ZERO
  const stated = number(block + 148, 8)
  const kind = kindOf(block)
  store<f64>(TAR_NUMBERS, number(block + 100, 8), 0)
  store<f64>(TAR_NUMBERS, number(block + 108, 8), 8)
  store<f64>(TAR_NUMBERS, number(block + 116, 8), 16)
  store<f64>(TAR_NUMBERS, number(block + 124, 12), 24)
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

/** Octal text, or base-256 when the first bit is set (negative: NaN). */
function number(at: usize, size: i32): f64 {
  const first = load<u8>(at)
  if ((first & 0x80) === 0) return octal(at, size)
  if ((first & 0x40) !== 0) return NaN
  let value: f64 = <f64>(first & 0x3f)
  for (let i = 1; i < size; i++) value = value * 256 + <f64>load<u8>(at + i)
  return value
}

/** As number, but a negative base-256 time is -1 (tar-core as locked by composefs-rs 0.9.4). */
function time(at: usize): f64 {
  return (load<u8>(at) & 0xc0) === 0xc0 ? -1 : number(at, 12)
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
