// CRC-32 (RFC 1952 §8), eight bytes at a time by eight tables, which are made when first needed.
const POLYNOMIAL: u32 = 0xedb88320
const tables = memory.data(8 * 256 * 4, 16)
let made: bool = false

function makeTables(): void {
  for (let i: u32 = 0; i < 256; i++) {
    let value = i
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >> 1) ^ POLYNOMIAL : value >> 1
    store<u32>(tables + ((<usize>i) << 2), value)
  }
  // Table k: the same with k zero bytes behind.
  for (let i: usize = 0; i < 256; i++) {
    let value = load<u32>(tables + (i << 2))
    for (let k: usize = 1; k < 8; k++) {
      value = (value >> 8) ^ load<u32>(tables + ((value & 255) << 2))
      store<u32>(tables + (k << 10) + (i << 2), value)
    }
  }
  made = true
}

function look(k: usize, byte: u64): u32 {
  return load<u32>(tables + (k << 10) + ((<usize>(byte & 255)) << 2))
}

/** Goes on from `crc`, which is 0 at first. */
export function crc32(data: usize, size: usize, crc: u32): u32 {
  if (!made) makeTables()
  let value = ~crc
  const end = data + size
  for (; data + 8 <= end; data += 8) {
    const word = load<u64>(data) ^ (<u64>value)
    value =
      look(7, word) ^
      look(6, word >> 8) ^
      look(5, word >> 16) ^
      look(4, word >> 24) ^
      look(3, word >> 32) ^
      look(2, word >> 40) ^
      look(1, word >> 48) ^
      look(0, word >> 56)
  }
  for (; data < end; data++) value = (value >> 8) ^ look(0, value ^ load<u8>(data))
  return ~value
}
