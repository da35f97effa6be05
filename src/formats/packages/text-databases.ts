import { PACKAGES_LIMIT, type Package } from './package-list'

/** Stanzas of a Debian control file (deb822(5)): the fields that are wanted, of each package. */
export function dpkgPackages(text: string): Package[] {
  const found: Package[] = []
  for (const stanza of text.split(/\n[ \t]*\n/)) {
    if (found.length >= PACKAGES_LIMIT) break
    const field = (name: string) => fieldOf(stanza, name)
    const [name, version] = [field('Package'), field('Version')]
    // In status.d of distroless images there is no status (dpkg(1), "package states").
    const isThere = /(^| )installed$/.test(field('Status') ?? 'installed')
    if (name !== null && version !== null && isThere) found.push({ name, version, arch: field('Architecture') }) // prettier-ignore
  }
  return found
}

function fieldOf(stanza: string, name: string): string | null {
  const prefix = `${name}: `
  const at = stanza.startsWith(prefix) ? 0 : stanza.indexOf(`\n${prefix}`) + 1
  if (at === 0 && !stanza.startsWith(prefix)) return null
  const end = stanza.indexOf('\n', at)
  return stanza.slice(at + prefix.length, end < 0 ? undefined : end).trim()
}

/** apk's `installed`: a letter, a colon and a value in each line, a blank line between packages (apk-tools). */
export function apkPackages(text: string): Package[] {
  const found: Package[] = []
  for (const stanza of text.split('\n\n')) {
    if (found.length >= PACKAGES_LIMIT) break
    const line = (letter: string) => stanza.split('\n').find((each) => each.startsWith(`${letter}:`))?.slice(2) ?? null // prettier-ignore
    const [name, version] = [line('P'), line('V')]
    if (name !== null && version !== null) found.push({ name, version, arch: line('A') })
  }
  return found
}

/** A folder of pacman's local database: `NAME-VERSION-RELEASE` (libalpm be_local.c `splitname`). */
export function pacmanPackage(folder: string): Package | null {
  const release = folder.lastIndexOf('-')
  const version = folder.lastIndexOf('-', release - 1)
  if (version <= 0 || release <= version) return null
  return { name: folder.slice(0, version), version: folder.slice(version + 1), arch: null }
}
