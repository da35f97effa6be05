import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A fingerprint of files and folders from their names, sizes and times; reads no content. */
export function fingerprint(paths, ignored = []) {
  const hash = createHash('sha256')
  for (const path of paths) addPath(hash, path, ignored)
  return hash.digest('hex')
}

function addPath(hash, path, ignored) {
  if (ignored.includes(path)) return
  if (!existsSync(path)) {
    hash.update(`${path} missing\n`)
    return
  }
  const stat = statSync(path)
  if (!stat.isDirectory()) {
    hash.update(`${path} ${stat.size} ${Math.round(stat.mtimeMs)}\n`)
    return
  }
  for (const name of readdirSync(path).sort()) addPath(hash, join(path, name), ignored)
}

export function isFresh(stampFile, value) {
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === value
}

export function writeStamp(stampFile, value) {
  mkdirSync(dirname(stampFile), { recursive: true })
  writeFileSync(stampFile, value)
}
