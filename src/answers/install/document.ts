import type { Check } from '../../contract/checks'
import type {
  EspRoom,
  InstallFile,
  InstallFilesystem,
  InstallKernelArgument,
  InstallPlan,
  InstallWarning,
} from '../../contract/install'
import { display } from '../../image/tree/reader'
import { CommandLine } from '../../rules/bootc/install/cmdline'
import { fatRoom, fatUsed, type Disk, type DiskFilesystem } from '../../rules/bootc/install/disk'
import { espOf } from '../../rules/bootc/install/esp'
import { type InstallInput, type InstallOutcome, type InstallRun, runInstall } from '../../rules/bootc/install/run' // prettier-ignore
import type { VolumeNode } from '../../rules/bootc/install/volume'
import { splitKargs } from '../../rules/bootc/kargs'
import { NEWEST_RELEASE, type Judge, type Release } from '../seal/releases'
import { installWarnings } from './warnings'

export interface DocumentQuestion extends InstallInput {
  bootc: InstallPlan['bootc']
  judge: Judge
  checks: Check[]
}

/** Installs in thought and writes down what came of it. */
export function installDocument(question: DocumentQuestion): InstallPlan {
  const outcome = runInstall(question, () => new CommandLine())
  const { run } = outcome
  const { disk } = question
  const filesystems = isOstree(run) ? null : listFilesystems(disk, run)
  return {
    schema: 'sealscope.install/1',
    bootc: question.bootc,
    command: question.command,
    source: question.args.some((arg) => arg.startsWith('--source-imgref')) ? 'imgref' : 'container',
    answer: outcome.exit === 0 ? 'yes' : 'no',
    exit: outcome.exit,
    refusal: outcome.refusal,
    ...choices(outcome),
    deploymentId: run?.result.deploymentId ?? null,
    kernelArguments: kernelArguments(run),
    table: disk.table,
    filesystems,
    espRoom: espRoom(run),
    warnings: [...releaseWarnings(question.judge), ...warningsOf(outcome)],
    checks: question.checks,
  }
}

function isOstree(run: InstallRun | null): boolean {
  const prepared = run?.prepared ?? null
  return prepared !== null && !prepared.composefs
}

const NOT_REACHED = 'bootc stops before it is settled'

function choices({
  run,
}: InstallOutcome): Pick<InstallPlan, 'backend' | 'bootType' | 'bootloader'> {
  const prepared = run?.prepared ?? null
  const type = run?.result.bootType ?? null
  return {
    backend:
      prepared === null
        ? { value: null, why: NOT_REACHED }
        : { value: prepared.composefs ? 'composefs' : 'ostree', why: prepared.composefsWhy },
    bootType: {
      value: type,
      why: type === null ? NOT_REACHED : type === 'uki' ? 'the first boot entry of the image is a UKI' : 'the first boot entry of the image is no UKI', // prettier-ignore
    },
    bootloader: run?.result.bootloader ?? { value: null, why: NOT_REACHED },
  }
}

/** Of a UKI only its own arguments count; what bootc puts together goes nowhere. */
function kernelArguments(run: InstallRun | null): InstallKernelArgument[] {
  if (run === null) return []
  const { result, kargs, prepared } = run
  const isUki = result.bootType === 'uki'
  const inner = result.ukiCmdline === null ? [] : splitKargs(result.ukiCmdline)
  const addons = result.addonCmdlines.flatMap((text) => splitKargs(text))
  const one = (value: string, from: InstallKernelArgument['from'], deletedBy: string | null) => ({
    value,
    from,
    effective: deletedBy === null,
    deletedBy,
  })
  const never = 'a UKI has its own command line'
  const configured = prepared?.composefs === true ? configKargs(prepared.config) : []
  return [
    ...inner.map((value) => one(value, 'uki', null)),
    ...addons.map((value) => one(value, 'addon', null)),
    ...kargs.items.map(({ value, from }) => one(value, from, isUki ? never : null)),
    ...configured.map((value) => one(value, 'install-config', isUki ? never : 'the composefs backend does not read kargs of the install configuration')), // prettier-ignore
  ]
}

function configKargs(config: Record<string, unknown> | null): string[] {
  const kargs = config?.['kargs']
  return Array.isArray(kargs) ? kargs.filter((each) => typeof each === 'string') : []
}

function listFilesystems(disk: Disk, run: InstallRun | null): InstallFilesystem[] {
  const root = disk.mounts.get('/')
  const made = disk.filesystems.map((each) => {
    const objects = each.n === root ? (run?.result.objects ?? null) : null
    return listFilesystem(each, objects)
  })
  const raw = disk.unformatted.map((n): InstallFilesystem => ({ n, type: null, label: null, uuid: null, version: null, files: [], objects: null })) // prettier-ignore
  return [...made, ...raw].sort((a, b) => a.n - b.n)
}

function listFilesystem(each: DiskFilesystem, objects: number | null): InstallFilesystem {
  const isFat = each.type === 'vfat'
  return {
    n: each.n,
    type: each.type,
    label: each.label,
    uuid: each.uuid,
    version: each.version,
    files: each.volume.sorted().map(([path, node]) => listFile(path, node, isFat)),
    objects: objects === null ? null : { count: objects, with_verity: each.verity ? objects : 0 },
  }
}

function listFile(path: string, node: VolumeNode, isFat: boolean): InstallFile {
  const body = node.type === 'file' ? node.body : null
  return {
    path: display(path),
    type: node.type,
    mode: isFat || node.type === 'symlink' ? null : node.mode.toString(8).padStart(4, '0'),
    owner: isFat ? null : node.owner,
    size: body?.size ?? null,
    sha256: body?.sha256 ?? null,
    text: body?.text ?? null,
    target: node.type === 'symlink' ? display(node.target) : null,
    selinux: node.selinux,
    verity: false,
  }
}

/** How many deployments the ESP holds; each further one takes what this one brought. */
function espRoom(run: InstallRun | null): EspRoom | null {
  const esp = run === null ? null : espOf(run.disk)
  const perUpgrade = run?.result.espBytes ?? 0
  if (esp === null || perUpgrade === 0) return null
  const size = fatRoom(esp.size)
  const used = fatUsed(esp.volume, esp.size)
  return { size, used, perUpgrade, fits: 1 + Math.floor(Math.max(0, size - used) / perUpgrade) }
}

/** The rules here were read in the source of one release, and judged by its runs. */
function releaseWarnings({ version, release, warning }: Judge): InstallWarning[] {
  const source = 'Sealscope src/answers/seal/releases.ts'
  if (warning !== null) return [{ id: 'release-unknown', message: warning, fix: null, source }]
  if (version === NEWEST_RELEASE || (release.basis === 'source' && contains(release))) return []
  const message = `what is written and refused follows bootc ${NEWEST_RELEASE}; of ${version} only digests, arguments and prepare-root.conf are known to differ` // prettier-ignore
  return [{ id: 'release-rules', message, fix: null, source }]
}

/** The row of the release whose runs were judged. */
function contains({ last }: Release): boolean {
  return last === NEWEST_RELEASE
}

function warningsOf(outcome: InstallOutcome): InstallWarning[] {
  return outcome.run === null ? [] : installWarnings(outcome.run)
}
