import { H512, K512 } from './constants'

export function sha512Init(state: usize): void {
  for (let i = 0; i < 8; i++) store<u64>(state + (i << 3), H512[i])
}

// FIPS 180-4 §4.1.3
function sum0(x: u64): u64 {
  return rotr<u64>(x, 28) ^ rotr<u64>(x, 34) ^ rotr<u64>(x, 39)
}
function sum1(x: u64): u64 {
  return rotr<u64>(x, 14) ^ rotr<u64>(x, 18) ^ rotr<u64>(x, 41)
}
function small0(x: u64): u64 {
  return rotr<u64>(x, 1) ^ rotr<u64>(x, 8) ^ (x >> 7)
}
function small1(x: u64): u64 {
  return rotr<u64>(x, 19) ^ rotr<u64>(x, 61) ^ (x >> 6)
}
function choose(x: u64, y: u64, z: u64): u64 {
  return z ^ (x & (y ^ z))
}
function majority(x: u64, y: u64, z: u64): u64 {
  return (x & y) | (z & (x | y))
}

/**
 * FIPS 180-4 §6.4.2: folds `count` blocks of 128 bytes into the eight words at `state`, written as in
 * sha256.ts: 750 MB/s where loops over one round gave 515 (and two messages in SIMD lanes 500).
 */
export function sha512Blocks(state: usize, data: usize, count: i32): void {
  const k = changetype<usize>(K512)
  for (; count > 0; count--, data += 128) {
    let w0 = bswap<u64>(load<u64>(data))
    let w1 = bswap<u64>(load<u64>(data, 8))
    let w2 = bswap<u64>(load<u64>(data, 16))
    let w3 = bswap<u64>(load<u64>(data, 24))
    let w4 = bswap<u64>(load<u64>(data, 32))
    let w5 = bswap<u64>(load<u64>(data, 40))
    let w6 = bswap<u64>(load<u64>(data, 48))
    let w7 = bswap<u64>(load<u64>(data, 56))
    let w8 = bswap<u64>(load<u64>(data, 64))
    let w9 = bswap<u64>(load<u64>(data, 72))
    let w10 = bswap<u64>(load<u64>(data, 80))
    let w11 = bswap<u64>(load<u64>(data, 88))
    let w12 = bswap<u64>(load<u64>(data, 96))
    let w13 = bswap<u64>(load<u64>(data, 104))
    let w14 = bswap<u64>(load<u64>(data, 112))
    let w15 = bswap<u64>(load<u64>(data, 120))
    let a = load<u64>(state)
    let b = load<u64>(state, 8)
    let c = load<u64>(state, 16)
    let d = load<u64>(state, 24)
    let e = load<u64>(state, 32)
    let f = load<u64>(state, 40)
    let g = load<u64>(state, 48)
    let h = load<u64>(state, 56)
    h = h + load<u64>(k) + w0 + choose(e, f, g) + sum1(e)
    d += h
    h += sum0(a) + majority(a, b, c)
    g = g + load<u64>(k, 8) + w1 + choose(d, e, f) + sum1(d)
    c += g
    g += sum0(h) + majority(h, a, b)
    f = f + load<u64>(k, 16) + w2 + choose(c, d, e) + sum1(c)
    b += f
    f += sum0(g) + majority(g, h, a)
    e = e + load<u64>(k, 24) + w3 + choose(b, c, d) + sum1(b)
    a += e
    e += sum0(f) + majority(f, g, h)
    d = d + load<u64>(k, 32) + w4 + choose(a, b, c) + sum1(a)
    h += d
    d += sum0(e) + majority(e, f, g)
    c = c + load<u64>(k, 40) + w5 + choose(h, a, b) + sum1(h)
    g += c
    c += sum0(d) + majority(d, e, f)
    b = b + load<u64>(k, 48) + w6 + choose(g, h, a) + sum1(g)
    f += b
    b += sum0(c) + majority(c, d, e)
    a = a + load<u64>(k, 56) + w7 + choose(f, g, h) + sum1(f)
    e += a
    a += sum0(b) + majority(b, c, d)
    h = h + load<u64>(k, 64) + w8 + choose(e, f, g) + sum1(e)
    d += h
    h += sum0(a) + majority(a, b, c)
    g = g + load<u64>(k, 72) + w9 + choose(d, e, f) + sum1(d)
    c += g
    g += sum0(h) + majority(h, a, b)
    f = f + load<u64>(k, 80) + w10 + choose(c, d, e) + sum1(c)
    b += f
    f += sum0(g) + majority(g, h, a)
    e = e + load<u64>(k, 88) + w11 + choose(b, c, d) + sum1(b)
    a += e
    e += sum0(f) + majority(f, g, h)
    d = d + load<u64>(k, 96) + w12 + choose(a, b, c) + sum1(a)
    h += d
    d += sum0(e) + majority(e, f, g)
    c = c + load<u64>(k, 104) + w13 + choose(h, a, b) + sum1(h)
    g += c
    c += sum0(d) + majority(d, e, f)
    b = b + load<u64>(k, 112) + w14 + choose(g, h, a) + sum1(g)
    f += b
    b += sum0(c) + majority(c, d, e)
    a = a + load<u64>(k, 120) + w15 + choose(f, g, h) + sum1(f)
    e += a
    a += sum0(b) + majority(b, c, d)
    for (let t = 128; t < 640; t += 128) {
      w0 = w0 + w9 + small0(w1) + small1(w14)
      h = h + load<u64>(k + t) + w0 + choose(e, f, g) + sum1(e)
      d += h
      h += sum0(a) + majority(a, b, c)
      w1 = w1 + w10 + small0(w2) + small1(w15)
      g = g + load<u64>(k + t, 8) + w1 + choose(d, e, f) + sum1(d)
      c += g
      g += sum0(h) + majority(h, a, b)
      w2 = w2 + w11 + small0(w3) + small1(w0)
      f = f + load<u64>(k + t, 16) + w2 + choose(c, d, e) + sum1(c)
      b += f
      f += sum0(g) + majority(g, h, a)
      w3 = w3 + w12 + small0(w4) + small1(w1)
      e = e + load<u64>(k + t, 24) + w3 + choose(b, c, d) + sum1(b)
      a += e
      e += sum0(f) + majority(f, g, h)
      w4 = w4 + w13 + small0(w5) + small1(w2)
      d = d + load<u64>(k + t, 32) + w4 + choose(a, b, c) + sum1(a)
      h += d
      d += sum0(e) + majority(e, f, g)
      w5 = w5 + w14 + small0(w6) + small1(w3)
      c = c + load<u64>(k + t, 40) + w5 + choose(h, a, b) + sum1(h)
      g += c
      c += sum0(d) + majority(d, e, f)
      w6 = w6 + w15 + small0(w7) + small1(w4)
      b = b + load<u64>(k + t, 48) + w6 + choose(g, h, a) + sum1(g)
      f += b
      b += sum0(c) + majority(c, d, e)
      w7 = w7 + w0 + small0(w8) + small1(w5)
      a = a + load<u64>(k + t, 56) + w7 + choose(f, g, h) + sum1(f)
      e += a
      a += sum0(b) + majority(b, c, d)
      w8 = w8 + w1 + small0(w9) + small1(w6)
      h = h + load<u64>(k + t, 64) + w8 + choose(e, f, g) + sum1(e)
      d += h
      h += sum0(a) + majority(a, b, c)
      w9 = w9 + w2 + small0(w10) + small1(w7)
      g = g + load<u64>(k + t, 72) + w9 + choose(d, e, f) + sum1(d)
      c += g
      g += sum0(h) + majority(h, a, b)
      w10 = w10 + w3 + small0(w11) + small1(w8)
      f = f + load<u64>(k + t, 80) + w10 + choose(c, d, e) + sum1(c)
      b += f
      f += sum0(g) + majority(g, h, a)
      w11 = w11 + w4 + small0(w12) + small1(w9)
      e = e + load<u64>(k + t, 88) + w11 + choose(b, c, d) + sum1(b)
      a += e
      e += sum0(f) + majority(f, g, h)
      w12 = w12 + w5 + small0(w13) + small1(w10)
      d = d + load<u64>(k + t, 96) + w12 + choose(a, b, c) + sum1(a)
      h += d
      d += sum0(e) + majority(e, f, g)
      w13 = w13 + w6 + small0(w14) + small1(w11)
      c = c + load<u64>(k + t, 104) + w13 + choose(h, a, b) + sum1(h)
      g += c
      c += sum0(d) + majority(d, e, f)
      w14 = w14 + w7 + small0(w15) + small1(w12)
      b = b + load<u64>(k + t, 112) + w14 + choose(g, h, a) + sum1(g)
      f += b
      b += sum0(c) + majority(c, d, e)
      w15 = w15 + w8 + small0(w0) + small1(w13)
      a = a + load<u64>(k + t, 120) + w15 + choose(f, g, h) + sum1(f)
      e += a
      a += sum0(b) + majority(b, c, d)
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
