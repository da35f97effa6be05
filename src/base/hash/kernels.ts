import { SealscopeError } from '../error'

export type VerityAlgorithm = 'sha512' | 'sha256'

/** A running digest. `digest` ends it and frees its place; it must not be used afterwards. */
export interface Hasher {
  update(chunk: Uint8Array): void
  digest(): Uint8Array
}

export type CreateHasher = () => Hasher

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

/** What `wasm/index.ts` exports. */
interface Exports {
  memory: WebAssembly.Memory
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
}

const TAR_KINDS = ['old', 'ustar', 'gnu'] as const
const TAR_STATUS = ['ok', 'zero', 'checksum'] as const

/** The WebAssembly module with typed access. One instance a thread; its memory never grows. */
export class Kernels {
  private readonly window: Uint8Array
  private readonly result: Uint8Array
  private readonly tarNumbers: Float64Array
  private readonly freeHashers: number[]
  private readonly freeVerities: number[]

  constructor(private readonly wasm: Exports) {
    const { buffer } = wasm.memory
    this.window = new Uint8Array(buffer, wasm.inputAt(), wasm.inputSize())
    this.result = new Uint8Array(buffer, wasm.outputAt(), 64)
    this.tarNumbers = new Float64Array(buffer, wasm.tarNumbersAt(), 8)
    this.freeHashers = Array.from({ length: wasm.hasherSlots() }, (_, slot) => slot)
    this.freeVerities = Array.from({ length: wasm.veritySlots() }, (_, slot) => slot)
  }

  /** SHA-256 (FIPS 180-4); 32 bytes. */
  sha256(): Hasher {
    return this.hasher(0, 32)
  }

  /** SHA-512 (FIPS 180-4); 64 bytes. */
  sha512(): Hasher {
    return this.hasher(1, 64)
  }

  /** The fs-verity digest with 4096-byte blocks and no salt; 32 or 64 bytes. */
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

  private hasher(wide: 0 | 1, width: number): Hasher {
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

/** Instantiates the module of `wasm/`, given compiled or as its bytes; refuses any other module. */
export async function instantiateKernels(
  source: WebAssembly.Module | BufferSource,
): Promise<Kernels> {
  const module = source instanceof WebAssembly.Module ? source : await WebAssembly.compile(source)
  const { exports } = await WebAssembly.instantiate(module, {
    env: {
      abort: () => {
        throw new SealscopeError({
          kind: 'internal',
          code: 'wasm-abort',
          what: 'WebAssembly stopped',
        })
      },
    },
  })
  if (isOurs(exports)) return new Kernels(exports)
  throw new SealscopeError({
    kind: 'internal',
    code: 'wasm-exports',
    what: 'the WebAssembly module cannot be used',
    expected: ['memory', ...Object.keys(FUNCTIONS)].join(', '),
    found: Object.keys(exports).join(', ') || 'nothing exported',
  })
}

const HEX = new TextEncoder().encode('0123456789abcdef')
const ASCII = new TextDecoder()

/** Lower-case hex of bytes; made in one piece, since it runs once for each file of an image. */
export function toHex(bytes: Uint8Array): string {
  const codes = new Uint8Array(2 * bytes.length)
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0
    codes[2 * at] = HEX[byte >> 4] ?? 0
    codes[2 * at + 1] = HEX[byte & 15] ?? 0
  }
  return ASCII.decode(codes)
}
