import { H512, K512 } from './constants'

// Two messages of 4096 bytes side by side, one in each 64-bit lane. Measured against hashing them
// one after the other with sha512Blocks: see `npm run bench`.
const W = memory.data(80 * 16, 16)
const S = memory.data(8 * 16, 16)
const PAD_A = memory.data(128, 16)

function rotr2(x: v128, n: i32): v128 {
  return v128.or(v128.shr<u64>(x, n), v128.shl<u64>(x, 64 - n))
}

function bswap2(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8))
}

function compress(first: usize, second: usize): void {
  const k = changetype<usize>(K512)
  for (let t: usize = 0; t < 16; t += 2) {
    const x = v128.load(first + (t << 3))
    const y = v128.load(second + (t << 3))
    const low = i8x16.shuffle(x, y, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23)
    const high = i8x16.shuffle(x, y, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31)
    v128.store(W + (t << 4), bswap2(low))
    v128.store(W + (t << 4) + 16, bswap2(high))
  }
  for (let t: usize = 256; t < 1280; t += 16) {
    const p = W + t
    const x = v128.load(p - 240)
    const y = v128.load(p - 32)
    const s0 = v128.xor(v128.xor(rotr2(x, 1), rotr2(x, 8)), v128.shr<u64>(x, 7))
    const s1 = v128.xor(v128.xor(rotr2(y, 19), rotr2(y, 61)), v128.shr<u64>(y, 6))
    const sum = v128.add<i64>(v128.add<i64>(v128.load(p - 256), s0), v128.load(p - 112))
    v128.store(p, v128.add<i64>(sum, s1))
  }
  let a = v128.load(S)
  let b = v128.load(S, 16)
  let c = v128.load(S, 32)
  let d = v128.load(S, 48)
  let e = v128.load(S, 64)
  let f = v128.load(S, 80)
  let g = v128.load(S, 96)
  let h = v128.load(S, 112)
  for (let t: usize = 0; t < 80; t++) {
    const S1 = v128.xor(v128.xor(rotr2(e, 14), rotr2(e, 18)), rotr2(e, 41))
    const ch = v128.xor(g, v128.and(e, v128.xor(f, g)))
    const kw = v128.add<i64>(v128.load_splat<u64>(k + (t << 3)), v128.load(W + (t << 4)))
    const t1 = v128.add<i64>(v128.add<i64>(v128.add<i64>(h, S1), ch), kw)
    const S0 = v128.xor(v128.xor(rotr2(a, 28), rotr2(a, 34)), rotr2(a, 39))
    const t2 = v128.add<i64>(S0, v128.or(v128.and(a, b), v128.and(c, v128.or(a, b))))
    h = g
    g = f
    f = e
    e = v128.add<i64>(d, t1)
    d = c
    c = b
    b = a
    a = v128.add<i64>(t1, t2)
  }
  v128.store(S, v128.add<i64>(v128.load(S), a))
  v128.store(S, v128.add<i64>(v128.load(S, 16), b), 16)
  v128.store(S, v128.add<i64>(v128.load(S, 32), c), 32)
  v128.store(S, v128.add<i64>(v128.load(S, 48), d), 48)
  v128.store(S, v128.add<i64>(v128.load(S, 64), e), 64)
  v128.store(S, v128.add<i64>(v128.load(S, 80), f), 80)
  v128.store(S, v128.add<i64>(v128.load(S, 96), g), 96)
  v128.store(S, v128.add<i64>(v128.load(S, 112), h), 112)
}

/** SHA-512 of the 4096 bytes at `data` and of the 4096 bytes behind them, written to `out` and `out + 64`. */
export function sha512PairOf4096(data: usize, out: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(S + (i << 4), i64x2.splat(H512[i as i32]))
  for (let i: usize = 0; i < 4096; i += 128) compress(data + i, data + 4096 + i)
  memory.fill(PAD_A, 0, 128)
  store<u8>(PAD_A, 0x80)
  store<u64>(PAD_A, bswap<u64>(4096 * 8), 120)
  compress(PAD_A, PAD_A)
  for (let i: usize = 0; i < 8; i++) {
    const word = bswap2(v128.load(S + (i << 4)))
    store<u64>(out + (i << 3), v128.extract_lane<u64>(word, 0))
    store<u64>(out + 64 + (i << 3), v128.extract_lane<u64>(word, 1))
  }
}
