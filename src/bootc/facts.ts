import { SealscopeError, toSealscopeError } from '../bytes/error'
import type { Finding, ImageFacts, ImageRecord } from '../contract/facts'
import { childAt } from '../tree/lookup'
import type { Directory } from '../tree/node'
import { claimedDigests } from './claimed'
import { readInstallConfig } from './install-config'
import { readKargs } from './kargs'
import { findKernel, ukiEntries } from './kernel'
import { readOsInfo } from './osinfo'
import type { ContentReader } from './reader'
import { collectUkis, findAddons } from './uki-records'
import { modifiersOf, verdictOf } from './verdict'

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
  /** Problems with single layers, told beside everything else. */
  problems: readonly SealscopeError[]
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

/** Everything that can be said of an image without computing digests; `seal.proof` stays null. */
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
    ukis,
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
    },
    findings: findings(input, found.kernel?.unified ?? false),
    evidence: { bytesRead: input.bytesRead, complete: true, verified: input.verified },
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
  const node = name === undefined ? undefined : childAt(root, `boot/EFI/Linux/${name}`)
  return node?.kind === 'file' ? reader.uki(node) : null
}

function findings(input: FactsInput, unified: boolean): Finding[] {
  const result: Finding[] = input.problems.map((problem) => ({
    id: problem.code,
    severity: 'error',
    path: problem.where.path ?? null,
    layer: problem.where.layer ?? null,
    message: problem.message,
    fix: 'push the image again, or pull it from another place',
    source: 'OCI image-spec descriptor.md §Verification',
  }))
  const add = (
    id: string,
    severity: Finding['severity'],
    message: string,
    fix: string,
    source: string,
  ) => result.push({ id, severity, path: null, layer: null, message, fix, source })
  if (input.importError !== null) {
    add(
      'import-error',
      'error',
      `bootc cannot import this image: ${input.importError}`,
      'write the layer again with a tool that adds parent directories and plain entries',
      'composefs-rs composefs-oci/src/image.rs',
    )
  }
  if (input.image !== null && input.image.labels['containers.bootc'] !== '1') {
    add(
      'missing-bootc-label',
      'warning',
      'the image has no label containers.bootc=1',
      'add `LABEL containers.bootc 1` to the Containerfile',
      'bootc docs/src/bootc-images.md',
    )
  }
  if (unified && childAt(input.root, 'sysroot')?.kind !== 'dir') {
    add(
      'missing-sysroot',
      'error',
      'the image has no /sysroot directory, which a composefs installation needs',
      'add the directory before sealing',
      'composefs-rs composefs-boot/src/lib.rs',
    )
  }
  return result
}
