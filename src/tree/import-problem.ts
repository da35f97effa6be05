import type { ByteString } from './node'

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
  let end = path.length
  while (end > 0 && path[end - 1] === '/') end--
  return `/${path.slice(path.startsWith('/') ? 1 : 0, end)}`
}

/** A name as Rust prints it. */
export function quoted(text: ByteString): string {
  return JSON.stringify(text)
}

const SHOWN = 512

/** A text that can be a megabyte long, its middle left out. */
export function shortened(text: string): string {
  if (text.length <= SHOWN) return text
  return `${text.slice(0, SHOWN - 64)}…${text.slice(-63)}`
}
