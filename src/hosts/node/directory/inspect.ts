import { statSync } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import type { Finding, Platform } from '../../../contract/facts'
import { inspectDirectory } from '../../../answers/facts/inspect-directory'
import type { InspectOptions, Inspection } from '../../../answers/facts/inspect-image'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Kernels } from '../../../base/hash/kernels'
import { DiskContents } from './contents'
import { walkDisk, type DiskTree } from './walk'
import type { FileSource } from '../../../image/session/file-source'
import { readXattrs } from './xattrs'

interface DiskRequest {
  path: string
  ref: string
  platform: Platform | null
  kernels: Kernels
  verity: readonly VerityAlgorithm[]
  mayContinue(): boolean
  lint?: NonNullable<InspectOptions['lint']>
  trust?: NonNullable<InspectOptions['trust']>
}

/** Facts of a root directory; with hashes to compute every file is read once. */
export async function inspectDisk(request: DiskRequest): Promise<Inspection> {
  const { path, kernels, verity } = request
  const { tree, contents, xattrs } = await readDisk(path, kernels, verity)
  return inspectDirectory({
    root: tree.root,
    reader: contents,
    architecture: request.platform?.architecture ?? 'amd64',
    source: { kind: 'dir', ref: request.ref },
    kernels,
    verity,
    problems: tree.problems,
    findings: xattrs === null ? [NO_XATTRS] : [],
    bytesRead: () => contents.bytesRead,
    mayContinue: request.mayContinue,
    files: filesOf(tree, contents),
    ...(request.lint ? { lint: request.lint } : {}),
    ...(request.trust ? { trust: request.trust } : {}),
  })
}

/** The files of a root directory; with hashes to compute every file is read once. */
export async function openDisk(
  path: string,
  kernels: Kernels,
  verity: readonly VerityAlgorithm[],
): Promise<FileSource> {
  const { tree, contents } = await readDisk(path, kernels, verity)
  return filesOf(tree, contents)
}

function filesOf(tree: DiskTree, contents: DiskContents): FileSource {
  return {
    root: tree.root,
    layers: [],
    readFile: async (leaf, take) => contents.readFile(leaf, take),
  }
}

async function readDisk(path: string, kernels: Kernels, verity: readonly VerityAlgorithm[]) {
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
  if (verity.length > 0) await contents.measure(verity)
  return { tree, contents, xattrs }
}

const NO_XATTRS: Finding = {
  id: 'xattrs-not-read',
  severity: 'warning',
  path: null,
  layer: null,
  message:
    'extended attributes could not be read: digests are wrong when a file has security.capability',
  fix: 'install getfattr (package attr) or python3',
  source: 'composefs-rs crates/composefs/src/fs.rs',
}
