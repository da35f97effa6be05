import type { InstallPlan } from '../../../contract/install'
import { plainLine } from '../../../base/escape'
import type { Style } from './style'

const SHOWN = 400

/** What an installation does, for people: the answer first, then what is on the disk. */
export function installText(plan: InstallPlan, style: Style): string {
  const { refusal, bootc, command } = plan
  const head =
    refusal === null
      ? style.good(`bootc ${bootc.version} install ${command} goes through`)
      : style.bad(
          `bootc ${bootc.version} install ${command} stops: ${plainLine(refusal.text, SHOWN)}`,
        )
  const choice = (name: string, { value, why }: { value: string | null; why: string }) =>
    `  ${name.padEnd(12)}${value ?? '-'} (${plainLine(why, SHOWN)})`
  const lines = [
    head,
    ...(refusal === null || refusal.after.length === 0 ? [] : [`  on the disk by then: ${refusal.after.join(', ')}`]), // prettier-ignore
    choice('backend', plan.backend),
    choice('boot type', plan.bootType),
    choice('boot loader', plan.bootloader),
    ...(plan.deploymentId === null ? [] : [`  deployment  ${plan.deploymentId}`]),
    ...kernelLines(plan),
    ...tableLines(plan),
    ...fileLines(plan),
    ...roomLines(plan),
    ...plan.warnings.map(({ message }) => `warning: ${plainLine(message, SHOWN)}`),
  ]
  return `${lines.join('\n')}\n`
}

function kernelLines({ kernelArguments }: InstallPlan): string[] {
  if (kernelArguments.length === 0) return []
  return [
    'kernel arguments',
    ...kernelArguments.map(({ value, from, deletedBy }) => `  ${plainLine(value, SHOWN)}  (${from}${deletedBy === null ? '' : `; without effect: ${deletedBy}`})`), // prettier-ignore
  ]
}

function tableLines({ table }: InstallPlan): string[] {
  if (table === null) return []
  return [
    `partitions (${table.label})`,
    ...table.partitions.map(({ start, size, type, name }, index) => `  ${index + 1}  ${start}  ${size}  ${type}  ${name ?? ''}`.trimEnd()), // prettier-ignore
  ]
}

function fileLines({ filesystems }: InstallPlan): string[] {
  return (filesystems ?? []).flatMap(({ n, type, label, files, objects }) => [
    `file system ${n}: ${type ?? 'none'} ${label ?? ''}`.trimEnd(),
    ...files.map(({ path, type: kind, mode, size, target }) => {
      const end = kind === 'symlink' ? ` -> ${target ?? ''}` : kind === 'dir' ? '/' : ''
      return `  ${mode ?? '----'} ${String(size ?? '').padStart(10)}  ${plainLine(path + end, SHOWN)}`
    }),
    ...(objects === null ? [] : [`  composefs/objects: ${objects.count}, ${objects.with_verity} with fs-verity`]), // prettier-ignore
  ])
}

function roomLines({ espRoom }: InstallPlan): string[] {
  if (espRoom === null) return []
  const { size, used, perUpgrade, fits } = espRoom
  return [`ESP: ${used} of ${size} bytes used, ${perUpgrade} for each deployment: room for ${fits}`]
}
