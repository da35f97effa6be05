import type { Check, CheckAnswer, CheckReason } from '../../../contract/checks'
import { firmwareStarts, type FirmwareAnswer } from '../../../formats/uki/signature/firmware'
import { joinKeys, NO_KEYS, readVendorCertificates, type KeySet } from '../../../formats/uki/signature/key-file' // prettier-ignore
import type { Certificate } from '../../../formats/uki/signature/x509'
import { isoTime } from '../../../formats/uki/signature/x509'
import { bootChain, type BootChain, type ChainQuestion } from './boot-chain'
import { longSection, type CollectedBootFile } from './boot-files'
import { enrolled, type ImageKeyFile } from './image-keys'
import { microsoftKeys } from './microsoft'
import { sbatRevocation } from './sbat-levels'

export interface SecureBootQuestion extends ChainQuestion {
  imageKeys: readonly ImageKeyFile[]
  /** What the person says the firmware's db holds (`--trust`); null: nothing was said. */
  trusted: KeySet | null
  /** The source is this one file: whoever starts it is not asked for. */
  alone?: boolean
  /** Seconds since 1970, only to tell what has expired; null: not told. */
  now: number | null
}

/** Whose keys are asked. */
type Keys = 'given' | 'image' | 'microsoft'

interface Link {
  file: CollectedBootFile
  answer: FirmwareAnswer
  /** shim looks after what follows it. */
  verifier: 'firmware' | 'shim'
  sbat: string | null
}

const EDK2 = 'edk2 SecurityPkg/Library/DxeImageVerificationLib'
const SHIM = 'shim shim.c, sbat.c'
const SYSTEMD_BOOT = 'systemd-boot(7), loader.conf(5) secure-boot-enroll'

/**
 * The check `secure-boot`: does firmware start this image with Secure Boot on? Judged with the keys that
 * were given, else with those that the image brings along for its own machines, else with the two
 * certificates of Microsoft that most machines hold.
 */
export async function secureBootCheck(question: SecureBootQuestion): Promise<Check> {
  const chain = chainOf(question)
  if (chain === null) {
    return check('no', 'There is no kernel that could be started.', [
      reason('no-kernel', 'error', 'The image has no kernel that bootc finds.', null, EDK2),
    ])
  }
  const asked = keysOf(question)
  const links = await verifyChain(chain, asked.db, asked.dbx)
  const reasons = links.flatMap((link, at) =>
    linkReasons(link, at, links, asked.name, question.now),
  )
  const verdict = conclude(chain, links, asked.name)
  const others = [...keyReasons(question, asked.name), ...revocationReasons(asked.dbx, links)]
  return check(
    verdict.answer,
    verdict.summary,
    ordered([...verdict.reasons, ...reasons, ...others]),
  )
}

function chainOf(question: SecureBootQuestion): BootChain | null {
  const chain = bootChain(question)
  return chain === null || question.alone !== true ? chain : { ...chain, foreignLoader: false }
}

function check(answer: CheckAnswer, summary: string, reasons: CheckReason[]): Check {
  return { id: 'secure-boot', answer, summary, reasons }
}

function reason(
  id: string,
  severity: CheckReason['severity'],
  message: string,
  file: CollectedBootFile | null,
  source: string,
  fix: string | null = null,
): CheckReason {
  const { path = null, layer = null } = file?.record ?? {}
  return { id, severity, message, upstream: null, path, layer, fix, source }
}

function ordered(reasons: CheckReason[]): CheckReason[] {
  const rank = { error: 0, warning: 1, info: 2 }
  return reasons.toSorted((a, b) => rank[a.severity] - rank[b.severity])
}

function keysOf({ trusted, imageKeys }: SecureBootQuestion): {
  name: Keys
  db: KeySet
  dbx: KeySet
} {
  const dbx = enrolled(imageKeys, 'dbx')
  if (trusted !== null) return { name: 'given', db: trusted, dbx: NO_KEYS }
  const db = enrolled(imageKeys, 'db')
  if (db.certificates.length + db.images.length > 0) return { name: 'image', db, dbx }
  return { name: 'microsoft', db: microsoftKeys(), dbx: NO_KEYS }
}

async function verifyChain(chain: BootChain, db: KeySet, dbx: KeySet): Promise<Link[]> {
  const links: Link[] = []
  let [allowed, refused] = [db, dbx]
  let verifier: Link['verifier'] = 'firmware'
  for (const file of chain.files) {
    const answer = await firmwareStarts(file.scan, allowed, refused)
    links.push({ file, answer, verifier, sbat: sbatProblem(file, verifier) })
    if (file.record.kind !== 'shim') continue
    const section = longSection(file.scan, '.vendor_cert')
    const vendor = section === null ? null : readVendorCertificates(section)
    allowed = joinKeys([db, vendor?.allowed ?? NO_KEYS])
    refused = joinKeys([dbx, vendor?.refused ?? NO_KEYS])
    verifier = 'shim'
  }
  return links
}

/** shim's own rule for what it starts, and the levels for all that names a component. */
function sbatProblem({ record }: CollectedBootFile, verifier: Link['verifier']): string | null {
  const revoked = sbatRevocation(record.sbat ?? [])
  if (revoked !== null) {
    const { component, generation, needed, date } = revoked
    return `its .sbat says ${component},${generation}, and the level of ${date} needs ${component},${needed}`
  }
  if (verifier === 'firmware' || record.product === 'kernel') return null
  return (record.sbat ?? []).length === 0 ? 'it has no .sbat that shim reads' : null
}

function conclude(
  chain: BootChain,
  links: readonly Link[],
  keys: Keys,
): { answer: CheckAnswer; summary: string; reasons: CheckReason[] } {
  const told = (answer: CheckAnswer, summary: string, reasons: CheckReason[] = []) => ({ answer, summary, reasons }) // prettier-ignore
  const names = links.map(({ file }) => nameOf(file)).join(' → ')
  const isBad = ({ answer, sbat }: Link) => answer.accepted === false || sbat !== null
  const bad = links.findIndex((link) => isBad(link) && !isOnlyForeign(link, keys))
  const broken = links[bad]
  if (links.every(({ answer }) => answer.reason === 'unsigned')) {
    return told('no', 'Nothing here is signed: Secure Boot must be off.')
  }
  if (broken !== undefined) {
    return told('no', `${names}: ${brokenWords(links, bad, keys)}.`)
  }
  if (links.some(({ answer }) => answer.accepted === null)) {
    return told('unknown', `${names}: a signature is of a kind that is not checked here.`)
  }
  const missing = chain.foreignLoader ? [LOADER_MISSING] : []
  if (links.some(isBad)) return foreignVerdict(links, names, missing)
  if (chain.foreignLoader) {
    const summary = `The boot loader comes from the machine that installs; what it starts is trusted when db holds ${anchorsOf(links)}.` // prettier-ignore
    return told('unknown', summary, missing)
  }
  return told('yes', acceptedWords(links, keys))
}

const LOADER_MISSING = reason('loader-not-in-image', 'warning', 'The image brings no boot loader, so nothing can be said of the one that is installed.', null, 'bootctl-install') // prettier-ignore

/** Signed, and well, but by somebody whose certificate the machine has not got yet. */
function isOnlyForeign({ answer, sbat, verifier }: Link, keys: Keys): boolean {
  return keys === 'microsoft' && answer.reason === 'no-anchor' && sbat === null && verifier === 'firmware' // prettier-ignore
}

function foreignVerdict(links: readonly Link[], names: string, missing: CheckReason[]) {
  const needed = [...new Set(links.filter(({ answer }) => answer.reason === 'no-anchor').map(({ answer }) => issuerOf(answer)))] // prettier-ignore
  const summary = `Starts with Secure Boot when db holds ${needed.join(' and ')}.`
  const message = `${names}: these certificates are not among Microsoft's, so somebody has to enrol them. Give them with --trust to have them judged.` // prettier-ignore
  return { answer: 'unknown' as const, summary, reasons: [reason('keys-not-known', 'warning', message, null, EDK2), ...missing] } // prettier-ignore
}

function acceptedWords(links: readonly Link[], keys: Keys): string {
  const anchors = anchorsOf(links)
  if (keys === 'given') return `Starts with Secure Boot when db holds what was given: ${anchors}.`
  if (keys === 'microsoft') return `Starts with Secure Boot where db holds ${anchors}.`
  return `Starts with Secure Boot: the keys in this image enrol themselves at the first start, and db then holds ${anchors}.` // prettier-ignore
}

/** Why the link does not hold, in the words of who looks at it. */
function brokenWords(links: readonly Link[], at: number, keys: Keys): string {
  const link = links[at]
  if (link === undefined) return ''
  const { answer, sbat, verifier } = link
  const number = `link ${at + 1}`
  if (sbat !== null && answer.accepted !== false) return `${number} is refused by shim: ${sbat}`
  switch (answer.reason) {
    case 'unsigned':
      return `${number} is not signed`
    case 'signature-bad':
      return `${number} has a signature that is not of this file or does not verify`
    case 'image-revoked':
    case 'certificate-revoked':
      return `${number} is revoked`
    case 'table-not-parsed':
      return `${number} has a certificate table that firmware refuses`
    case 'no-pe':
      return `${number} is no PE file`
    default:
      if (verifier === 'shim') return `${number} is not signed by shim's vendor certificate`
      return `${number} is signed by ${issuerOf(answer)}, which ${KEY_NAMES[keys]} does not hold`
  }
}

const KEY_NAMES: Record<Keys, string> = {
  given: 'what was given',
  image: 'the db in this image',
  microsoft: 'the db of most machines',
}

function nameOf({ record }: CollectedBootFile): string {
  if (record.kind === 'uki') return 'UKI'
  return record.kind === 'other' ? (record.product ?? record.path) : record.kind
}

/** The certificate that db has to hold: the last of the chain, or who issued that. */
function issuerOf({ chain, signature }: FirmwareAnswer): string {
  const last = chain?.certificates.at(-1)
  return shortName(last?.issuer ?? signature?.issuer ?? 'an unknown signer')
}

/** What db has to hold, for each link; with several signatures any one is enough. */
function anchorsOf(links: readonly Link[]): string {
  const names = links.flatMap(({ answer }) => {
    const each = [...new Set(answer.alternatives.map(({ subject }) => shortName(subject)))]
    return each.length === 0 ? [] : [each.join(' or ')]
  })
  return [...new Set(names)].join(' and ') || 'their digests'
}

/** The common name of a distinguished name, or all of it. */
function shortName(name: string): string {
  return /^CN=(?:[^,\\]|\\.)+/.exec(name)?.[0] ?? name
}

/** What is known of each link. */
function linkReasons(
  link: Link,
  at: number,
  links: readonly Link[],
  keys: Keys,
  now: number | null,
): CheckReason[] {
  const { file, answer, verifier, sbat } = link
  const version = file.record.version === null ? '' : ` ${file.record.version}`
  const named = `Link ${at + 1}, ${nameOf(file)}${version}`
  const by = verifier === 'shim' ? 'shim' : 'firmware'
  const found: CheckReason[] = []
  if (answer.accepted === true) {
    const how = answer.anchor === null ? 'its digest' : shortName(answer.anchor.subject)
    found.push(
      reason('link-verified', 'info', `${named}: ${by} verifies it with ${how}.`, file, EDK2),
    )
  } else if (answer.accepted === null) {
    found.push(reason('link-unknown', 'warning', `${named}: its signature is of a kind that is not checked here.`, file, EDK2)) // prettier-ignore
  } else {
    const severity = isOnlyForeign(link, keys) ? 'warning' : 'error'
    const words = brokenWords(links, at, keys).replace(/^link \d+ /, 'it ')
    found.push(reason(`link-${answer.reason}`, severity, `${named}: ${words}.`, file, verifier === 'shim' ? SHIM : EDK2, fixOf(answer))) // prettier-ignore
  }
  if (sbat !== null) {
    const severity = verifier === 'shim' ? 'error' : 'warning'
    found.push(reason('link-sbat', severity, `${named}: ${sbat}.`, file, SHIM, 'Take a newer build of the file.')) // prettier-ignore
  }
  return [...found, ...expired(link, named, now)]
}

function fixOf({ reason: why }: FirmwareAnswer): string | null {
  if (why === 'unsigned') return 'Sign it, for example with systemd-sbsign.'
  if (why === 'signature-bad') return 'Sign the file again: it was changed after it was signed.'
  return null
}

/** Firmware does not look at dates; people do. */
function expired({ file, answer }: Link, named: string, now: number | null): CheckReason[] {
  const certificates = answer.chain?.certificates ?? []
  const over = (each: Certificate) =>
    now !== null && Date.parse(isoTime(each.notAfter)) / 1000 < now
  return certificates.filter(over).map((each) => {
    const message = `${named}: the certificate ${shortName(each.subject)} ended on ${isoTime(each.notAfter).slice(0, 10)}. Firmware does not look at dates.` // prettier-ignore
    return reason('certificate-expired', 'info', message, file, EDK2)
  })
}

function keyReasons({ imageKeys }: SecureBootQuestion, keys: Keys): CheckReason[] {
  const found = imageKeys.flatMap(({ path, layer, error, file }) => {
    const problems = error === null ? [...(file?.problems ?? [])] : [error]
    if (file !== null && file.format !== 'auth')
      problems.push('systemd-boot enrols .auth files only')
    return problems.map((message) => ({ ...reason('key-file-unread', 'warning', `${path}: ${message}.`, null, 'UEFI 2.11 §8.2.2, §32.4.1'), path, layer })) // prettier-ignore
  })
  if (keys !== 'image') return found
  const message = 'bootc copies the keys to loader/keys of the ESP. systemd-boot enrols those in the folder `auto` by itself in a virtual machine whose firmware is in setup mode; elsewhere somebody chooses them in the boot menu, unless loader.conf says `secure-boot-enroll force`.' // prettier-ignore
  return [...found, reason('keys-enrol-themselves', 'info', message, null, SYSTEMD_BOOT)]
}

function revocationReasons(dbx: KeySet, links: readonly Link[]): CheckReason[] {
  const known = dbx.images.length + dbx.certificates.length + dbx.revoked.length
  if (known > 0 || links.every(({ answer }) => answer.accepted !== true)) return []
  const message = 'Revocation was not checked against a dbx: the list changes and is on the machine, not in the image.' // prettier-ignore
  return [reason('revocation-not-checked', 'info', message, null, EDK2)]
}
