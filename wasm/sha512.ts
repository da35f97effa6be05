import { H512, K512 } from './constants'

const W = memory.data(80 * 8, 16)

export function sha512Init(state: usize): void {
  for (let i = 0; i < 8; i++) store<u64>(state + (i << 3), H512[i])
}

/** FIPS 180-4 §6.4.2: folds `count` blocks of 128 bytes into the eight words at `state`. */
export function sha512Blocks(state: usize, data: usize, count: i32): void {
  const k = changetype<usize>(K512)
  for (; count > 0; count--, data += 128) {
    for (let t = 0; t < 128; t += 8) store<u64>(W + t, bswap<u64>(load<u64>(data + t)))
    for (let t = 128; t < 640; t += 8) {
      const p = W + t
      const x = load<u64>(p - 120)
      const y = load<u64>(p - 16)
      const s0 = rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7)
      const s1 = rotr<u64>(y, 19) ^ rotr<u64>(y, 61) ^ (y >> 6)
      store<u64>(p, load<u64>(p - 128) + s0 + load<u64>(p - 56) + s1)
    }
    let a = load<u64>(state)
    let b = load<u64>(state, 8)
    let c = load<u64>(state, 16)
    let d = load<u64>(state, 24)
    let e = load<u64>(state, 32)
    let f = load<u64>(state, 40)
    let g = load<u64>(state, 48)
    let h = load<u64>(state, 56)
    for (let t = 0; t < 640; t += 8) {
      const S1 = rotr<u64>(e, 14) ^ rotr<u64>(e, 18) ^ rotr<u64>(e, 41)
      const t1 = h + S1 + (g ^ (e & (f ^ g))) + load<u64>(k + t) + load<u64>(W + t)
      const S0 = rotr<u64>(a, 28) ^ rotr<u64>(a, 34) ^ rotr<u64>(a, 39)
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
    store<u64>(state, load<u64>(state) + a)
    store<u64>(state, load<u64>(state, 8) + b, 8)
    store<u64>(state, load<u64>(state, 16) + c, 16)
    store<u64>(state, load<u64>(state, 24) + d, 24)
    store<u64>(state, load<u64>(state, 32) + e, 32)
    store<u64>(state, load<u64>(state, 40) + f, 40)
    store<u64>(state, load<u64>(state, 48) + g, 48)
    store<u64>(state, load<u64>(state, 56) + h, 56)
  }
}

/** Writes the words of a finished state as big-endian bytes. */
export function sha512Output(state: usize, out: usize): void {
  for (let i = 0; i < 64; i += 8) store<u64>(out + i, bswap<u64>(load<u64>(state + i)))
}
