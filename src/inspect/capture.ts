import { BOOT_ENTRY_FILE } from '../composefs/boot-entries'
import { POLICY_FILE } from '../composefs/selinux/policy'
import type { Kernels } from '../kernels/kernels'
import type { ContentSink, TarEntry } from '../layers/entry'
import { initrdModulesSink } from '../uki/initrd'
import type { UkiScan } from '../uki/scan'
import { ukiSink } from '../uki/uki-sink'

/** What is kept of a file's content. */
export type Captured =
  /** `size` is that of the file; fewer bytes where it is larger than BYTES_LIMIT. */
  | { kind: 'bytes'; bytes: Uint8Array; size: number }
  | { kind: 'uki'; scan: UkiScan }
  | { kind: 'initrd'; modules: string[] | null }

/** Largest configuration file that is kept whole. */
export const BYTES_LIMIT = 64 * 1024 * 1024

const TEXTS = [
  POLICY_FILE,
  BOOT_ENTRY_FILE,
  /^(etc|usr\/lib)\/os-release$/,
  /^(usr\/lib|usr\/local\/lib|etc|run)\/bootc\/install\/[^/]+$/,
  /^(usr\/)?(etc|lib)\/(passwd|group)$/,
  /^usr\/lib\/sysusers\.d\/[^/]+\.conf$/,
  /^usr\/lib\/bootc\/kargs\.d\/[^/]+$/,
  /^boot\/[^/]+\.dump$/,
  /^usr\/lib\/(bootc-image-builder|image-builder\/bootc)\/[^/]+$/,
]

/** What to keep of an entry when nothing is known but its path. */
export function captureKind(path: string): Captured['kind'] | null {
  const plain = path.replace(/^(\.?\/)+/, '')
  if (plain.endsWith('.efi')) return 'uki'
  if (/^usr\/lib\/modules\/[^/]+\/initramfs\.img$/.test(plain)) return 'initrd'
  return TEXTS.some((pattern) => pattern.test(plain)) ? 'bytes' : null
}

export function captureSink(
  kind: Captured['kind'],
  entry: TarEntry,
  kernels: Kernels,
): ContentSink<Captured> {
  if (kind === 'bytes') return bytesSink()
  if (kind === 'initrd') {
    const sink = initrdModulesSink()
    return { push: (chunk) => sink.push(chunk), end: () => ({ kind, modules: sink.end() }) }
  }
  const sink = ukiSink(entry.size, { sha256: () => kernels.sha256() })
  return { push: (chunk) => sink.push(chunk), end: () => ({ kind, scan: sink.end() }) }
}

function bytesSink(): ContentSink<Captured> {
  const parts: Uint8Array[] = []
  let kept = 0
  let size = 0
  return {
    push(chunk) {
      size += chunk.length
      const part = chunk.subarray(0, BYTES_LIMIT - kept)
      if (part.length === 0) return
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
