/** Numerical Recipes' generator: the same inputs in every run. */
export function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

/** Bytes that many formats give a meaning. */
const PIECES = [
  ...['\0', '\xff', '\n', '\r\n', ' ', '\t', '/', '..', '\\', '"', "'", '=', ':', ',', '.', '-', '#', '&', '*', '!', '|', '>', '%', '@'], // prettier-ignore
  ...['{', '}', '[', ']', '(', ')', '[[', '{}', '[]', '""', '"""', '?', '+', '^', '$', '[:x:]', '(?i)', '{9999}', '(((('], // prettier-ignore
  ...['0', '-1', '1e999', '99999999999999999999', '4294967296', '0x', 'null', 'true', 'inf', 'nan', '1979-05-27T07:32:00Z'], // prettier-ignore
  ...['__proto__', 'constructor', '\xc3\xa4', '\xed\xa0\x80', '\xf4\x90\x80\x80', '\xef\xbb\xbf', '\x80\0\0\0\0\0\0\0', '\xff\xff\xff\xff', '\x7f\xff\xff\xff', '\x30\x80', '\x1f\x8b'], // prettier-ignore
  ...['<<: *a', '&a [*a]', '!!binary x', '---\n', '\u0000'.repeat(64), 'a'.repeat(300), '['.repeat(400), '{"a":'.repeat(400)], // prettier-ignore
].map((text) => Buffer.from(text, 'latin1'))

/** Places of a sample, all of them or evenly spread. */
function* places(count: number, most: number): Generator<number> {
  const step = Math.max(1, count / most)
  for (let at = 0; at < count; at += step) yield Math.floor(at)
}

/** Cut at every byte, every bit flipped, then pieces put in, taken out and doubled at random. */
export function* mutations(
  sample: Uint8Array,
  rounds: number,
  seed: number,
): Generator<Uint8Array> {
  for (const size of places(sample.length, rounds)) yield sample.subarray(0, size)
  for (const bit of places(sample.length * 8, 2 * rounds)) {
    const copy = sample.slice()
    copy[bit >> 3] = (copy[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    yield copy
  }
  const next = random(seed)
  for (let round = 0; round < rounds; round++) {
    let bytes = Buffer.from(sample)
    for (let count = next(5) + 1; count > 0; count--) {
      const at = next(bytes.length + 1)
      const from = next(bytes.length + 1)
      const piece = next(3) === 0 ? bytes.subarray(from, from + next(60)) : (PIECES[next(PIECES.length)] ?? bytes) // prettier-ignore
      const gone = next(3) === 0 ? next(30) : next(2)
      bytes = Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at + gone)])
    }
    yield new Uint8Array(bytes)
  }
  for (let round = 0; round < rounds / 4; round++) {
    yield Uint8Array.from({ length: next(200) }, () => next(256))
  }
}

/** One character over and over at some places: what costs more than its length shows here. */
export function* longRuns(sample: Uint8Array, length: number): Generator<Uint8Array> {
  for (const char of [
    '/',
    ' ',
    '\0',
    '\n',
    '[',
    '(',
    '{',
    '"',
    "'",
    '=',
    '-',
    '.',
    '\\',
    '*',
    '#',
    'a',
    '0',
    '\xff',
  ]) {
    // prettier-ignore
    const run = Buffer.alloc(length, char, 'latin1')
    for (let part = 0; part <= 6; part++) {
      const at = Math.floor((sample.length * part) / 6)
      yield new Uint8Array(Buffer.concat([sample.subarray(0, at), run, sample.subarray(at)]))
    }
  }
}
