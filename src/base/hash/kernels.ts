import { SealscopeError } from '../error'
import { digestOf, loadDigests } from './digests'
import type { Hasher, Hashing, HashName, VerityAlgorithm } from './hashing'

/** The numbers of one tar header block; a number that could not be read is NaN. */
export interface TarHeader {
  mode: number
  uid: number
  gid: number
  size: number
  mtime: number
  devMajor: number
  devMinor: number
  kind: 'old' | 'ustar' | 'gnu'
  status: 'ok' | 'zero' | 'checksum'
}

/** What `wasm/codec` exports; the addresses are those of the instance's own memory. */
export interface CodecExports {
  memory: WebAssembly.Memory
  zstdSource(): number
  zstdBegin(windowSize: number, checksum: number): void
  zstdEnd(): number
  zstdRaw(size: number): number
  zstdRun(size: number): number
  zstdCompressed(size: number): number
  zstdChecksum(): number
  inflate(): number
  inflateBegin(): void
  inflateEnd(): number
  inflateInputAt(): number
  inflateLeft(): number
  inflateMade(): number
  inflateRoom(): number
  inflateTook(size: number): void
}

/** What `wasm/index.ts` exports. */
interface Exports extends CodecExports {
  inputAt(): number
  inputSize(): number
  outputAt(): number
  hasherSlots(): number
  veritySlots(): number
  tarNumbersAt(): number
  hashInit(slot: number, wide: number): void
  hashUpdate(slot: number, at: number, size: number, wide: number): void
  hashFinish(slot: number, wide: number): void
  merkleInit(slot: number): void
  merkleUpdate(slot: number, at: number, size: number, wide: number): void
  merkleFinish(slot: number, wide: number): void
  tar(at: number): number
  peNumbersAt(): number
  peStart(at: number, available: number, size: number): number
  peHeaders(at: number, available: number): number
  peTable(at: number, count: number, size: number): void
  crc32(at: number, size: number, crc: number): number
}

const FUNCTIONS: Record<Exclude<keyof Exports, 'memory'>, true> = {
  inputAt: true,
  inputSize: true,
  outputAt: true,
  hasherSlots: true,
  veritySlots: true,
  tarNumbersAt: true,
  hashInit: true,
  hashUpdate: true,
  hashFinish: true,
  merkleInit: true,
  merkleUpdate: true,
  merkleFinish: true,
  tar: true,
  peNumbersAt: true,
  peStart: true,
  peHeaders: true,
  peTable: true,
  crc32: true,
  zstdSource: true,
  zstdBegin: true,
  zstdEnd: true,
  zstdRaw: true,
  zstdRun: true,
  zstdCompressed: true,
  zstdChecksum: true,
  inflate: true,
  inflateBegin: true,
  inflateEnd: true,
  inflateInputAt: true,
  inflateLeft: true,
  inflateMade: true,
  inflateRoom: true,
  inflateTook: true,
}

const TAR_KINDS = ['old', 'ustar', 'gnu'] as const
const PE_STATUS = ['ok', 'empty', 'no-dos-header', 'outside', 'no-signature'] as const
/** Numbers of a section header that `peSections` gives (wasm/pe.ts), and its bytes in the file. */
const SECTION_FIELDS = 6
const SECTION_HEADER = 40
const SECTIONS_AT_ONCE = 4096
/** More than all fields of the headers in front of the section table. */
const PE_HEADER_READ = 512

const TAR_STATUS = ['ok', 'zero', 'checksum'] as const

/** Instances of idle decoders that are kept for the next, and the memory that one may have grown to. */
const IDLE_CODECS = 4
const IDLE_MEMORY = 8 * 2 ** 20

/** A decoder's own instance of the module, to be given back when it has ended. */
export interface Codec {
  readonly wasm: CodecExports
  release(): void
}

/** What the beginning of a PE file says: where its header is, and whether it can be read. */
export interface PeStart {
  status: (typeof PE_STATUS)[number]
  /** e_lfanew. */
  offset: number
}

/** What decoders need of the kernels. */
export interface Codecs {
  codec(): Codec
  /** CRC-32 of gzip, going on from a value. */
  crc32(chunk: Uint8Array, crc: number): number
}

/**
 * The WebAssembly module with typed access. One instance a thread; its memory never grows. Digests come from
 * the backend that the host has chosen.
 */
export class Kernels implements Hashing, Codecs {
  private readonly window: Uint8Array
  private readonly tarNumbers: Float64Array
  private readonly peNumbers: Float64Array
  private readonly sections: Uint32Array
  private readonly idle: CodecExports[] = []
  private readonly hashing: Hashing

  constructor(
    private readonly wasm: Exports,
    private readonly instantiate: () => CodecExports,
    hashing: Hashing | null,
  ) {
    const { buffer } = wasm.memory
    this.window = new Uint8Array(buffer, wasm.inputAt(), wasm.inputSize())
    this.tarNumbers = new Float64Array(buffer, wasm.tarNumbersAt(), 8)
    this.peNumbers = new Float64Array(buffer, wasm.peNumbersAt(), 32)
    this.sections = new Uint32Array(buffer, wasm.outputAt(), SECTION_FIELDS * SECTIONS_AT_ONCE)
    this.hashing = hashing ?? new WasmHashing(wasm)
  }

  hasher(name: HashName): Hasher {
    return this.hashing.hasher(name)
  }

  sha256(): Hasher {
    return this.hashing.hasher('sha256')
  }

  sha512(): Hasher {
    return this.hashing.hasher('sha512')
  }

  verity(algorithm: VerityAlgorithm): Hasher {
    return this.hashing.verity(algorithm)
  }

  crc32(chunk: Uint8Array, crc: number): number {
    return this.hashing.crc32(chunk, crc)
  }

  /** Reads one 512-byte tar header block. */
  tarHeader(block: Uint8Array): TarHeader {
    this.window.set(block.subarray(0, 512))
    const status = this.wasm.tar(this.wasm.inputAt())
    const number = (index: number) => this.tarNumbers[index] ?? Number.NaN
    return {
      mode: number(0),
      uid: number(1),
      gid: number(2),
      size: number(3),
      mtime: number(4),
      devMajor: number(5),
      devMinor: number(6),
      kind: TAR_KINDS[number(7)] ?? 'old',
      status: TAR_STATUS[status] ?? 'checksum',
    }
  }

  /** Looks at the first bytes of a file of `size` bytes (PE/COFF §2.1). */
  peStart(head: Uint8Array, size: number): PeStart {
    this.window.set(head.subarray(0, PE_HEADER_READ))
    const status = this.wasm.peStart(
      this.wasm.inputAt(),
      Math.min(head.length, PE_HEADER_READ),
      size,
    )
    return { status: PE_STATUS[status] ?? 'no-signature', offset: this.peNumbers[0] ?? 0 }
  }

  /** The numbers of the headers behind the signature, in the order of wasm/pe.ts; null without signature. */
  peHeader(head: Uint8Array, size: number): Float64Array | null {
    const { status, offset } = this.peStart(head, size)
    if (status !== 'ok') return null
    const part = head.subarray(offset, offset + PE_HEADER_READ)
    this.window.set(part)
    if (this.wasm.peHeaders(this.wasm.inputAt(), part.length) !== 0) return null
    return this.peNumbers.slice()
  }

  /** Six numbers for each section header of a table, in the order of wasm/pe.ts. */
  peSections(table: Uint8Array, size: number): Uint32Array {
    const count = Math.floor(table.length / SECTION_HEADER)
    const all = new Uint32Array(SECTION_FIELDS * count)
    for (let done = 0; done < count; done += SECTIONS_AT_ONCE) {
      const part = Math.min(SECTIONS_AT_ONCE, count - done)
      this.window.set(table.subarray(SECTION_HEADER * done, SECTION_HEADER * (done + part)))
      this.wasm.peTable(this.wasm.inputAt(), part, size)
      all.set(this.sections.subarray(0, SECTION_FIELDS * part), SECTION_FIELDS * done)
    }
    return all
  }

  /** An instance for one zstd or gzip decoder: its memory grows with the window. */
  codec(): Codec {
    const wasm = this.idle.pop() ?? this.instantiate()
    let released = false
    return {
      wasm,
      release: () => {
        if (released) return
        released = true
        const small = wasm.memory.buffer.byteLength <= IDLE_MEMORY
        if (small && this.idle.length < IDLE_CODECS) this.idle.push(wasm)
      },
    }
  }
}

/** Digests by our own kernels for SHA-256, SHA-512 and fs-verity, by hash-wasm for the others. */
class WasmHashing implements Hashing {
  private readonly window: Uint8Array
  private readonly result: Uint8Array
  private readonly freeHashers: number[]
  private readonly freeVerities: number[]

  constructor(private readonly wasm: Exports) {
    const { buffer } = wasm.memory
    this.window = new Uint8Array(buffer, wasm.inputAt(), wasm.inputSize())
    this.result = new Uint8Array(buffer, wasm.outputAt(), 64)
    this.freeHashers = Array.from({ length: wasm.hasherSlots() }, (_, slot) => slot)
    this.freeVerities = Array.from({ length: wasm.veritySlots() }, (_, slot) => slot)
  }

  hasher(name: HashName): Hasher {
    if (name === 'sha256') return this.kernel(0, 32)
    return name === 'sha512' ? this.kernel(1, 64) : digestOf(name)
  }

  verity(algorithm: VerityAlgorithm): Hasher {
    const wide = algorithm === 'sha512' ? 1 : 0
    const slot = take(this.freeVerities)
    this.wasm.merkleInit(slot)
    return {
      update: (chunk) =>
        this.feed(chunk, (at, size) => this.wasm.merkleUpdate(slot, at, size, wide)),
      digest: () => {
        this.wasm.merkleFinish(slot, wide)
        this.freeVerities.push(slot)
        return this.result.slice(0, wide ? 64 : 32)
      },
    }
  }

  crc32(chunk: Uint8Array, crc: number): number {
    let value = crc
    this.feed(chunk, (at, size) => (value = this.wasm.crc32(at, size, value)))
    return value >>> 0
  }

  private kernel(wide: 0 | 1, width: number): Hasher {
    const slot = take(this.freeHashers)
    this.wasm.hashInit(slot, wide)
    return {
      update: (chunk) => this.feed(chunk, (at, size) => this.wasm.hashUpdate(slot, at, size, wide)),
      digest: () => {
        this.wasm.hashFinish(slot, wide)
        this.freeHashers.push(slot)
        return this.result.slice(0, width)
      },
    }
  }

  private feed(chunk: Uint8Array, pass: (at: number, size: number) => void): void {
    const room = this.window.length
    for (let offset = 0; offset < chunk.length; offset += room) {
      const part = chunk.subarray(offset, offset + room)
      this.window.set(part)
      pass(this.wasm.inputAt(), part.length)
    }
  }
}

function take(free: number[]): number {
  const slot = free.pop()
  if (slot !== undefined) return slot
  throw new SealscopeError({
    kind: 'internal',
    code: 'too-many-hashers',
    what: 'all places for running digests are taken',
  })
}

type Ours = WebAssembly.Exports & Exports

function isOurs(exports: WebAssembly.Exports): exports is Ours {
  return (
    exports['memory'] instanceof WebAssembly.Memory &&
    Object.keys(FUNCTIONS).every((name) => typeof exports[name] === 'function')
  )
}

/**
 * Instantiates the module of `wasm/`, given compiled or as its bytes; refuses any other module. `hashing` are
 * the digests of the host; without them they are made in WebAssembly.
 */
export async function instantiateKernels(
  source: WebAssembly.Module | BufferSource,
  hashing: Hashing | null = null,
): Promise<Kernels> {
  const compiled = source instanceof WebAssembly.Module ? source : WebAssembly.compile(source)
  const [module] = await Promise.all([compiled, loadDigests()])
  const instantiate = () => exportsOf(new WebAssembly.Instance(module, { env: { abort } }))
  return new Kernels(instantiate(), instantiate, hashing)
}

function abort(): never {
  throw new SealscopeError({ kind: 'internal', code: 'wasm-abort', what: 'WebAssembly stopped' })
}

function exportsOf({ exports }: WebAssembly.Instance): Exports {
  if (isOurs(exports)) return exports
  throw new SealscopeError({
    kind: 'internal',
    code: 'wasm-exports',
    what: 'the WebAssembly module cannot be used',
    expected: ['memory', ...Object.keys(FUNCTIONS)].join(', '),
    found: Object.keys(exports).join(', ') || 'nothing exported',
  })
}
