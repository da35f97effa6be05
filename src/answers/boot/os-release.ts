/** os-release(5): the last assignment counts; quotes are taken off. */
export function parseOsRelease(text: string): Map<string, string> {
  const found = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (equals <= 0 || line.trimStart().startsWith('#')) continue
    const value = line.slice(equals + 1).trim()
    const quoted = /^(["'])(.*)\1$/.exec(value)?.[2]
    found.set(line.slice(0, equals).trim(), (quoted ?? value).replace(/\\(.)/g, '$1'))
  }
  return found
}
