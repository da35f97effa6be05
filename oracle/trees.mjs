// Lays a tree of golden/bootc's form out on disk: entries in order, missing parents are directories 0755, owner 0:0.
import { chmodSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { dirname, join } from 'node:path'

/** Writes `tree` below `root`; needs root when an entry has an owner. */
export function layOut(root, tree) {
  mkdirSync(root, { recursive: true })
  chmodSync(root, 0o755)
  for (const entry of tree) {
    const path = pathOf(root, entry)
    mkdirSync(dirname(path), { recursive: true, mode: 0o755 })
    make(path, entry)
    if ((entry.uid ?? 0) !== 0 || (entry.gid ?? 0) !== 0)
      lchownSync(path, entry.uid ?? 0, entry.gid ?? 0)
    if (entry.mode !== undefined && entry.type !== 'symlink')
      chmodSync(path, parseInt(entry.mode, 8))
  }
}

function pathOf(root, { path, path_base64: encoded }) {
  if (encoded === undefined) return join(root, path)
  return Buffer.concat([Buffer.from(`${root}/`), Buffer.from(encoded, 'base64')])
}

function make(path, entry) {
  const bytes = (text, encoded) =>
    encoded === undefined ? (text ?? '') : Buffer.from(encoded, 'base64')
  if (entry.type === 'dir') mkdirSync(path, { recursive: true })
  else if (entry.type === 'symlink') symlinkSync(bytes(entry.target, entry.target_base64), path)
  else if (entry.type === 'fifo') execFileSync('mkfifo', [path])
  else writeFileSync(path, bytes(entry.content, entry.content_base64))
}
