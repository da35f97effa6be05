/** A package as its database names it. */
export interface Package {
  name: string
  /** With epoch and release, as the package manager prints it. */
  version: string
  arch: string | null
}

export type PackageDatabase = 'rpm' | 'dpkg' | 'apk' | 'pacman'

export interface PackageList {
  database: PackageDatabase
  packages: Package[]
}

/** Most packages that are kept of a database. */
export const PACKAGES_LIMIT = 50_000
