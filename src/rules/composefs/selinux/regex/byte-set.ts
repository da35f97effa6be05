/** A set of bytes: 256 flags of 0 or 1. */
export type ByteSet = Uint8Array

export function emptySet(): ByteSet {
  return new Uint8Array(256)
}

/** A set of the byte ranges `from`–`to`, ends included. */
export function setOf(...ranges: [from: number, to: number][]): ByteSet {
  const set = emptySet()
  for (const [from, to] of ranges) set.fill(1, from, to + 1)
  return set
}

export function negate(set: ByteSet): ByteSet {
  return set.map((flag) => 1 - flag)
}

export function addAll(to: ByteSet, from: ByteSet): void {
  for (let byte = 0; byte < 256; byte++) if (from[byte] === 1) to[byte] = 1
}

/** Adds the other case of each ASCII letter. */
export function foldCase(set: ByteSet): ByteSet {
  const folded = set.slice()
  for (let upper = 0x41; upper <= 0x5a; upper++) {
    if (set[upper] === 1 || set[upper + 32] === 1) folded[upper] = folded[upper + 32] = 1
  }
  return folded
}

const DIGIT: [number, number] = [0x30, 0x39]
const UPPER: [number, number] = [0x41, 0x5a]
const LOWER: [number, number] = [0x61, 0x7a]

/** Perl's classes over ASCII: both engines run without Unicode. */
export const PERL: Readonly<Record<'d' | 's' | 'w', ByteSet>> = {
  d: setOf(DIGIT),
  s: setOf([0x09, 0x0d], [0x20, 0x20]),
  w: setOf(DIGIT, UPPER, LOWER, [0x5f, 0x5f]),
}

/** POSIX classes in the C locale. */
export const POSIX: ReadonlyMap<string, ByteSet> = new Map([
  ['alnum', setOf(DIGIT, UPPER, LOWER)],
  ['alpha', setOf(UPPER, LOWER)],
  ['ascii', setOf([0, 0x7f])],
  ['blank', setOf([0x09, 0x09], [0x20, 0x20])],
  ['cntrl', setOf([0, 0x1f], [0x7f, 0x7f])],
  ['digit', setOf(DIGIT)],
  ['graph', setOf([0x21, 0x7e])],
  ['lower', setOf(LOWER)],
  ['print', setOf([0x20, 0x7e])],
  ['punct', setOf([0x21, 0x2f], [0x3a, 0x40], [0x5b, 0x60], [0x7b, 0x7e])],
  ['space', PERL.s],
  ['upper', setOf(UPPER)],
  ['word', PERL.w],
  ['xdigit', setOf(DIGIT, [0x41, 0x46], [0x61, 0x66])],
])

export function isWordByte(byte: number): boolean {
  return PERL.w[byte] === 1
}
