import type { ImageFacts } from '../../contract/facts'
import type { PackageList } from '../../formats/packages/package-list'
import { pacmanPackage } from '../../formats/packages/text-databases'
import type { FileNeed } from '../../image/session/contents'
import { fileAt, filesIn } from '../../image/session/need'
import type { Directory } from '../../image/tree/node'
import { display, type ContentReader } from '../../image/tree/reader'
import { nodeAt } from './look-up'

/** Where package managers keep their databases, in the order in which they are looked for. */
const FILES = [
  'usr/lib/sysimage/rpm/rpmdb.sqlite',
  'usr/share/rpm/rpmdb.sqlite',
  'var/lib/rpm/rpmdb.sqlite',
  'usr/lib/sysimage/rpm/Packages.db',
  'usr/share/rpm/Packages.db',
  'var/lib/rpm/Packages.db',
  'var/lib/dpkg/status',
  'usr/lib/sysimage/dpkg/status',
  'lib/apk/db/installed',
  'usr/lib/apk/db/installed',
] as const
const STATUS_FOLDERS = ['var/lib/dpkg/status.d', 'usr/lib/sysimage/dpkg/status.d']
const PACMAN = ['var/lib/pacman/local', 'usr/lib/sysimage/lib/pacman/local', 'usr/lib/pacman/local']
const BOOTC = ['usr/bin/bootc', 'usr/libexec/bootc']

/** To be kept as layers stream by. */
export const DATABASE_FILE =
  /^((usr\/lib\/sysimage|usr\/share|var\/lib)\/rpm\/(rpmdb\.sqlite|Packages\.db)|(var\/lib|usr\/lib\/sysimage)\/dpkg\/status|(usr\/)?lib\/apk\/db\/installed)$/
export const STATUS_FILE = /^(var\/lib|usr\/lib\/sysimage)\/dpkg\/status\.d\/[^/]+$/
export const BOOTC_FILE = /^usr\/(bin|libexec)\/bootc$/

/** The files that `readPackages` and `bootcInImage` ask for. */
export function packageNeeds(root: Directory): FileNeed[] {
  const databases = FILES.flatMap((path) => fileAt(root, path)).slice(0, 1)
  const binary = BOOTC.flatMap((path) => fileAt(root, path)).slice(0, 1)
  return [
    ...databases.map((leaf) => ({ leaf, kind: 'packages' as const })),
    ...binary.map((leaf) => ({ leaf, kind: 'bootc' as const })),
    ...STATUS_FOLDERS.flatMap((folder) => filesIn(root, folder, '')).map((leaf) => ({ leaf, kind: 'packages' as const })), // prettier-ignore
  ]
}

/** The packages of an image, and why its database could not be read. */
export interface ReadPackages {
  list: PackageList | null
  path: string | null
  problem: string | null
}

/** The packages by the first database that is there (rpm, dpkg, apk, pacman); BerkeleyDB is not read. */
export function readPackages(root: Directory, reader: ContentReader): ReadPackages {
  for (const path of FILES) {
    const [leaf] = fileAt(root, path)
    if (leaf === undefined) continue
    const read = reader.packages?.(leaf) ?? null
    if (read !== null) return { ...read, path }
  }
  const folders = STATUS_FOLDERS.flatMap((folder) => filesIn(root, folder, ''))
  const parts = folders.map((leaf) => reader.packages?.(leaf)?.list ?? null).filter((each) => each !== null) // prettier-ignore
  if (parts.length > 0) {
    const packages = parts.flatMap((part) => part.packages)
    return { list: { database: 'dpkg', packages }, path: STATUS_FOLDERS[0] ?? null, problem: null }
  }
  return pacman(root) ?? { list: null, path: null, problem: null }
}

function pacman(root: Directory): ReadPackages | null {
  for (const path of PACMAN) {
    const folder = nodeAt(root, path)
    if (folder?.kind !== 'dir') continue
    const packages = [...folder.entries]
      .filter(([, node]) => node.kind === 'dir')
      .map(([name]) => pacmanPackage(display(name)))
      .filter((each) => each !== null)
    if (packages.length > 0) return { list: { database: 'pacman', packages }, path, problem: null }
  }
  return null
}

/** The release of bootc by the package database, else by the program's own text. */
export function bootcInImage(
  root: Directory,
  reader: ContentReader,
  { list }: ReadPackages,
): ImageFacts['bootcInImage'] {
  const found = list?.packages.find(({ name }) => name === 'bootc')
  const version = found === undefined ? null : releaseOf(found.version)
  if (list !== null && version !== null) return { version, from: list.database }
  for (const path of BOOTC) {
    const [leaf] = fileAt(root, path)
    const text = leaf === undefined ? null : (reader.bootcVersion?.(leaf) ?? null)
    if (text !== null) return { version: text, from: 'binary' }
  }
  return null
}

/** `1.16.9` of `0:1.16.9-1.fc43`, `1.16.9-r0`, `1.16.9+dfsg-1`; null where no such number begins it. */
function releaseOf(version: string): string | null {
  return /^(?:\d+:)?(\d+\.\d+\.\d+)(?!\d)/.exec(version)?.[1] ?? null
}
