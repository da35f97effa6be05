import { trimBoth } from '../../base/trim'
import type { BuilderInputs, EmbeddedConfigRecord, OsRelease } from '../../contract/facts'
import { SealscopeError, toSealscopeError } from '../../base/error'
import { directoryAt, resolve } from '../../image/tree/lookup'
import type { Directory, Node } from '../../image/tree/node'
import { sortedEntries } from '../../image/tree/walk'
import { display, type ContentReader, type FileLeaf } from '../../image/tree/reader'
import { isTable, parseToml } from '../bootc/toml-file'

/** What image-builder reads from a container's root (image-builder pkg/bib/osinfo/osinfo.go). */
export interface OsInfo {
  os: OsRelease | null
  uefiVendor: string | null
  selinuxPolicy: string | null
  initrdModules: string[] | null
  builder: BuilderInputs
}

export const BUILDER_FOLDERS = ['usr/lib/image-builder/bootc', 'usr/lib/bootc-image-builder']

export function readOsInfo(root: Directory, reader: ContentReader): OsInfo {
  const errors: string[] = []
  const attempt = <T>(read: () => T): T | null => {
    try {
      return read()
    } catch (thrown) {
      errors.push(toSealscopeError(thrown).message)
      return null
    }
  }
  const text = (path: string) => textAt(root, reader, path)
  const kernel = findKernelDirectory(root)
  const embedded = findEmbedded(text)
  return {
    os: attempt(() => readOsRelease(text('etc/os-release') ?? text('usr/lib/os-release'))),
    uefiVendor: findUefiVendor(root),
    selinuxPolicy: readSelinuxType(text('etc/selinux/config')),
    initrdModules: kernel?.initrd ? reader.initrdModules(kernel.initrd) : null,
    builder: {
      abootImage: kernel?.aboot ?? false,
      kernelVersion: kernel?.version ?? null,
      embeddedCustomizations: attempt(() => customizationsOf(embedded)) ?? null,
      embeddedConfig: embedded,
      diskYaml: firstText(text, 'disk.yaml'),
      isoYaml: firstText(text, 'iso.yaml'),
      errors,
    },
  }
}

/** Links that run in a circle lead to nothing. */
function nodeAt(root: Directory, path: string): Node | undefined {
  try {
    return resolve(root, path, 'chroot')
  } catch (thrown) {
    if (thrown instanceof SealscopeError && thrown.code === 'link-loop') return undefined
    throw thrown
  }
}

function textAt(root: Directory, reader: ContentReader, path: string): string | null {
  const leaf = fileAt(root, path)
  return leaf === null ? null : new TextDecoder().decode(reader.bytes(leaf))
}

function fileAt(root: Directory, path: string): FileLeaf | null {
  const node = nodeAt(root, path)
  return node?.kind === 'file' ? node : null
}

function firstText(text: (path: string) => string | null, name: string): string | null {
  for (const folder of BUILDER_FOLDERS) {
    const found = text(`${folder}/${name}`)
    if (found !== null) return found
  }
  return null
}

/** Lines `KEY=VALUE`; only double quotes go away, comments are not known (osinfo.go readOSRelease). */
export function readOsRelease(text: string | null): OsRelease | null {
  if (text === null) return null
  const values = new Map<string, string>()
  text.split('\n').forEach((raw, index) => {
    const line = raw.trim()
    if (line === '') return
    const equals = line.indexOf('=')
    if (equals < 0) {
      throw new SealscopeError({
        code: 'os-release',
        what: 'readOSRelease: invalid input',
        where: { path: 'etc/os-release', line: index + 1 },
        expected: 'KEY=VALUE',
        found: JSON.stringify(line.slice(0, 60)),
      })
    }
    const value = line.slice(equals + 1).trim()
    values.set(line.slice(0, equals).trim(), trimBoth(value, '"'))
  })
  const get = (key: string) => values.get(key) ?? null
  return {
    id: get('ID'),
    versionId: get('VERSION_ID'),
    name: get('NAME'),
    prettyName: get('PRETTY_NAME'),
    variantId: get('VARIANT_ID'),
    platformId: get('PLATFORM_ID'),
    idLike: get('ID_LIKE')?.split(' ') ?? [],
  }
}

/** Value of the last SELINUXTYPE line; nothing when a line cannot be read. */
export function readSelinuxType(text: string | null): string | null {
  let type: string | null = null
  for (const raw of text?.split('\n') ?? []) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const equals = line.indexOf('=')
    if (equals < 0) return null
    if (line.slice(0, equals).trim() === 'SELINUXTYPE') type = line.slice(equals + 1).trim()
  }
  return type
}

function findUefiVendor(root: Directory): string | null {
  const shims = directoryAt(root, 'usr/lib/efi/shim')
  const versions = shims === null ? [] : sortedEntries(shims).map(([name]) => name)
  const folders = [
    'usr/lib/bootupd/updates/EFI',
    ...versions.map((version) => `usr/lib/efi/shim/${version}/EFI`),
  ]
  for (const path of folders) {
    const folder = nodeAt(root, path)
    if (folder?.kind !== 'dir') continue
    for (const [name, node] of sortedEntries(folder)) {
      if (node.kind === 'dir' && name !== 'BOOT') return display(name)
    }
  }
  return null
}

interface KernelDirectory {
  version: string
  aboot: boolean
  initrd: FileLeaf | null
}

/** The folder that image-builder takes for the kernel's. */
export function findKernelDirectory(root: Directory): KernelDirectory | null {
  const modules = nodeAt(root, 'usr/lib/modules')
  if (modules?.kind !== 'dir') return null
  for (const [name, node] of sortedEntries(modules)) {
    if (node.kind !== 'dir' || !node.entries.has('vmlinuz')) continue
    const initrd = node.entries.get('initramfs.img')
    return {
      version: display(name),
      aboot: node.entries.has('aboot.img'),
      initrd: initrd?.kind === 'file' ? initrd : null,
    }
  }
  return null
}

/** The container's own configuration: JSON wins (image-builder pkg/bib/osinfo/osinfo.go). */
function findEmbedded(text: (path: string) => string | null): EmbeddedConfigRecord | null {
  for (const format of ['json', 'toml'] as const) {
    const path = `usr/lib/bootc-image-builder/config.${format}`
    const found = text(path)
    if (found !== null) return { path, format, text: found }
  }
  return null
}

/** The customizations in it; JSON may be wrapped as `{"blueprint": …}`. */
function customizationsOf(config: EmbeddedConfigRecord | null): unknown {
  if (config === null) return null
  const { path, format, text } = config
  if (format === 'toml') return parseToml(text, path, 'cannot decode')['customizations'] ?? null
  const document = parseJson(text, path)
  const inner = isTable(document) ? (document['blueprint'] ?? document) : null
  return isTable(inner) ? (inner['customizations'] ?? null) : null
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const found = cause instanceof Error ? cause.message : String(cause)
    throw new SealscopeError({ code: 'embedded-config', what: 'cannot decode', where: { path }, expected: 'JSON', found, cause }) // prettier-ignore
  }
}
