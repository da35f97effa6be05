import { toHex } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { ContentSink, TarEntry } from '../../formats/tar/entry'
import { scanTools } from '../../formats/uki/digest-set'
import { initrdModulesSink } from '../../formats/uki/initrd'
import {
  bootcVersionSink,
  databaseSink,
  type ReadDatabase,
} from '../../formats/packages/database-sink'
import type { UkiScan } from '../../formats/uki/scan'
import { ukiSink } from '../../formats/uki/uki-sink'

/** What is kept of a file's content. */
export type Captured =
  /** `size` is that of the file; fewer bytes where it is larger than BYTES_LIMIT. */
  | { kind: 'bytes'; bytes: Uint8Array; size: number }
  | { kind: 'uki'; scan: UkiScan }
  | { kind: 'initrd'; modules: string[] | null }
  | { kind: 'packages'; read: ReadDatabase }
  /** The release in the program's own text. */
  | { kind: 'bootc'; version: string | null }
  /** SHA-256 of the whole file as hex; its bytes where they are few. */
  | { kind: 'digest'; sha256: string; size: number; bytes: Uint8Array | null }

/** Largest configuration file that is kept whole. */
export const BYTES_LIMIT = 64 * 1024 * 1024

/** Whole bytes of a file that is kept by its digest: what listings show as text. */
const SHORT_LIMIT = 6000

/** Files to keep as they stream by, told by their path in the layer (no leading slash); the first that fits counts. */
export interface CaptureRule {
  kind: Captured['kind']
  pattern: RegExp
}

/** What to keep of an entry when nothing is known but its path. */
export function captureKind(path: string, rules: readonly CaptureRule[]): Captured['kind'] | null {
  const plain = path.replace(/^(\.?\/)+/, '')
  return rules.find(({ pattern }) => pattern.test(plain))?.kind ?? null
}

/** How many bytes of contents may still be kept; sinks take from it. */
export interface Room {
  bytes: number
}

/** Null when there is no room for what the sink makes. */
export function captureSink(
  kind: Captured['kind'],
  entry: TarEntry,
  kernels: Kernels,
  room: Room,
): ContentSink<Captured> | null {
  if (kind === 'bytes') return bytesSink(room)
  if (room.bytes <= 0) return null
  if (kind === 'digest') return digestSink(entry.size, kernels, room)
  const sink = parsedSink(kind, entry, kernels)
  const end = (stopped?: boolean) => {
    const captured = sink.end(stopped)
    room.bytes -= weightOf(captured)
    return captured
  }
  return { push: (chunk) => sink.push(chunk), end, isDone: () => sink.isDone?.() === true }
}

function parsedSink(
  kind: Exclude<Captured['kind'], 'bytes' | 'digest'>,
  entry: TarEntry,
  kernels: Kernels,
): ContentSink<Captured> {
  if (kind === 'packages') {
    const sink = databaseSink(entry.size)
    return {
      push: (chunk) => sink.push(chunk),
      end: (stopped) => ({ kind, read: sink.end(stopped) }),
    }
  }
  if (kind === 'bootc') {
    const sink = bootcVersionSink()
    return {
      push: (chunk) => sink.push(chunk),
      end: (stopped) => ({ kind, version: sink.end(stopped) }),
    }
  }
  if (kind === 'initrd') {
    const sink = initrdModulesSink(kernels)
    return { push: (chunk) => sink.push(chunk), end: () => ({ kind, modules: sink.end() }) }
  }
  const sink = ukiSink(entry.size, scanTools(kernels), { initrd: true })
  return {
    push: (chunk) => sink.push(chunk),
    end: (stopped) => ({ kind, scan: sink.end(stopped) }),
    isDone: () => sink.isDone(),
  }
}

/** About how many bytes a value takes: texts and arrays of bytes as they are, 64 for all else. */
function weightOf(value: unknown): number {
  if (typeof value === 'string') return value.length
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 0
  return Object.values(value).reduce((sum: number, part) => sum + weightOf(part), 64)
}

function digestSink(size: number, kernels: Kernels, room: Room): ContentSink<Captured> {
  const hasher = kernels.sha256()
  const short = size <= SHORT_LIMIT ? bytesSink(room) : null
  return {
    push(chunk) {
      hasher.update(chunk)
      short?.push(chunk)
    },
    end() {
      const kept = short?.end() ?? null
      const bytes = kept?.kind === 'bytes' && kept.bytes.length === size ? kept.bytes : null
      return { kind: 'digest', sha256: toHex(hasher.digest()), size, bytes }
    },
  }
}

function bytesSink(room: Room): ContentSink<Captured> {
  const parts: Uint8Array[] = []
  let kept = 0
  let size = 0
  return {
    push(chunk) {
      size += chunk.length
      const part = chunk.subarray(0, Math.max(0, Math.min(BYTES_LIMIT - kept, room.bytes)))
      if (part.length === 0) return
      room.bytes -= part.length
      parts.push(part)
      kept += part.length
    },
    end() {
      const bytes = new Uint8Array(kept)
      let at = 0
      for (const part of parts) {
        bytes.set(part, at)
        at += part.length
      }
      return { kind: 'bytes', bytes, size }
    },
  }
}
