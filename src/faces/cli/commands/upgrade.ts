import { statSync } from 'node:fs'
import { SealscopeError } from '../../../base/error'
import { askBoth } from '../../../answers/facts/install-reading'
import { checksOf } from '../../../answers/boot/checks'
import { judgeOf, type Repository } from '../../../answers/seal/releases'
import { upgradeDocument, type UpgradeSide } from '../../../answers/upgrade/document'
import type { Directory } from '../../../image/tree/node'
import type { InstallImage } from '../../../rules/bootc/install/image'
import { etcOf } from '../../../rules/bootc/upgrade/run'
import { openDisk } from '../../../hosts/node/directory/inspect'
import { loadBundledKernels } from '../../../hosts/node/fast'
import { requirePath } from '../../../hosts/node/files'
import { readTarTree } from '../../../hosts/node/tar-tree'
import type { Arguments } from '../arguments'
import { openInstallSource, type InstallSource } from '../install-source'
import { jsonText } from '../print/json-text'
import { outputStyle } from '../print/style'
import { upgradeText } from '../print/upgrade-text'
import type { Answer } from './answers'

/** `sealscope upgrade A B`: 0 when a host that runs A takes B, or has it. */
export async function upgrade(args: Arguments): Promise<Answer> {
  const [first = '', second = ''] = args.words
  const judge = judgeOf(args.text('bootc'))
  const repository = repositoryOf(args.text('repository'))
  const a = await openInstallSource(args, first)
  const b = await openInstallSource(args, second)
  requireSameMachine(a, b)
  const folder = args.text('etc')
  const etc = folder === null ? null : await hostEtc(folder)
  const plan = await askBoth([a.reading, b.reading], judge.release, repository, (one, other) =>
    upgradeDocument({
      a: sideOf(a, one),
      b: sideOf(b, other),
      judge,
      repository,
      etc,
      checks: checksOf(b.facts, { judge, repository }),
    }),
  )
  return {
    text: args.flag('json') ? jsonText(plan) : upgradeText(plan, outputStyle()),
    exitCode: plan.answer === 'no' ? 1 : 0,
  }
}

function sideOf({ reading, containerName }: InstallSource, image: InstallImage): UpgradeSide {
  const { packages } = reading
  return { image, containerName, layerSizes: image.layerSizes, objects: reading.objectSizes(), packages } // prettier-ignore
}

/** Two images of different architectures are no upgrade. */
function requireSameMachine(a: InstallSource, b: InstallSource): void {
  const [one, other] = [a.reading.architecture, b.reading.architecture]
  if (one === other) return
  throw new SealscopeError({
    code: 'upgrade-architecture',
    what: 'two images of different architectures: no host runs the one and takes the other',
    expected: one,
    found: other,
  })
}

function repositoryOf(text: string | null): Repository {
  if (text === null || text === 'new') return 'new'
  if (text === 'v1' || text === 'v2') return text
  throw new SealscopeError({
    kind: 'usage',
    code: 'repository',
    what: '--repository',
    expected: 'new, v1 or v2',
    found: text,
  })
}

/** A folder or a tar archive that is /etc, or holds it. */
async function hostEtc(word: string): Promise<Directory> {
  const path = requirePath(word)
  const kernels = await loadBundledKernels()
  const root = statSync(path).isDirectory()
    ? (await openDisk(path, kernels, ['sha512'])).root
    : await readTarTree(path, kernels)
  return etcOf(root) ?? root
}
