/**
 * Bytes with everything that packers look for: noise, words, runs, counters, and repeats from near and from more
 * than 2 MB away. The fixtures of zstd were packed from it (fixtures/README.md).
 */
export function sample(size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = 7
  const random = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const words = Array.from({ length: 60 }, () => Array.from({ length: 2 + random(9) }, () => 97 + random(26))) // prettier-ignore
  const fill: ((at: number, length: number) => void)[] = [
    (at, length) => bytes.fill(random(256), at, at + length * 40),
    (at, length) => {
      for (let i = 0; i < length / 16; i++) bytes[at + i] = random(256)
    },
    (at, length) => {
      for (let to = at; to < at + length / 4;) {
        const word = words[random(60)] ?? []
        bytes.set(word.slice(0, Math.max(0, size - to)), Math.min(to, size))
        to += word.length
      }
    },
    (at, length) => {
      for (let i = 0; i < length * 20; i++) bytes[at + i] = (i * 3) & 255
    },
    (at, length) => {
      const distance = at < 2_500_000 ? 1 + random(at) : 2_000_000 + random(500_000)
      for (let i = 0; i < length * 30; i++) bytes[at + i] = bytes[at + i - distance] ?? 0
    },
    (at, length) => {
      const distance = 1 + random(Math.min(at, 40))
      for (let i = 0; i < length; i++) bytes[at + i] = bytes[at + i - distance] ?? 0
    },
  ]
  for (let at = 0; at < size;) {
    const length = 200 + random(1000)
    fill[random(6)]?.(at, length)
    at += length * 8
  }
  return bytes
}
