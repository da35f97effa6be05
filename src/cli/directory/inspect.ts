import { statSync } from 'node:fs'
import { SealscopeError } from '../../bytes/error'
import type { Platform } from '../../contract/facts'
import { inspectDirectory } from '../../inspect/inspect-directory'
import type { Inspection } from '../../inspect/inspect-image'
import type { Kernels, VerityAlgorithm } from '../../kernels/kernels'
import { DiskContents } from './contents'
import { walkDisk } from './walk'
import { readXattrs } from './xattrs'

interface DiskRequest {
  path: string
  ref: string
  platform: Platform | null
  kernels: Kernels
  verity: readonly VerityAlgorithm[]
  mayContinue(): boolean
}

/** Facts of a root directory; with hashes to compute every file is read once. */
export async function inspectDisk(request: DiskRequest): Promise<Inspection> {
  const { path, kernels, verity } = request
  if (!statSync(path).isDirectory()) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'not-a-directory',
      what: 'the root file system is no directory',
      where: { path },
    })
  }
  const xattrs = readXattrs(path)
  const tree = walkDisk(path, xattrs)
  const contents = new DiskContents(path, tree, kernels)
  if (verity.length > 0) contents.measure(verity)
  const inspection = await inspectDirectory({
    root: tree.root,
    reader: contents,
    architecture: request.platform?.architecture ?? 'amd64',
    source: { kind: 'dir', ref: request.ref },
    kernels,
    verity,
    problems: tree.problems,
    bytesRead: () => contents.bytesRead,
    mayContinue: request.mayContinue,
  })
  if (xattrs === null) {
    inspection.facts.findings.push({
      id: 'xattrs-not-read',
      severity: 'warning',
      path: null,
      layer: null,
      message:
        'extended attributes could not be read: digests are wrong when a file has security.capability',
      fix: 'install getfattr (package attr) or python3',
      source: 'composefs-rs crates/composefs/src/fs.rs',
    })
  }
  return inspection
}
