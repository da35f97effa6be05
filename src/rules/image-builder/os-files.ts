import { trimBoth } from '../../base/trim'
import { refuse } from '../../base/go/failure'
import { compareBytes } from '../../base/go/json'
import type { OsInfo, OsRelease } from './os-info'

/**
 * A container's root as far as requests describe it: path to text; a path that ends in `/` is an
 * empty directory.
 */
export type RootFiles = Readonly<Record<string, string>>

/** Folders with image-builder's own files; the first one that has a file wins (osinfo.go). */
const FOLDERS = ['usr/lib/image-builder/bootc', 'usr/lib/bootc-image-builder']
/** Embedded customizations are looked for in the old folder only. */
const EMBEDDED = 'usr/lib/bootc-image-builder'
const REQUIRED = ['ID', 'VERSION_ID', 'NAME']

/** Source: Load in pkg/bib/osinfo/osinfo.go; the text of errors as there. */
export function osInfoFromFiles(files: RootFiles): OsInfo {
  const osRelease = readOsRelease(files)
  const disk = ownFile(files, 'disk.yaml')
  const iso = ownFile(files, 'iso.yaml')
  return {
    osRelease,
    uefiVendor: uefiVendorOf(files),
    selinuxPolicy: selinuxPolicyOf(textOf(files, 'etc/selinux/config')),
    kernelVersion: kernelVersionOf(files),
    initrdModules: [],
    diskYaml: disk?.text ?? null,
    isoYaml: iso?.text ?? null,
    diskYamlPath: disk?.path ?? 'disk.yaml',
    isoYamlPath: iso?.path ?? 'iso.yaml',
  }
}

/** The blueprint that the container brings: config.json before config.toml; null: none. */
export function embeddedConfig(
  files: RootFiles,
): { format: 'json' | 'toml'; text: string; path: string } | null {
  for (const format of ['json', 'toml'] as const) {
    const path = `${EMBEDDED}/config.${format}`
    const text = textOf(files, path)
    if (text !== null) return { format, text, path }
  }
  return null
}

function textOf(files: RootFiles, path: string): string | null {
  return Object.hasOwn(files, path) ? (files[path] ?? null) : null
}

function ownFile(files: RootFiles, name: string): { path: string; text: string } | null {
  for (const folder of FOLDERS) {
    const path = `${folder}/${name}`
    const text = textOf(files, path)
    if (text !== null) return { path, text }
  }
  return null
}

/**
 * Lines `KEY=VALUE`; double quotes around a value go away, single quotes stay. A line without `=` is
 * an error, comments included. Source: readOSRelease in pkg/distro/host.go.
 */
function readOsRelease(files: RootFiles): OsRelease {
  const text = textOf(files, 'etc/os-release') ?? textOf(files, 'usr/lib/os-release')
  if (text === null) {
    throw refuse(
      'failed to read os-release',
      'The container needs etc/os-release or usr/lib/os-release.',
    )
  }
  const values = new Map<string, string>()
  for (const line of text.split('\n').map((raw) => raw.trim())) {
    if (line === '') continue
    const equals = line.indexOf('=')
    if (equals < 0) {
      throw refuse(
        'readOSRelease: invalid input',
        `os-release has a line without "=": ${line.slice(0, 60)}. Comments are not skipped.`,
      )
    }
    const value = line.slice(equals + 1).trim()
    values.set(line.slice(0, equals).trim(), trimBoth(value, '"'))
  }
  const missing = REQUIRED.find((key) => !values.has(key))
  if (missing !== undefined) throw refuse(`missing ${missing} in os-release`)
  return osReleaseOf(values)
}

function osReleaseOf(values: ReadonlyMap<string, string>): OsRelease {
  const get = (key: string) => values.get(key) ?? ''
  const idLike = get('ID_LIKE')
  return {
    id: get('ID'),
    versionId: get('VERSION_ID'),
    name: get('NAME'),
    platformId: get('PLATFORM_ID'),
    variantId: get('VARIANT_ID'),
    idLike: idLike === '' ? [] : idLike.split(' '),
  }
}

/** Names directly below a folder, sorted, and whether each is a folder. */
function entriesOf(files: RootFiles, folder: string): { name: string; folder: boolean }[] {
  const found = new Map<string, boolean>()
  for (const path of Object.keys(files)) {
    if (!path.startsWith(`${folder}/`)) continue
    const [name = '', ...below] = path.slice(folder.length + 1).split('/')
    if (name !== '') found.set(name, below.length > 0 || found.get(name) === true)
  }
  return [...found]
    .map(([name, isFolder]) => ({ name, folder: isFolder }))
    .sort((a, b) => compareBytes(a.name, b.name))
}

/** The first folder that is not BOOT, below bootupd's updates or a version of shim. */
function uefiVendorOf(files: RootFiles): string {
  const shims = entriesOf(files, 'usr/lib/efi/shim').map(
    ({ name }) => `usr/lib/efi/shim/${name}/EFI`,
  )
  for (const folder of ['usr/lib/bootupd/updates/EFI', ...shims]) {
    const vendor = entriesOf(files, folder).find((entry) => entry.folder && entry.name !== 'BOOT')
    if (vendor !== undefined) return vendor.name
  }
  return ''
}

/** The last SELINUXTYPE; nothing when a line cannot be read. */
function selinuxPolicyOf(text: string | null): string {
  let policy = ''
  for (const line of (text ?? '').split('\n').map((raw) => raw.trim())) {
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    if (equals < 0) return ''
    if (line.slice(0, equals).trim() === 'SELINUXTYPE') policy = line.slice(equals + 1).trim()
  }
  return policy
}

/** The first folder of usr/lib/modules with a vmlinuz. */
function kernelVersionOf(files: RootFiles): string | null {
  const modules = 'usr/lib/modules'
  const kernel = entriesOf(files, modules).find(
    ({ name, folder }) => folder && textOf(files, `${modules}/${name}/vmlinuz`) !== null,
  )
  return kernel?.name ?? null
}
