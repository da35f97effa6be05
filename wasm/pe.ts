// PE/COFF section table (Microsoft PE format §4) of the file head at `data`. Each section becomes
// five u32: VirtualSize, VirtualAddress, SizeOfRawData, PointerToRawData, offset of its header.
export function peSections(data: usize, size: u32, out: usize, limit: i32): i32 {
  if (size < 64) return -1
  const pe = load<u32>(data, 0x3c)
  if (pe > size || size - pe < 24) return -2
  if (load<u32>(data + pe) !== 0x00004550) return -3
  const count = <i32>load<u16>(data + pe, 6)
  const table: u64 = <u64>pe + 24 + <u64>load<u16>(data + pe, 20)
  if (table + <u64>count * 40 > <u64>size) return -4
  const shown = min<i32>(count, limit)
  for (let i = 0; i < shown; i++) {
    const header = data + <usize>table + i * 40
    const row = out + i * 20
    store<u32>(row, load<u32>(header, 8))
    store<u32>(row, load<u32>(header, 12), 4)
    store<u32>(row, load<u32>(header, 16), 8)
    store<u32>(row, load<u32>(header, 20), 12)
    store<u32>(row, <u32>table + <u32>(i * 40), 16)
  }
  return shown
}
