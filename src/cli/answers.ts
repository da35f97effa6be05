import { writeFileSync } from 'node:fs'
import { SealscopeError } from '../bytes/error'
import { acceptedBy, NEWEST_RELEASE, releaseRange } from '../bootc/releases'
import { computeCandidates, transformedTree } from '../composefs/candidates'
import { dumpLines } from '../composefs/dumpfile'
import { erofsImage } from '../composefs/erofs/write'
import { BOOTABLE_FORM } from '../composefs/forms'
import type { DigestResult, VerifyResult } from '../contract/answers'
import type { ImageFacts } from '../contract/facts'
import type { VerityAlgorithm } from '../kernels/kernels'
import type { Arguments } from './arguments'
import { inspectSource } from './inspection'
import { jsonText } from './json-text'
import { factsText } from './report'
import { outputStyle } from './style'
import { verdictText, verifyText } from './text'

/** What a command prints and how it ends. */
export interface Answer {
  text: string
  exitCode: 0 | 1
}

/** `sealscope inspect`: exit code 0 whatever the verdict. */
export async function inspect(args: Arguments): Promise<Answer> {
  const quick = args.flag('quick')
  const { facts } = await inspectSource(args, args.words[0] ?? '', {
    quick,
    algorithms: quick ? [] : ['sha512'],
  })
  return {
    text: args.flag('json') ? jsonText(facts) : factsText(facts, outputStyle()),
    exitCode: 0,
  }
}

/** `sealscope verify`: 0 when the release accepts the seal. */
export async function verify(args: Arguments): Promise<Answer> {
  const wanted = args.text('bootc') ?? NEWEST_RELEASE
  const range = wanted === 'any' ? null : releaseRange(wanted)
  if (wanted !== 'any' && range === null) {
    throw new SealscopeError({
      kind: 'usage',
      code: 'bootc-release',
      what: 'this bootc release is not in the table',
      expected: '1.16.0 to 1.16.9, or any',
      found: wanted,
    })
  }
  const { facts } = await inspectSource(args, args.words[0] ?? '', {
    quick: false,
    algorithms: ['sha512'],
  })
  const result = verifyResult(facts, range?.name ?? null)
  const good = facts.seal.verdict === 'UKI_SEALED' && isAccepted(result, range?.name ?? null)
  return {
    text: args.flag('json') ? jsonText(result) : verifyText(result, good, outputStyle()),
    exitCode: good ? 0 : 1,
  }
}

function isAccepted(result: VerifyResult, release: string | null): boolean {
  return release === null ? result.holds === true : result.acceptedBy[release] === true
}

function verifyResult(facts: ImageFacts, release: string | null): VerifyResult {
  const { proof, claimed, verdict } = facts.seal
  const candidates = proof?.candidates ?? []
  const holds = proof?.holds ?? null
  const result: VerifyResult = {
    schema: 'sealscope.verify/1',
    verdict,
    holds: proof?.importError === null || holds === null ? holds : false,
    matches: proof?.matches ?? [],
    acceptedBy: acceptedBy(claimed[0], candidates),
    message: '',
    causes: proof?.causes ?? [],
  }
  result.message = verifyMessage(facts, result, release)
  return result
}

function verifyMessage(facts: ImageFacts, result: VerifyResult, release: string | null): string {
  const { proof, claimed, verdict } = facts.seal
  if (facts.errors.kernel !== null) return facts.errors.kernel
  if (proof?.importError) return `bootc cannot import this image: ${proof.importError}`
  if (verdict === 'UKI_UNSEALED')
    return 'the digest is optional (composefs=?): the image is not sealed'
  if (verdict !== 'UKI_SEALED') return verdictText(verdict)
  if (proof === null) {
    return 'the seal cannot be checked: this source has no layers from which the digest could be computed'
  }
  if (isAccepted(result, release)) {
    return `the seal holds: ${result.matches[0] ?? ''}${release === null ? '' : `, ${release} accepts it`}`
  }
  if (result.matches.length > 0) {
    return `the seal holds as ${result.matches.join(', ')}, but ${release ?? 'no release'} computes another digest and refuses it`
  }
  const computed = proof?.candidates.find(({ id }) => id === 'v1-nsec-kept/sha512')?.digest
  return `The UKI has the wrong composefs= parameter (is '${claimed[0]?.digest ?? ''}', should be '${computed ?? 'unknown'}')`
}

/** `sealscope digest` with its exports. */
export async function digest(args: Arguments): Promise<Answer> {
  const algorithms: VerityAlgorithm[] = args.flag('all') ? ['sha512', 'sha256'] : ['sha512']
  const { facts, digestInput } = await inspectSource(args, args.words[0] ?? '', {
    quick: false,
    algorithms,
  })
  if (digestInput === null) throw noDigest(facts)
  const exports = args.text('dump') !== null || args.text('erofs') !== null
  if (exports && digestInput.importError !== null) throw notExported(digestInput.importError)
  if (args.text('dump') !== null) {
    versionOf(args.text('dump'))
    const tree = transformedTree(digestInput, BOOTABLE_FORM)
    return { text: [...dumpLines(tree, 'sha512')].join(''), exitCode: 0 }
  }
  const erofs = args.text('erofs')
  if (erofs !== null) {
    const image = erofsImage(
      transformedTree(digestInput, BOOTABLE_FORM),
      versionOf(erofs),
      'sha512',
    )
    const file = args.text('output')
    if (file === null) {
      throw new SealscopeError({ kind: 'usage', code: 'no-output', what: '--erofs needs -o FILE' })
    }
    writeFileSync(file, image)
    return { text: '', exitCode: 0 }
  }
  const candidates = algorithms.flatMap((algorithm) => computeCandidates(digestInput, algorithm))
  const result: DigestResult = { schema: 'sealscope.digest/1', candidates }
  const lines = candidates.map((item) => `${item.id}  ${item.digest ?? item.error ?? ''}\n`)
  return { text: args.flag('json') ? jsonText(result) : lines.join(''), exitCode: 0 }
}

/** Damaged layers are bad input; a file of facts or a UKI is bad usage. */
function noDigest({ image, evidence, findings }: ImageFacts): SealscopeError {
  if (image === null || evidence.complete) {
    return new SealscopeError({
      kind: 'usage',
      code: 'no-digest',
      what: 'this source has no tree of which a digest could be computed',
      expected: 'an image or a root directory',
    })
  }
  const why = findings.find(({ severity }) => severity === 'error')
  return new SealscopeError({
    code: why?.id ?? 'layers-incomplete',
    what: `no digest can be computed: ${why?.message ?? 'not all layers could be read'}`,
  })
}

function notExported(why: string): SealscopeError {
  return new SealscopeError({ code: 'no-export', what: `the tree cannot be written: ${why}` })
}

function versionOf(text: string | null): 1 | 2 {
  if (text === 'v1') return 1
  if (text === 'v2') return 2
  throw new SealscopeError({
    kind: 'usage',
    code: 'erofs-version',
    what: 'a version of the format',
    expected: 'v1 or v2',
    found: text ?? 'nothing',
  })
}
