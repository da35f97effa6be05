import { H256, K256 } from './constants'

const W = memory.data(64 * 4, 16)

export function sha256Init(state: usize): void {
  for (let i = 0; i < 8; i++) store<u32>(state + (i << 2), H256[i])
}

/** FIPS 180-4 §6.2.2: folds `count` blocks of 64 bytes into the eight words at `state`. */
export function sha256Blocks(state: usize, data: usize, count: i32): void {
  let h0 = load<u32>(state)
  let h1 = load<u32>(state, 4)
  let h2 = load<u32>(state, 8)
  let h3 = load<u32>(state, 12)
  let h4 = load<u32>(state, 16)
  let h5 = load<u32>(state, 20)
  let h6 = load<u32>(state, 24)
  let h7 = load<u32>(state, 28)
  const k = changetype<usize>(K256)
  for (; count > 0; count--, data += 64) {
    for (let t = 0; t < 64; t += 4) store<u32>(W + t, bswap<u32>(load<u32>(data + t)))
    for (let t = 64; t < 256; t += 4) {
      const p = W + t
      const x = load<u32>(p - 60)
      const y = load<u32>(p - 8)
      const s0 = rotr<u32>(x, 7) ^ rotr<u32>(x, 18) ^ (x >> 3)
      const s1 = rotr<u32>(y, 17) ^ rotr<u32>(y, 19) ^ (y >> 10)
      store<u32>(p, load<u32>(p - 64) + s0 + load<u32>(p - 28) + s1)
    }
    let a = h0
    let b = h1
    let c = h2
    let d = h3
    let e = h4
    let f = h5
    let g = h6
    let h = h7
    for (let t = 0; t < 256; t += 4) {
      const S1 = rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)
      const t1 = h + S1 + (g ^ (e & (f ^ g))) + load<u32>(k + t) + load<u32>(W + t)
      const S0 = rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)
      const t2 = S0 + ((a & b) | (c & (a | b)))
      h = g
      g = f
      f = e
      e = d + t1
      d = c
      c = b
      b = a
      a = t1 + t2
    }
    h0 += a
    h1 += b
    h2 += c
    h3 += d
    h4 += e
    h5 += f
    h6 += g
    h7 += h
  }
  store<u32>(state, h0)
  store<u32>(state, h1, 4)
  store<u32>(state, h2, 8)
  store<u32>(state, h3, 12)
  store<u32>(state, h4, 16)
  store<u32>(state, h5, 20)
  store<u32>(state, h6, 24)
  store<u32>(state, h7, 28)
}

/** Writes the words of a finished state as big-endian bytes. */
export function sha256Output(state: usize, out: usize): void {
  for (let i = 0; i < 32; i += 4) store<u32>(out + i, bswap<u32>(load<u32>(state + i)))
}
