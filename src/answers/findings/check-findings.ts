import type { Check, CheckReason } from '../../contract/checks'
import type { Finding, ImageFacts } from '../../contract/facts'
import { finding } from './finding'

/** Findings that have been there by another name. */
const NAMES: Readonly<Record<string, string>> = {
  'no-systemd-boot': 'missing-systemd-boot',
  'no-bootupd': 'missing-bootupd',
  'no-grub': 'missing-bootupd',
}
/** What other findings tell, with more. */
const TOLD = ['import', 'kernel', 'install-config', 'uki-broken', 'no-kernel', 'no-composefs-karg', 'no-bootc', 'missing-programs'] // prettier-ignore

/** Why installation or boot fail, as findings: for images with a UKI, which nothing else installs. */
export function checkFindings(checks: readonly Check[], { kernel }: ImageFacts): Finding[] {
  const reasons = checks
    .filter(({ id }) => id === 'install' || id === 'boot')
    .flatMap((check) =>
      check.reasons
        .filter((each) => isFinding(each, kernel?.path ?? null))
        .map((each) => findingOf(check, each)),
    )
  return reasons
}

function isFinding({ id, severity, path }: CheckReason, kernel: string | null): boolean {
  // Of the first UKI the seal's findings say why.
  if (id === 'uki-wrong-digest' && path === kernel) return false
  return severity !== 'info' && !TOLD.includes(id)
}

function findingOf({ id }: Check, reason: CheckReason): Finding {
  const { severity, message, upstream, path, layer, fix, source } = reason
  const fails = severity !== 'error' ? '' : id === 'install' ? ': `bootc install` fails' : ': it installs, and does not boot' // prettier-ignore
  const says = upstream === null ? '' : ` ("${upstream}")`
  const name = Object.hasOwn(NAMES, reason.id) ? (NAMES[reason.id] ?? reason.id) : reason.id
  return finding(name, severity, `${message}${fails}${says}`, { path, layer, fix, source })
}

/** Files in known folders that change nothing: a note each. */
export function idleFindings({ installation }: ImageFacts): Finding[] {
  return (installation?.idle ?? []).map(
    ({ id, path, message, fix }) =>
    finding(id, 'info', message, { path, fix, source: 'bootc crates/lib/src/bootc_kargs.rs, install/config.rs' }), // prettier-ignore
  )
}
