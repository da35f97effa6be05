import { H256, K256 } from './constants'

// Four messages of 4096 bytes side by side, one in each 32-bit lane.
const W = memory.data(64 * 16, 16)
const S = memory.data(8 * 16, 16)
const PAD = memory.data(64, 16)

function rotr4(x: v128, n: i32): v128 {
  return v128.or(v128.shr<u32>(x, n), v128.shl<u32>(x, 32 - n))
}

function bswap4(x: v128): v128 {
  return i8x16.swizzle(x, i8x16(3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12))
}

/** Four rows of four words become four columns, in big-endian order, at W + t * 16. */
function transpose(m0: usize, m1: usize, m2: usize, m3: usize, t: usize): void {
  const at = t << 2
  const a = v128.load(m0 + at)
  const b = v128.load(m1 + at)
  const c = v128.load(m2 + at)
  const d = v128.load(m3 + at)
  const ab = i8x16.shuffle(a, b, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
  const AB = i8x16.shuffle(a, b, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
  const cd = i8x16.shuffle(c, d, 0, 1, 2, 3, 16, 17, 18, 19, 4, 5, 6, 7, 20, 21, 22, 23)
  const CD = i8x16.shuffle(c, d, 8, 9, 10, 11, 24, 25, 26, 27, 12, 13, 14, 15, 28, 29, 30, 31)
  const w = W + (t << 4)
  v128.store(w, bswap4(v128.shuffle<u64>(ab, cd, 0, 2)))
  v128.store(w, bswap4(v128.shuffle<u64>(ab, cd, 1, 3)), 16)
  v128.store(w, bswap4(v128.shuffle<u64>(AB, CD, 0, 2)), 32)
  v128.store(w, bswap4(v128.shuffle<u64>(AB, CD, 1, 3)), 48)
}

function compress(m0: usize, m1: usize, m2: usize, m3: usize): void {
  const k = changetype<usize>(K256)
  for (let t: usize = 0; t < 16; t += 4) transpose(m0, m1, m2, m3, t)
  for (let t: usize = 256; t < 1024; t += 16) {
    const p = W + t
    const x = v128.load(p - 240)
    const y = v128.load(p - 32)
    const s0 = v128.xor(v128.xor(rotr4(x, 7), rotr4(x, 18)), v128.shr<u32>(x, 3))
    const s1 = v128.xor(v128.xor(rotr4(y, 17), rotr4(y, 19)), v128.shr<u32>(y, 10))
    const sum = v128.add<i32>(v128.add<i32>(v128.load(p - 256), s0), v128.load(p - 112))
    v128.store(p, v128.add<i32>(sum, s1))
  }
  let a = v128.load(S)
  let b = v128.load(S, 16)
  let c = v128.load(S, 32)
  let d = v128.load(S, 48)
  let e = v128.load(S, 64)
  let f = v128.load(S, 80)
  let g = v128.load(S, 96)
  let h = v128.load(S, 112)
  for (let t: usize = 0; t < 64; t++) {
    const S1 = v128.xor(v128.xor(rotr4(e, 6), rotr4(e, 11)), rotr4(e, 25))
    const ch = v128.xor(g, v128.and(e, v128.xor(f, g)))
    const kw = v128.add<i32>(v128.load_splat<u32>(k + (t << 2)), v128.load(W + (t << 4)))
    const t1 = v128.add<i32>(v128.add<i32>(v128.add<i32>(h, S1), ch), kw)
    const S0 = v128.xor(v128.xor(rotr4(a, 2), rotr4(a, 13)), rotr4(a, 22))
    const t2 = v128.add<i32>(S0, v128.or(v128.and(a, b), v128.and(c, v128.or(a, b))))
    h = g
    g = f
    f = e
    e = v128.add<i32>(d, t1)
    d = c
    c = b
    b = a
    a = v128.add<i32>(t1, t2)
  }
  v128.store(S, v128.add<i32>(v128.load(S), a))
  v128.store(S, v128.add<i32>(v128.load(S, 16), b), 16)
  v128.store(S, v128.add<i32>(v128.load(S, 32), c), 32)
  v128.store(S, v128.add<i32>(v128.load(S, 48), d), 48)
  v128.store(S, v128.add<i32>(v128.load(S, 64), e), 64)
  v128.store(S, v128.add<i32>(v128.load(S, 80), f), 80)
  v128.store(S, v128.add<i32>(v128.load(S, 96), g), 96)
  v128.store(S, v128.add<i32>(v128.load(S, 112), h), 112)
}

/** SHA-256 of four blocks of 4096 bytes that follow each other at `data`; 4 × 32 bytes to `out`. */
export function sha256QuadOf4096(data: usize, out: usize): void {
  for (let i: usize = 0; i < 8; i++) v128.store(S + (i << 4), i32x4.splat(H256[i as i32]))
  for (let i: usize = 0; i < 4096; i += 64) {
    const m = data + i
    compress(m, m + 4096, m + 8192, m + 12288)
  }
  memory.fill(PAD, 0, 64)
  store<u8>(PAD, 0x80)
  store<u64>(PAD, bswap<u64>(4096 * 8), 56)
  compress(PAD, PAD, PAD, PAD)
  for (let i: usize = 0; i < 8; i++) {
    const word = bswap4(v128.load(S + (i << 4)))
    store<u32>(out + (i << 2), v128.extract_lane<u32>(word, 0))
    store<u32>(out + 32 + (i << 2), v128.extract_lane<u32>(word, 1))
    store<u32>(out + 64 + (i << 2), v128.extract_lane<u32>(word, 2))
    store<u32>(out + 96 + (i << 2), v128.extract_lane<u32>(word, 3))
  }
}
