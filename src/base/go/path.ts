/**
 * Go's `path.Clean`: single slashes, no `.` and no `..` that can be resolved, no slash at the end;
 * an empty path is `.`.
 */
export function cleanPath(path: string): string {
  if (path === '') return '.'
  const rooted = path.startsWith('/')
  const out: string[] = []
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue
    if (part !== '..') out.push(part)
    else if (out.length > 0 && out[out.length - 1] !== '..') out.pop()
    else if (!rooted) out.push('..')
  }
  const joined = out.join('/')
  if (rooted) return '/' + joined
  return joined === '' ? '.' : joined
}

/** Go's `path.Join`: the non-empty parts with slashes between, cleaned. */
export function joinPath(...parts: string[]): string {
  const present = parts.filter((part) => part !== '')
  return present.length === 0 ? '' : cleanPath(present.join('/'))
}
