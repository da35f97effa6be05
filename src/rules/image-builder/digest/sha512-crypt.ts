import { digest as digestOf } from '../../../base/hash/digests'

const sha512 = (bytes: Uint8Array) => digestOf('sha512', bytes)

const ALPHABET = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ROUNDS = 5000

/**
 * `$6$SALT$HASH` of crypt(5) with the default 5000 rounds.
 * Source: "Unix crypt using SHA-256 and SHA-512", Ulrich Drepper, steps 1–22.
 * @param salt at most 16 characters of `a-zA-Z0-9./`
 */
export function sha512Crypt(password: string, salt: string): string {
  const encoder = new TextEncoder()
  const key = encoder.encode(password)
  const saltBytes = encoder.encode(salt)
  let digest = startDigest(key, saltBytes)
  const p = cycle(sha512(repeat(key, key.length)), key.length)
  const s = cycle(sha512(repeat(saltBytes, 16 + (digest[0] ?? 0))), saltBytes.length)
  for (let round = 0; round < ROUNDS; round++) {
    const odd = round % 2 === 1
    const parts = [odd ? p : digest]
    if (round % 3 !== 0) parts.push(s)
    if (round % 7 !== 0) parts.push(p)
    parts.push(odd ? digest : p)
    digest = sha512(concat(parts))
  }
  return `$6$${salt}$${encode(digest)}`
}

/** Whether image-builder takes a password as already hashed (pkg/crypt: bcrypt, SHA-512, SHA-256). */
export function isHashedPassword(password: string): boolean {
  return ['$2b$', '$6$', '$5$'].some((prefix) => password.startsWith(prefix))
}

/** 16 salt characters from a text: the same text gives the same salt, so that plans can be repeated. */
export function saltFrom(text: string): string {
  const digest = sha512(new TextEncoder().encode(text))
  return Array.from(digest.subarray(0, 16), (byte) => ALPHABET[byte & 63]).join('')
}

function startDigest(key: Uint8Array, salt: Uint8Array): Uint8Array {
  const alternate = sha512(concat([key, salt, key]))
  const parts = [key, salt, cycle(alternate, key.length)]
  for (let bits = key.length; bits > 0; bits >>= 1) parts.push(bits & 1 ? alternate : key)
  return sha512(concat(parts))
}

function cycle(block: Uint8Array, length: number): Uint8Array {
  const out = new Uint8Array(length)
  for (let at = 0; at < length; at += block.length) out.set(block.subarray(0, length - at), at)
  return out
}

function repeat(block: Uint8Array, times: number): Uint8Array {
  const out = new Uint8Array(block.length * times)
  for (let i = 0; i < times; i++) out.set(block, i * block.length)
  return out
}

function concat(parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    out.set(part, at)
    at += part.length
  }
  return out
}

/** Step 22: groups of three bytes, 21 apart and rotating, low bits first. */
function encode(digest: Uint8Array): string {
  const at = (index: number) => digest[index] ?? 0
  let text = ''
  for (let i = 0; i < 21; i++) {
    const [a = 0, b = 0, c = 0] = [i, i + 21, i + 42]
    const order = [
      [a, b, c],
      [b, c, a],
      [c, a, b],
    ][i % 3]
    const [x = 0, y = 0, z = 0] = order ?? []
    text += characters((at(x) << 16) | (at(y) << 8) | at(z), 4)
  }
  return text + characters(at(63), 2)
}

function characters(bits: number, count: number): string {
  let text = ''
  for (let i = 0; i < count; i++) text += ALPHABET[(bits >>> (6 * i)) & 63] ?? ''
  return text
}
