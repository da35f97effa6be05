import { trimEnd } from '../../base/trim'

/** A GLib key file: group → key → value as written. */
export type KeyFile = Map<string, Map<string, string>>

/**
 * Reads a key file by GLib's rules (gkeyfile.c): the last value of a key wins, spaces before a value go
 * away and those behind it stay. Null when GLib would refuse it.
 */
export function parseKeyFile(text: string): KeyFile | null {
  const file: KeyFile = new Map()
  let group: Map<string, string> | null = null
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '').replace(/^[ \t\v\f\r]+/, '')
    if (line === '' || line.startsWith('#')) continue
    if (line.startsWith('[')) {
      const name = /^\[([^[\]\x00-\x1f\x7f]+)\][ \t]*$/.exec(line)?.[1]
      if (name === undefined) return null
      group = file.get(name) ?? new Map<string, string>()
      file.set(name, group)
      continue
    }
    const equals = line.indexOf('=')
    if (equals <= 0 || group === null) return null
    const key = trimEnd(line.slice(0, equals), ' \t')
    if (!/^[^[\]=]+(\[[\w.@-]*\])?$/.test(key)) return null
    group.set(key, line.slice(equals + 1).replace(/^[ \t\v\f\r]+/, ''))
  }
  return file
}

/** A boolean as `g_key_file_get_boolean` reads it; undefined without the key, null when it is none. */
export function keyFileBoolean(
  file: KeyFile,
  group: string,
  key: string,
): boolean | null | undefined {
  const whole = file.get(group)?.get(key)
  if (whole === undefined) return undefined
  const value = trimEnd(whole, ' \t\v\f\r')
  if (value === 'true' || value === '1') return true
  return value === 'false' || value === '0' ? false : null
}
