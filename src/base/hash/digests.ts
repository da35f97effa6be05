import { createSHA1, createSHA256, createSHA384, createSHA512, type IHasher } from 'hash-wasm'
import { SealscopeError } from '../error'
import { toHex, type Hasher, type HashName } from './hashing'

/**
 * Every digest outside of the hot kernels, by hash-wasm: banks of PCRs, Authenticode other than SHA-256,
 * SHA-384 of registries, files of a manifest, SHA-512-crypt. hash-wasm makes its modules asynchronously
 * and digests synchronously: whoever digests without waiting has `loadDigests` awaited at its start.
 */
const CREATE: Readonly<Record<HashName, () => Promise<IHasher>>> = {
  sha1: createSHA1,
  sha256: createSHA256,
  sha384: createSHA384,
  sha512: createSHA512,
}

const loaded = new Map<HashName, Module>()
let loading: Promise<void> | null = null

/** Makes the modules, once a thread. */
export function loadDigests(): Promise<void> {
  loading ??= Promise.all(
    Object.entries(CREATE).map(async ([name, create]) => {
      loaded.set(name as HashName, new Module(await create()))
    }),
  ).then(() => undefined)
  return loading
}

/** A running digest; several may run at a time. */
export function digestOf(name: HashName): Hasher {
  return moduleOf(name).begin()
}

/** The digest of bytes that are there as a whole. */
export function digest(name: HashName, bytes: Uint8Array): Uint8Array {
  const hasher = digestOf(name)
  hasher.update(bytes)
  return hasher.digest()
}

export function hexDigest(name: HashName, bytes: Uint8Array): string {
  return toHex(digest(name, bytes))
}

function moduleOf(name: HashName): Module {
  const module = loaded.get(name)
  if (module !== undefined) return module
  throw new SealscopeError({
    kind: 'internal',
    code: 'digests-not-loaded',
    what: `${name} is asked for before loadDigests has ended`,
  })
}

/** One module holds one state; whoever goes on with another puts its own aside. */
class Module {
  private current: Running | null = null

  constructor(readonly hasher: IHasher) {}

  begin(): Hasher {
    return new Running(this)
  }

  take(running: Running): void {
    if (this.current === running) return
    if (this.current !== null) this.current.state = this.hasher.save()
    this.current = running
    if (running.state === null) this.hasher.init()
    else this.hasher.load(running.state)
  }

  end(): void {
    this.current = null
  }
}

class Running implements Hasher {
  state: Uint8Array | null = null

  constructor(private readonly module: Module) {}

  update(chunk: Uint8Array): void {
    this.module.take(this)
    this.module.hasher.update(chunk)
  }

  digest(): Uint8Array {
    this.module.take(this)
    const bytes = this.module.hasher.digest('binary').slice()
    this.module.end()
    return bytes
  }
}
