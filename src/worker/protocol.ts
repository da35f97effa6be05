import type { ImageFacts, Platform } from '../contract/facts'
import type { PlanResult } from '../contract/plan'
import type { ErrorDocument } from '../contract/error'

/** What the page can open. */
export type OpenRequest =
  | { kind: 'reference'; reference: string }
  | { kind: 'sample'; name: string }
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

export interface PlanOptions {
  target: '79' | '0.274'
  imageType: string
  /** Bytes; null: the type's default. */
  size: number | null
  /** Signed 64-bit decimal; null: derived from the image's manifest digest. */
  seed: string | null
  rootfs: string | null
  bootloader: string | null
  imgref: string | null
}

export interface PlanRequest {
  facts: ImageFacts
  blueprint: { text: string; format: 'toml' | 'json' } | null
  options: PlanOptions
}

export interface PlanAnswer {
  plan: PlanResult
  /** The manifest text, or null when image-builder would refuse. */
  manifest: string | null
  /** Position of the first blueprint error, for the editor. */
  blueprintError: { message: string; line: number | null; column: number | null } | null
  /** Effective seed as decimal text. */
  seed: string
  exports: string[]
  filename: string | null
  /** For each outcome item: JSON pointers of manifest stages it causes, `/pipelines/2/stages/5`. */
  stageCauses: Record<string, string[]>
}

export type WorkerRequest =
  | { id: number; type: 'open'; open: OpenRequest; options: OpenOptions }
  | { id: number; type: 'plan'; plan: PlanRequest }

export type WorkerMessage =
  | { id: number; type: 'progress'; progress: Progress }
  /** Facts so far: verdict known, digests still to come. */
  | { id: number; type: 'facts'; facts: ImageFacts; final: boolean }
  | { id: number; type: 'plan'; answer: PlanAnswer }
  | { id: number; type: 'error'; error: ErrorDocument['error']; kind: string }
