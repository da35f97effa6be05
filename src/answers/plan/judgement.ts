import type { Check } from '../../contract/checks'
import type { BuildAnswer, Consequence, EspRoom, Outcome, RootRoom } from '../../contract/plan'
import type { GenerateResult } from '../../rules/image-builder/generate'
import { bootCheck } from '../boot/boot-check'
import { buildAnswer } from './build-answer'
import { wordsOf } from './command-line'
import { consequencesOf } from './consequences'
import { espRoom, rootRoom } from './disk-use'
import { lacksAnaconda } from './installer'
import { familyOf } from './image-list'
import type { ImageTree } from './image-tree'
import type { Item } from './items'
import { kernelArguments, type KernelArguments } from './kernel-arguments'
import type { PlanQuestion } from './plan'
import { plannedDisk } from './planned-disk'
import { checkOf, plannedBootReasons, plannedInstallReasons } from './planned-checks'

export interface JudgementInput {
  question: PlanQuestion
  items: readonly Item[]
  outcomes: readonly Outcome[]
  result: GenerateResult
  /** What osbuild and the programs of the disk refuse. */
  objections: readonly string[]
  tree: ImageTree
}

export interface Judgement {
  build: BuildAnswer
  checks: Check[]
  consequences: Consequence[]
  esp: EspRoom | null
  root: RootRoom | null
  line: KernelArguments
}

/** What comes of a plan: whether it builds, what boots, and what it means. */
export function judge(input: JudgementInput): Judgement {
  const { question, items, outcomes, result, tree, objections } = input
  const { facts, frame } = question
  const family = familyOf(frame.imageType, frame.target) ?? 'disk'
  const sealed = frame.bootc.unifiedKernel && family === 'disk'
  const { layout } = result
  const esp = sealed ? espRoom(facts, layout) : null
  const root = family === 'disk' ? rootRoom(facts, layout) : null
  const line = kernelArguments({ facts, options: result.kernelOptions, sealed, family, layout })
  const disk = { facts, layout, sealed, esp, root }
  const checks = family === 'disk' ? plannedChecks(disk, result.error?.text ?? null) : []
  const build = buildAnswer({
    facts,
    target: frame.target,
    failure: result.error,
    imgref: frame.bootc.imgref,
    objections,
    outcomes,
    install: checks.find(({ id }) => id === 'install') ?? null,
  })
  const commandLine = line.commandLine === null ? null : wordsOf(line.commandLine)
  const consequences = consequencesOf({
    facts,
    tree,
    items,
    outcomes,
    family,
    sealed,
    imgref: frame.bootc.imgref,
    build,
    checks,
    esp,
    root,
    commandLine,
    lacksAnaconda: family === 'installer' && lacksAnaconda(tree),
  })
  return { build, checks, consequences, esp, root, line }
}

/** The check of every image, on the planned disk; of a UKI also its initramfs, its kernel and its boot loader count. */
function bootOf(disk: Disk, missing: string | null): Check {
  const own = plannedBootReasons(disk)
  const planned = plannedDisk(disk.layout)
  if (missing !== null || disk.facts === null || !disk.sealed || planned === null) {
    return checkOf('boot', own, missing)
  }
  const all = bootCheck(disk.facts, planned)
  const more = all.reasons.filter(({ id }) => !own.some((reason) => reason.id === id))
  const left = checkOf('boot', [...own, ...more], null)
  return left.answer === 'no' || all.answer === 'yes' ? left : { ...all, reasons: left.reasons }
}

type Disk = Parameters<typeof plannedInstallReasons>[0]

function plannedChecks(disk: Disk, refused: string | null): Check[] {
  const { facts, sealed } = disk
  if (refused !== null || disk.layout === null) {
    const why = 'image-builder refuses, so no disk is planned'
    return [checkOf('install', [], why), checkOf('boot', [], why)]
  }
  const missing = facts === null ? 'a request file holds no image' : null
  const noLine = sealed && typeof facts?.ukis[0]?.cmdline !== 'string' ? 'the command line of the UKI was not read' : null // prettier-ignore
  return [checkOf('install', plannedInstallReasons(disk), missing), bootOf(disk, missing ?? noLine)]
}
