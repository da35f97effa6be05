import { SealscopeError, toSealscopeError } from '../../base/error'
import type { ImageFacts, ImageRecord } from '../../contract/facts'
import type { Directory } from '../../image/tree/node'
import { claimedDigests } from '../seal/claimed'
import { readInstallConfig } from '../../rules/bootc/install-config'
import { readKargs } from '../../rules/bootc/kargs'
import { findKernel, ukiEntries } from '../../rules/bootc/kernel'
import { readSystem } from './system-record'
import { readOsInfo } from '../../rules/image-builder/osinfo'
import type { ContentReader } from '../../image/tree/reader'
import { addonFacts } from '../boot/trust/addons'
import { collectBootFiles } from '../boot/trust/boot-files'
import { collectUkis, findAddons, ukiFile } from './uki-records'
import { modifiersOf, verdictOf } from '../seal/verdict'
import { readInstallation } from './installation'
import { bootcInImage, readPackages } from './packages'

export interface FactsInput {
  source: ImageFacts['source']
  image: ImageRecord | null
  /** Of the merged tree. */
  root: Directory
  reader: ContentReader
  /** Go's or Rust's name of the architecture. */
  architecture: string | null
  importError: string | null
  multiFrame: boolean
  bytesRead: number
  verified: boolean
}

const ARCHITECTURES: Record<string, string> = {
  amd64: 'x86_64',
  arm64: 'aarch64',
  ppc64le: 'powerpc64',
  s390x: 's390x',
  riscv64: 'riscv64',
}

/** Rust's name of an architecture that Go names (`amd64` → `x86_64`). */
export function rustArchitecture(name: string): string {
  return Object.hasOwn(ARCHITECTURES, name) ? (ARCHITECTURES[name] ?? name) : name
}

/** Everything that can be said of an image without computing digests; `seal.proof` stays null and `findings` empty. */
export function collectFacts(input: FactsInput): ImageFacts {
  const { root, reader } = input
  const arch = input.architecture === null ? null : rustArchitecture(input.architecture)
  const errors: ImageFacts['errors'] = {
    kernel: null,
    kargs: null,
    installConfig: null,
    import: input.importError,
  }
  const attempt = <T>(key: 'kargs' | 'installConfig', read: () => T): T | null => {
    try {
      return read()
    } catch (thrown) {
      errors[key] = toSealscopeError(thrown).message
      return null
    }
  }
  const found = findKernel(root, reader)
  errors.kernel = found.error
  const claimed = found.cmdline === null ? [] : claimedDigests(found.cmdline)
  const info = readOsInfo(root, reader)
  const ukis = collectUkis(root, reader).map(({ record }) => record)
  const bootFiles = collectBootFiles(root, reader)
  const packages = readPackages(root, reader)
  return {
    schema: 'sealscope.facts/1',
    source: input.source,
    image: input.image,
    os: info.os,
    arch: arch === 'powerpc64' ? 'ppc64le' : arch,
    kernel: found.kernel,
    errors,
    kargs: attempt('kargs', () => readKargs(root, reader, arch ?? '')),
    installConfig: attempt('installConfig', () => readInstallConfig(root, reader, arch ?? '')),
    initrdModules: info.initrdModules,
    uefiVendor: info.uefiVendor,
    selinuxPolicy: info.selinuxPolicy,
    builder: info.builder,
    system: readSystem(root, reader, info.initrdModules ?? []),
    bootcInImage: bootcInImage(root, reader, packages),
    packages: packages.list && {
      database: packages.list.database,
      count: packages.list.packages.length,
    },
    installation: readInstallation(root, reader, arch ?? '', found.kernel?.unified === true),
    secureBoot: null,
    structure: null,
    ukis,
    addons: addonFacts(bootFiles),
    bootFiles: bootFiles.map(({ record }) => record),
    enrolmentKeys: [],
    seal: {
      verdict: verdictOf(found, claimed),
      claimed,
      modifiers: modifiersOf({
        root,
        claimed,
        ukiNames: ukiNames(root),
        firstUki: firstUki(root, reader),
        addons: findAddons(root).map(({ path }) => path),
        multiFrame: input.multiFrame,
      }),
      proof: null,
      annotations: [],
      artifacts: null,
    },
    findings: [],
    evidence: {
      bytesRead: input.bytesRead,
      complete: true,
      verified: input.verified,
      unread: [],
      reads: [],
    },
  }
}

function ukiNames(root: Directory): string[] {
  try {
    return ukiEntries(root).map(([name]) => name)
  } catch (thrown) {
    // The kernel's error says it already.
    if (thrown instanceof SealscopeError) return []
    throw thrown
  }
}

function firstUki(root: Directory, reader: ContentReader): ReturnType<ContentReader['uki']> {
  const [name] = ukiNames(root)
  const file = name === undefined ? null : ukiFile(root, name)
  return file === null ? null : reader.uki(file)
}
