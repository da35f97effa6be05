import { writeFileSync } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import { computedBy, judgeOf, kargFor, type Judge } from '../../../answers/seal/releases'
import { recipeText, sealRecipe } from '../../../answers/seal/recipe'
import { computeCandidates, transformedTree } from '../../../answers/seal/candidates'
import { dumpLines } from '../../../rules/composefs/dumpfile'
import { erofsImage } from '../../../rules/composefs/erofs/write'
import { BOOTABLE_FORM } from '../../../rules/composefs/forms'
import type { DigestResult } from '../../../contract/answers'
import type { CandidateDigest, ImageFacts } from '../../../contract/facts'
import type { VerityAlgorithm } from '../../../base/hash/hashing'
import type { Arguments } from '../arguments'
import { inspectSource, questionOf, readSource } from '../inspection'
import { unreadError } from '../../../answers/facts/unread'
import { jsonText } from '../print/json-text'
import { printWarning } from '../print/output'
import { factsText } from '../print/report'
import { outputStyle, shown } from '../print/style'

/** What a command prints and how it ends. */
export interface Answer {
  text: string
  exitCode: 0 | 1
  /** Why the text is not the whole answer: told on standard error, and decides the exit code. */
  problem?: SealscopeError
}

/** `sealscope inspect`: exit code 0 whatever the verdict; 3 or 2 when layers could not be read. */
export async function inspect(args: Arguments): Promise<Answer> {
  const quick = args.flag('quick')
  const { facts } = await readSource(
    questionOf(args, args.words[0] ?? '', {
      quick,
      algorithms: quick ? [] : ['sha512'],
    }),
  )
  const problem = unreadError(facts)
  return {
    text: args.flag('json') ? jsonText(facts) : factsText(facts, outputStyle()),
    exitCode: 0,
    ...(problem === null ? {} : { problem }),
  }
}

/** `sealscope digest` with its exports. */
export async function digest(args: Arguments): Promise<Answer> {
  const algorithms: VerityAlgorithm[] = args.flag('all') ? ['sha512', 'sha256'] : ['sha512']
  const { facts, digestInput } = await inspectSource(
    questionOf(args, args.words[0] ?? '', {
      quick: false,
      algorithms,
    }),
  )
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
  const judge = judgeOf(args.text('bootc'))
  if (judge.warning !== null) printWarning(judge.warning)
  const karg = kargFor(candidates, judge)
  if (args.flag('karg') && karg === null) throw notExported(reasonOf(candidates, judge))
  if (args.flag('karg') && !args.flag('json')) return { text: `${karg ?? ''}\n`, exitCode: 0 }
  const recipe = karg === null ? null : sealRecipe(facts, karg)
  if (args.flag('recipe') && recipe === null) {
    throw notExported(karg === null ? reasonOf(candidates, judge) : 'there is no kernel in it')
  }
  if (args.flag('recipe') && !args.flag('json')) return { text: recipe === null ? '' : recipeText(recipe), exitCode: 0 } // prettier-ignore
  const result: DigestResult = {
    schema: 'sealscope.digest/1',
    candidates,
    karg,
    ...(args.flag('recipe') ? { recipe } : {}),
  }
  const lines = candidates.map(
    (item) => `${item.id}  ${shown(item.digest ?? item.error ?? '', 2000)}\n`,
  )
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

function reasonOf(candidates: readonly CandidateDigest[], judge: Judge): string {
  return computedBy(judge, candidates)?.error ?? 'no digest of SHA-512'
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
