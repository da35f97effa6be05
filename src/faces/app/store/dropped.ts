import type { OpenRequest } from '../../../hosts/browser/protocol'

/**
 * Files that were opened in this visit, by their number in the history: an address cannot carry them, so
 * that back and forward find them here, and a reload does not.
 */
const opened = new Map<number, OpenRequest>()

/** The part of `history.state` that is ours. */
export interface FileEntry {
  file: number
}

export function keepFile(request: OpenRequest): FileEntry {
  // Entries behind a reload keep their numbers.
  const file = opened.size + Date.now()
  opened.set(file, request)
  return { file }
}

/** What an entry of the history stands for; null: no file, `gone`: one of before a reload. */
export function fileOf(state: unknown): OpenRequest | 'gone' | null {
  if (typeof state !== 'object' || state === null || !('file' in state)) return null
  return typeof state.file === 'number' ? (opened.get(state.file) ?? 'gone') : null
}
