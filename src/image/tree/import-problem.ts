import { trimEnd } from '../../base/trim'
import type { ByteString } from '../../base/byte-string'

/** Something in the layers at which composefs-rs, and so bootc, stops importing. */
export interface ImportProblem {
  layer: number
  /** As written in the archive, its middle left out where it is long; null for damage of the layer itself. */
  path: ByteString | null
  /** What composefs-rs says, or why the layer cannot be read. */
  message: string
}

/** `layer 3, opt/x: Directory entry "opt" does not exist`. */
export function describeProblem({ layer, path, message }: ImportProblem): string {
  return path === null ? `layer ${layer}: ${message}` : `layer ${layer}, ${path}: ${message}`
}

/** What composefs-rs says before the reason why an entry has no place. */
export function unpacking(path: ByteString): string {
  return `Error unpacking container layer file ${quoted(rooted(path))}`
}

/** composefs-oci tar.rs `make_absolute_path`. */
export function rooted(path: ByteString): ByteString {
  return `/${trimEnd(path.slice(path.startsWith('/') ? 1 : 0), '/')}`
}

/** A name as Rust prints it. */
export function quoted(text: ByteString): string {
  return JSON.stringify(text)
}

/** Characters of a path that a problem keeps. */
export const SHOWN = 512
