import type { SourceKind } from '../contract/facts'

/** A SOURCE as typed, split into its kind and the rest; kind is null without a prefix. */
export interface SourceName {
  kind: SourceKind | null
  value: string
}

const PREFIXES: readonly [string, SourceKind][] = [
  ['oci-archive:', 'oci-archive'],
  ['docker-archive:', 'docker-archive'],
  ['docker://', 'registry'],
  ['oci:', 'oci'],
  ['sample:', 'sample'],
  ['dir:', 'dir'],
  ['facts:', 'facts'],
]

/** `oci:DIR:TAG` → `{ kind: 'oci', value: 'DIR:TAG' }` (contracts of the command line). */
export function parseSourceName(text: string): SourceName {
  for (const [prefix, kind] of PREFIXES) {
    if (text.startsWith(prefix)) return { kind, value: text.slice(prefix.length) }
  }
  return { kind: null, value: text }
}

/** Splits `PATH[:TAG]` where a path ends that exists; the shortest one, as containers/image does. */
export function splitTag(
  value: string,
  exists: (path: string) => boolean,
): { path: string; tag: string | null } {
  if (exists(value)) return { path: value, tag: null }
  for (let colon = value.indexOf(':', 1); colon > 0; colon = value.indexOf(':', colon + 1)) {
    const path = value.slice(0, colon)
    if (exists(path)) return { path, tag: value.slice(colon + 1) }
  }
  const colon = value.lastIndexOf(':')
  if (colon <= 0 || value.slice(colon).includes('/')) return { path: value, tag: null }
  return { path: value.slice(0, colon), tag: value.slice(colon + 1) }
}
