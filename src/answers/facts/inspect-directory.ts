import type { SealscopeError } from '../../base/error'
import { collectFacts, rustArchitecture } from './facts'
import { orderedFindings } from '../findings/finding'
import { lintImage, type LintRun } from '../../rules/bootc/lint/lint'
import type { ContentReader } from '../../image/tree/reader'
import { collectUkis } from './uki-records'
import type { DigestInput } from '../seal/candidates'
import type { SearchStep } from '../seal/explain/search'
import type { Finding, ImageFacts } from '../../contract/facts'
import type { VerityAlgorithm } from '../../base/hash/hashing'
import type { Kernels } from '../../base/hash/kernels'
import type { FileSource } from '../../image/session/file-source'
import type { Directory } from '../../image/tree/node'
import { allFindings } from './findings'
import type { InspectOptions, Inspection } from './inspect-image'
import { causesOf, dumpOf, proofOf } from '../seal/proof'
import { secureBootOf, verifyBootFiles, verifyUkis } from './signature-records'

/** A root file system that somebody else walked: `bootc container inspect --rootfs`. */
export interface DirectoryInput {
  root: Directory
  reader: ContentReader
  /** Go's name of the architecture, as `--platform` has it. */
  architecture: string
  source: ImageFacts['source']
  kernels: Kernels
  /** Digests that the tree's files have; empty: no proof. */
  verity: readonly VerityAlgorithm[]
  /** What could not be read so far; the reader may add to it. */
  problems: readonly SealscopeError[]
  /** What the walk found besides. */
  findings: readonly Finding[]
  lint?: NonNullable<InspectOptions['lint']>
  trust?: NonNullable<InspectOptions['trust']>
  bytesRead(): number
  /** Reads any file of the tree. */
  files?: FileSource
  mayContinue?(step: SearchStep): boolean
}

/** Facts of a root directory: no image, and digests of the view that a disk gives. */
export async function inspectDirectory(input: DirectoryInput): Promise<Inspection> {
  const { root, reader, problems, verity } = input
  const facts = collectFacts({
    source: input.source,
    image: null,
    root,
    reader,
    architecture: input.architecture,
    importError: null,
    multiFrame: false,
    bytesRead: 0,
    verified: false,
  })
  await verifyUkis(facts, collectUkis(root, reader))
  await verifyBootFiles(facts, root, reader)
  facts.secureBoot = await secureBootOf(root, reader, facts, input.trust)
  for (const uki of facts.ukis) uki.layer = null
  for (const file of [...facts.addons, ...facts.bootFiles, ...facts.enrolmentKeys])
    file.layer = null
  facts.evidence.bytesRead = input.bytesRead()
  facts.evidence.complete = problems.length === 0
  const digestInput: DigestInput = {
    root,
    readFile: (leaf) => reader.bytes(leaf),
    verity: (algorithm) => input.kernels.verity(algorithm),
    importError: problems[0]?.message ?? null,
    multiFrame: false,
    view: 'disk',
  }
  if (verity.length > 0) {
    const proof = proofOf(facts, digestInput, verity)
    facts.seal.proof = proof
    proof.causes = causesOf(facts, proof, verity, {
      input: digestInput,
      layers: [],
      stops: [],
      times: [],
      dump: dumpOf(facts, root, reader),
      mayContinue: input.mayContinue ?? (() => false),
    })
  }
  const sha256 = () => input.kernels.sha256()
  const rest = { multiFrame: [], importProblems: [], partial: false }
  const found = await allFindings({ facts, root, reader, sha256, problems, ...rest })
  facts.findings = orderedFindings([...found, ...input.findings])
  return {
    facts,
    digestInput: verity.length > 0 ? digestInput : null,
    session: null,
    files: input.files ?? null,
    lint: input.lint === undefined ? null : lintRoot(input, facts.findings, input.lint),
  }
}

function lintRoot(
  { root, reader, architecture }: DirectoryInput,
  findings: readonly Finding[],
  options: NonNullable<InspectOptions['lint']>,
): LintRun {
  return lintImage({ root, reader, arch: rustArchitecture(architecture), findings, ...options })
}
