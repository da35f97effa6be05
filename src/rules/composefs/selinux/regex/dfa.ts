import { isWordByte, type ByteSet } from './byte-set'
import { ASSERTIONS, OP, type Nfa } from './nfa'

/** Numbers that all remembered states may hold together (64 MiB); then everything is forgotten. */
const MEMORY = 1 << 24
const UNKNOWN = -1
const DEAD = 0
const END = -1

/** What came before a position, as far as assertions care. */
const BEFORE = { start: 0, word: 1, newline: 2, other: 3 } as const

interface State {
  /** NFA states after all that needs no input, sorted: sets, assertions, accepts. */
  nfa: Int32Array
  before: number
  /** Next state by byte class. */
  next: Int32Array
  /** Highest accepted number at the end of the text; `UNKNOWN` before it was asked for, else −2 for none. */
  accepted: number
}

/**
 * A deterministic automaton for many expressions at once, built as it is needed: every step of a
 * text costs one look-up, or at most one pass over the states that are alive, however the
 * expressions look. State numbers are valid as long as `generation` does not change.
 */
export class LazyDfa {
  generation = 0
  private states: State[] = []
  private known = new Map<number, number[]>()
  private held = 0
  private readonly classes: Uint8Array
  private readonly classCount: number
  private readonly seen: Uint32Array
  private stamp = 0

  constructor(private readonly nfa: Nfa) {
    const { classes, count } = byteClasses(nfa.sets)
    this.classes = classes
    this.classCount = count
    this.seen = new Uint32Array(nfa.op.length)
  }

  /** The state before the first byte. */
  start(): number {
    const found: number[] = []
    this.stamp++
    for (const start of this.nfa.starts) this.close(start, found)
    return this.intern(found, BEFORE.start)
  }

  /** The state after more bytes. May forget all older states: see `generation`. */
  advance(from: number, text: string): number {
    let at = from
    for (let i = 0; i < text.length && at !== DEAD; i++) {
      const byte = text.charCodeAt(i)
      const next = this.states[at]?.next[this.classes[byte] ?? 0] ?? UNKNOWN
      at = next === UNKNOWN ? this.step(at, byte) : next
    }
    return at
  }

  /** The highest number accepted when the text ends here; −1 for none. */
  accepted(at: number): number {
    const state = this.states[at]
    if (state === undefined || at === DEAD) return -1
    if (state.accepted === UNKNOWN) state.accepted = this.acceptedOf(state)
    return state.accepted === -2 ? -1 : state.accepted
  }

  private step(from: number, byte: number): number {
    const state = this.states[from]
    if (state === undefined) return DEAD
    const { op, to, arg, sets } = this.nfa
    const found: number[] = []
    const alive = this.resolve(state, byte)
    this.stamp++
    for (const at of alive) {
      if (op[at] === OP.set && sets[arg[at] ?? 0]?.[byte] === 1) this.close(to[at] ?? 0, found)
    }
    const { generation } = this
    const next = this.intern(found, beforeOf(byte))
    if (generation === this.generation) state.next[this.classes[byte] ?? 0] = next
    return next
  }

  /** The NFA states of `state` and those behind assertions that hold before `byte` (or the end). */
  private resolve(state: State, byte: number): Int32Array | number[] {
    const { op, to, arg } = this.nfa
    const asserts = state.nfa.filter((at) => op[at] === OP.assert)
    if (asserts.length === 0) return state.nfa
    this.stamp++
    const alive = [...state.nfa]
    for (const at of alive) this.seen[at] = this.stamp
    for (let i = 0; i < alive.length; i++) {
      const at = alive[i] ?? 0
      if (op[at] !== OP.assert || !holds(arg[at] ?? 0, state.before, byte)) continue
      this.close(to[at] ?? 0, alive)
    }
    return alive
  }

  private acceptedOf(state: State): number {
    let best = -2
    for (const at of this.resolve(state, END)) {
      if (this.nfa.op[at] === OP.accept) best = Math.max(best, this.nfa.arg[at] ?? -2)
    }
    return best
  }

  /** Adds a state and what follows it without input. */
  private close(first: number, found: number[]): void {
    const { op, to, arg } = this.nfa
    const stack = [first]
    for (let at = stack.pop(); at !== undefined; at = stack.pop()) {
      if (this.seen[at] === this.stamp) continue
      this.seen[at] = this.stamp
      if (op[at] === OP.split) stack.push(arg[at] ?? 0, to[at] ?? 0)
      else if (op[at] !== OP.fail) found.push(at)
    }
  }

  private intern(found: readonly number[], before: number): number {
    if (this.states.length === 0) this.states.push(this.create(new Int32Array(0), BEFORE.other))
    if (found.length === 0) return DEAD
    const nfa = Int32Array.from(found).sort()
    const context = nfa.some((at) => this.nfa.op[at] === OP.assert) ? before : BEFORE.other
    const hash = hashOf(nfa, context)
    const bucket = this.known.get(hash)
    for (const index of bucket ?? []) {
      const state = this.states[index]
      if (state?.before === context && equal(state.nfa, nfa)) return index
    }
    this.held += nfa.length + this.classCount
    if (this.held > MEMORY) {
      this.forget()
      return this.intern(found, before)
    }
    this.states.push(this.create(nfa, context))
    const index = this.states.length - 1
    if (bucket === undefined) this.known.set(hash, [index])
    else bucket.push(index)
    return index
  }

  private create(nfa: Int32Array, before: number): State {
    return {
      nfa,
      before,
      next: new Int32Array(this.classCount).fill(UNKNOWN),
      accepted: UNKNOWN,
    }
  }

  private forget(): void {
    this.states = []
    this.known = new Map()
    this.held = 0
    this.generation++
  }
}

function beforeOf(byte: number): number {
  if (byte === 10) return BEFORE.newline
  return isWordByte(byte) ? BEFORE.word : BEFORE.other
}

/** Does an assertion hold between `before` and the byte that comes next (`END`: none)? */
function holds(assertion: number, before: number, next: number): boolean {
  const wordBefore = before === BEFORE.word
  const wordNext = next !== END && isWordByte(next)
  switch (ASSERTIONS[assertion]) {
    case 'start':
      return before === BEFORE.start
    case 'end':
      return next === END
    case 'line-start':
      return before === BEFORE.start || before === BEFORE.newline
    case 'line-end':
      return next === END || next === 10
    case 'word-boundary':
      return wordBefore !== wordNext
    case 'no-word-boundary':
      return wordBefore === wordNext
    case 'word-start':
      return !wordBefore && wordNext
    case 'word-end':
      return wordBefore && !wordNext
    case 'word-start-half':
      return !wordBefore
    case 'word-end-half':
      return !wordNext
    default:
      return false
  }
}

/** Bytes that no set and no assertion tells apart share a class. */
function byteClasses(sets: readonly ByteSet[]): { classes: Uint8Array; count: number } {
  const classes = new Uint8Array(256)
  let count = 1
  const word = Uint8Array.from({ length: 256 }, (_, byte) => (isWordByte(byte) ? 1 : 0))
  const newline = Uint8Array.from({ length: 256 }, (_, byte) => (byte === 10 ? 1 : 0))
  for (const set of [word, newline, ...sets]) {
    const split = new Map<number, number>()
    const inside = new Set<number>()
    for (let byte = 0; byte < 256; byte++) if (set[byte] === 0) inside.add(classes[byte] ?? 0)
    for (let byte = 0; byte < 256 && count < 256; byte++) {
      const old = classes[byte] ?? 0
      if (set[byte] !== 1 || !inside.has(old)) continue
      const fresh = split.get(old) ?? count++
      split.set(old, fresh)
      classes[byte] = fresh
    }
  }
  return { classes, count }
}

function hashOf(values: Int32Array, seed: number): number {
  let hash = seed + 0x811c9dc5
  for (const value of values) hash = Math.imul(hash ^ value, 0x01000193)
  return hash
}

function equal(a: Int32Array, b: Int32Array): boolean {
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}
