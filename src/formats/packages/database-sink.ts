import { toSealscopeError } from '../../base/error'
import type { ContentSink } from '../tar/entry'
import type { PackageList } from './package-list'
import { PatternSearch } from '../uki/pattern-search'
import { isNdb, rpmNdbPackages, rpmSqlitePackages } from './rpm'
import { isSqlite } from './sqlite'
import { apkPackages, dpkgPackages } from './text-databases'

/** Larger databases are not read; those of 3,000 packages have some 100 MB at most. */
const DATABASE_LIMIT = 128 * 1024 * 1024

export interface ReadDatabase {
  list: PackageList | null
  /** Why it could not be read; null when it could. */
  problem: string | null
}

/** Reads a package database that streams by; only its packages are kept. */
export function databaseSink(size: number): ContentSink<ReadDatabase> {
  const bytes = size > DATABASE_LIMIT ? null : new Uint8Array(size)
  let filled = 0
  return {
    push(chunk) {
      const part = chunk.subarray(0, size - filled)
      bytes?.set(part, filled)
      filled += part.length
    },
    end() {
      if (bytes === null) return { list: null, problem: `the package database has ${size} bytes, more than ${DATABASE_LIMIT}` } // prettier-ignore
      return readDatabase(bytes.subarray(0, filled))
    },
  }
}

/** rpm's SQLite or ndb, dpkg's status or apk's installed, told by its bytes. */
export function readDatabase(bytes: Uint8Array): ReadDatabase {
  try {
    return { list: listOf(bytes), problem: null }
  } catch (thrown) {
    return { list: null, problem: toSealscopeError(thrown).message }
  }
}

function listOf(bytes: Uint8Array): PackageList | null {
  if (isSqlite(bytes)) return { database: 'rpm', packages: rpmSqlitePackages(bytes) }
  if (isNdb(bytes)) return { database: 'rpm', packages: rpmNdbPackages(bytes) }
  const text = new TextDecoder().decode(bytes)
  if (/^(C:Q|P:)/.test(text)) return { database: 'apk', packages: apkPackages(text) }
  if (/^[A-Za-z-]+: /.test(text)) return { database: 'dpkg', packages: dpkgPackages(text) }
  return null
}

/** The release in the program's own text: how bootc calls itself to registries, `bootc/1.2.3` (deploy.rs). */
export function bootcVersionSink(): ContentSink<string | null> {
  const search = new PatternSearch('bootc/', 24, (text) => /^bootc\/(\d+\.\d+\.\d+)(?!\d)/.exec(text)?.[1] ?? null) // prettier-ignore
  return { push: (chunk) => search.push(chunk), end: () => search.end() }
}
