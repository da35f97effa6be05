import { refuse, within } from '../../base/go/failure'
import { goQuote } from '../../base/go/quote'
import type { OsRelease } from './os-info'
import type { Target } from './target'

/**
 * The runner of ISO build roots. An unknown ID gets the plain one, an unknown major version passes.
 * Source: GetDistroAndRunner in pkg/distro/bootc/shared.go.
 */
export function runnerFor({ id, versionId }: OsRelease, target: Target): string {
  return within('failed to infer distro and runner: ', () => {
    switch (id) {
      case 'fedora':
        return `org.osbuild.fedora${versionNumber(versionId, 'Fedora version')}`
      case 'centos':
        return `org.osbuild.centos${versionNumber(versionId, 'CentOS version')}`
      case 'ol':
        return target.oracleRunner ? oracleRunner(versionId) : 'org.osbuild.linux'
      case 'rhel':
        return rhelRunner(versionId)
      default:
        return 'org.osbuild.linux'
    }
  })
}

function oracleRunner(version: string): string {
  const [major = '', ...rest] = version.split('.')
  if (rest.length === 0) throw refuse(`invalid Oracle Linux version format: ${version}`)
  return `org.osbuild.ol${versionNumber(major, 'Oracle Linux major version')}`
}

function rhelRunner(version: string): string {
  const [major = '', minor = '', ...rest] = version.split('.')
  if (!version.includes('.') || rest.length > 0) {
    throw refuse(`invalid RHEL version format: ${version}`)
  }
  return `org.osbuild.rhel${versionNumber(major, 'RHEL major version')}${versionNumber(minor, 'RHEL minor version')}`
}

function versionNumber(text: string, what: string): string {
  const problem = parseUintProblem(text)
  if (problem === null) return String(BigInt(text))
  throw refuse(
    `cannot parse ${what} (${text}): strconv.ParseUint: parsing ${goQuote(text)}: ${problem}`,
  )
}

/** Why Go's `strconv.ParseUint(text, 10, 64)` fails, null when it does not. */
function parseUintProblem(text: string): string | null {
  if (!/^[0-9]+$/.test(text)) return 'invalid syntax'
  return BigInt(text) >= 2n ** 64n ? 'value out of range' : null
}

/** The volume label of an ISO. Source: LabelForISO. */
export function isoLabel({ id, versionId }: OsRelease, arch: string): string {
  switch (id) {
    case 'fedora':
      return `Fedora-S-dvd-${arch}-${versionId}`
    case 'centos':
      return versionId === '8'
        ? `CentOS-Stream-${versionId}-${arch}-dvd`
        : `CentOS-Stream-${versionId}-BaseOS-${arch}`
    case 'rhel':
      return `RHEL-${versionId.replaceAll('.', '-')}-BaseOS-${arch}`
    default:
      return `Container-Installer-${arch}`
  }
}

/** Whether the lorax templates of RHEL are used. Source: LoraxTemplates. */
export function usesRhelTemplates({ id, idLike, versionId }: OsRelease): boolean {
  return id === 'rhel' || idLike.includes('rhel') || versionId === 'eln'
}
