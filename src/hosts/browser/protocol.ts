import type { ImageFacts, Platform } from '../../contract/facts'
import type { CompareResult } from '../../contract/answers'
import type { ErrorDocument } from '../../contract/error'

/** What the page can open. */
export type OpenRequest =
  | { kind: 'sample'; name: string }
  /** As podman writes it; read through the proxy of the page's own server. */
  | { kind: 'registry'; reference: string }
  /** A dropped folder: files with their paths relative to it. */
  | { kind: 'folder'; files: { path: string; file: File }[] }
  /** A dropped file: archive, `.efi` or saved facts, told by its bytes. */
  | { kind: 'file'; file: File }

export interface OpenOptions {
  platform: Platform | null
  /** Stop when the verdict is known. */
  quick: boolean
}

/** Sent while an image is being read. Bytes are compressed bytes. */
export interface Progress {
  phase: 'manifest' | 'layers' | 'digests' | 'search'
  /** What is being read now, in words. */
  label: string
  bytesRead: number
  bytesTotal: number | null
  layers: { index: number; bytesRead: number; size: number; done: boolean }[]
}

/** What the page asks of the worker; each is answered by messages of the same id. */
export interface WorkerRequest {
  id: number
  open: OpenRequest
  options: OpenOptions
  base: string
  /** Compare with this instead of telling the facts: another image, or a dumpfile. */
  against?: OpenRequest
}

export type WorkerMessage =
  | { id: number; type: 'progress'; progress: Progress }
  | { id: number; type: 'facts'; facts: ImageFacts }
  | { id: number; type: 'compared'; result: CompareResult }
  | { id: number; type: 'error'; error: ErrorDocument['error'] }
