import { SealscopeError } from '../../base/error'
import type { Finding } from '../../contract/facts'
import type { PcrSignatureRecord } from '../../contract/uki'
import type { ScanHashers } from '../../formats/uki/digest-set'
import { pcrSignatureRecords } from '../../formats/uki/pcr-policies'
import {
  firstSection,
  firstText,
  identifyKernel,
  machineName,
  systemdObjection,
} from '../../formats/uki/pe/pe'
import { profileKey, readProfiles } from '../../formats/uki/profiles'
import { readSbat } from '../../formats/uki/sbat'
import type { ScannedSection, UkiScan } from '../../formats/uki/scan'
import { TEXT_SECTIONS } from '../../formats/uki/section-reader'
import { readSignatureEntries, type SignatureDetails } from '../../formats/uki/signature/signatures'
import { decodeUtf8 } from '../../base/utf8'

/** Where a rule comes from. */
const SPEC = 'UAPI.5 Unified Kernel Images'
const PE_BINARY = 'systemd src/shared/pe-binary.c'
const AUTHENTICODE = 'UEFI 2.11 §32.2.4'
const COMPOSEFS_BOOT = 'composefs-rs crates/composefs-boot/src/uki.rs'

type Note = Pick<Finding, 'id' | 'severity' | 'message' | 'fix' | 'source'>

export interface FindingsInput {
  scan: UkiScan
  path: string
  layer: number | null
  signatures: readonly SignatureDetails[]
  hashers: ScanHashers
  /** For an add-on: the scan of the UKI it belongs to, when there is one. */
  addonOf?: UkiScan | null
}

/** Everything odd about a UKI or an add-on, each with what to do about it. */
export async function ukiFindings(input: FindingsInput): Promise<Finding[]> {
  const { scan, path, layer } = input
  const notes = [
    ...headerNotes(scan),
    ...sectionNotes(scan),
    ...textNotes(scan),
    ...kernelNotes(scan),
    ...signatureNotes(scan, input.signatures),
    ...(await pcrNotes(scan, input.hashers)),
    ...(input.addonOf === undefined ? [] : addonNotes(scan, input.addonOf)),
  ]
  return notes.map(({ id, severity, message, fix, source }) => ({
    id,
    severity,
    path,
    layer,
    message,
    fix,
    source,
  }))
}

function headerNotes(scan: UkiScan): Note[] {
  if (scan.error !== null) {
    return [note('uki-not-pe', 'error', `This is no PE file: ${scan.error}.`, REBUILD, PE_BINARY)]
  }
  const notes: Note[] = []
  const objection = systemdObjection(scan)
  if (objection !== null) {
    const although = scan.bootc.cmdline.kind === 'error' ? '' : ', although bootc reads it'
    const message = `systemd does not take this for a PE file${although}: ${objection}.`
    notes.push(note('uki-odd-pe', 'error', message, REBUILD, PE_BINARY))
  } else if (scan.header !== null && scan.header.subsystem !== 10) {
    const message = `The subsystem is ${scan.header.subsystem}, expected 10 (EFI application).`
    notes.push(note('uki-subsystem', 'warning', message, REBUILD, SPEC))
  }
  for (const id of new Set(scan.warnings.map((warning) => warning.id))) {
    const messages = scan.warnings.filter((warning) => warning.id === id)
    const shown = messages.slice(0, 3).map(({ message }) => message)
    const more = messages.length > 3 ? `; ${messages.length - 3} more like this` : ''
    notes.push(note(`uki-${id}`, 'warning', `${shown.join('; ')}${more}.`, REBUILD, 'PE/COFF §4'))
  }
  return notes
}

const REBUILD = 'Build the image again with ukify and sign the result.'

function note(
  id: string,
  severity: Finding['severity'],
  message: string,
  fix: string | null,
  source: string,
): Note {
  return { id, severity, message, fix, source }
}

/** What the stub and systemd look at in a UKI; other sections are the stub's own. */
const UKI_SECTIONS: ReadonlySet<string> = new Set([...TEXT_SECTIONS, '.linux', '.initrd', '.ucode', '.splash', '.dtb', '.dtbauto', '.hwids', '.efifw']) // prettier-ignore
const REPEATED: ReadonlySet<string> = new Set(['.dtbauto', '.efifw', '.profile'])

function sectionNotes(scan: UkiScan): Note[] {
  const notes: Note[] = []
  for (const section of scan.sections) {
    if (!UKI_SECTIONS.has(section.name)) continue
    const { name, virtualSize, rawSize } = section
    if (virtualSize > rawSize && rawSize > 0) {
      const message = `VirtualSize of ${name} is ${virtualSize} bytes, but only ${rawSize} are in the file: bootc and bootctl read on into what follows, and PCR 11 depends on the stub's version.`
      notes.push(note('uki-virtual-size', 'warning', message, 'Build it with ukify 257.4 or newer.', 'systemd PR 36259')) // prettier-ignore
    }
    if (virtualSize === 0 && rawSize > 0) {
      const message = `VirtualSize of ${name} is 0: the stub takes the section for unset.`
      notes.push(note('uki-section-unset', 'warning', message, REBUILD, SPEC))
    }
    if ((section.trailing ?? 0) > 0 && TEXT_SECTIONS.has(name) && virtualSize > 0) {
      const message = `The text of ${name} goes on for ${section.trailing} bytes behind VirtualSize and is cut there by every reader.`
      notes.push(note('uki-text-continues', 'warning', message, 'Add the section anew; objcopy --update-section keeps the old size.', SPEC)) // prettier-ignore
    }
  }
  return [...notes, ...duplicateNotes(scan)]
}

function duplicateNotes(scan: UkiScan): Note[] {
  const names = new Set<string>()
  for (const profile of readProfiles(scan)) {
    const base = scan.sections.slice(0, scan.sections.findIndex(({ name }) => name === '.profile') + 1 || undefined) // prettier-ignore
    for (const group of [base, profile.own]) {
      for (const name of repeatedNames(group)) names.add(name)
    }
  }
  return [...names].map((name) => {
    const message = `There are several ${name} sections; the stub, bootctl and bootc take the first.`
    return note('uki-duplicate-section', 'warning', message, `Keep one ${name}.`, SPEC)
  })
}

function repeatedNames(sections: readonly ScannedSection[]): string[] {
  const seen = new Set<string>()
  const repeated: string[] = []
  for (const { name, virtualSize } of sections) {
    if (!UKI_SECTIONS.has(name) || REPEATED.has(name) || virtualSize === 0) continue
    if (seen.has(name)) repeated.push(name)
    seen.add(name)
  }
  return repeated
}

function textNotes(scan: UkiScan): Note[] {
  const notes: Note[] = []
  for (const { name, text } of scan.sections) {
    if (text === null || !TEXT_SECTIONS.has(name)) continue
    if (decodeUtf8(text) === null) {
      notes.push(
        note('uki-text-encoding', 'error', `The text of ${name} is not UTF-8.`, null, SPEC),
      )
    }
    const end = text.findLastIndex((byte) => byte !== 0) + 1
    if (name !== '.sbat' && name !== '.pcrsig' && text.subarray(0, end).includes(0)) {
      const message = `The text of ${name} has a NUL inside: bootctl refuses it, others read on.`
      notes.push(note('uki-text-nul', 'warning', message, null, PE_BINARY))
    } else if (name === '.cmdline' && end < text.length) {
      const message =
        'The command line ends with NUL, which composefs-rs takes as part of the last word.'
      notes.push(note('uki-cmdline-nul', 'warning', message, 'Let ukify write the section.', COMPOSEFS_BOOT)) // prettier-ignore
    }
  }
  return [...notes, ...sbatNotes(scan)]
}

function sbatNotes(scan: UkiScan): Note[] {
  const { text } = firstSection(scan, '.sbat') ?? { text: null }
  const refused = text === null ? null : readSbat(text).refused
  if (refused === null) return []
  const message = `shim refuses the whole .sbat section, and so the file: ${refused}.`
  return [note('uki-sbat', 'error', message, 'Give each row six columns.', 'shim sbat.c')]
}

function kernelNotes(scan: UkiScan): Note[] {
  const linux = firstSection(scan, '.linux')
  if (linux === null) return []
  const notes: Note[] = []
  const uname = firstText(scan, '.uname')?.trim() ?? null
  const version = linux.kernel?.version ?? null
  if (uname !== null && version !== null && uname !== version) {
    const message = `.uname says ${uname}, the kernel in .linux says ${version}.`
    notes.push(
      note('uki-uname-mismatch', 'warning', message, 'Pass the right kernel to ukify.', SPEC),
    )
  }
  if (firstSection(scan, '.osrel') === null) {
    const message =
      'There is no .osrel section: systemd-boot does not list the file and bootc refuses it.'
    notes.push(note('uki-no-osrel', 'warning', message, 'Pass --os-release to ukify.', PE_BINARY))
  }
  if (firstSection(scan, '.initrd') === null) {
    notes.push(note('uki-no-initrd', 'info', 'There is no .initrd section.', null, SPEC))
  }
  return notes
}

function signatureNotes(scan: UkiScan, signatures: readonly SignatureDetails[]): Note[] {
  const notes: Note[] = [...tableNotes(scan)]
  if (signatures.length === 0 && scan.error === null) {
    const message =
      'The file is not signed: with Secure Boot on, firmware refuses it unless its hash is enrolled.'
    notes.push(note('uki-unsigned', 'info', message, 'Sign it, for example with systemd-sbsign.', AUTHENTICODE)) // prettier-ignore
  }
  for (const signature of signatures) {
    const by = signature.signer === null ? 'The signature' : `The signature by ${signature.signer}`
    if (signature.digestMatches === false) {
      const message = `${by} is not for this file: it was changed after signing.`
      notes.push(
        note('uki-signature-stale', 'error', message, 'Sign the file again.', AUTHENTICODE),
      )
    }
    if (signature.signatureValid === false) {
      const message = `${by} is not valid: ${signature.problem ?? 'it does not verify'}.`
      notes.push(
        note('uki-signature-invalid', 'error', message, 'Sign the file again.', AUTHENTICODE),
      )
    }
    if (signature.signatureValid === null && signature.problem !== null) {
      const message = `${by} cannot be checked: ${signature.problem}.`
      notes.push(note('uki-signature-unread', 'warning', message, null, AUTHENTICODE))
    }
    if (signature.digestAlgorithm !== null && signature.digestAlgorithm !== 'sha256') {
      const message = `${by} uses ${signature.digestAlgorithm}, which much firmware and sbverify do not take.`
      notes.push(
        note('uki-signature-digest', 'warning', message, 'Sign with SHA-256.', AUTHENTICODE),
      )
    }
  }
  return notes
}

function tableNotes(scan: UkiScan): Note[] {
  const { certificateTable: table } = scan
  if (table === null) return []
  const notes: Note[] = []
  const add = (message: string) => notes.push(note('uki-certificate-table', 'warning', message, 'Sign the file again.', AUTHENTICODE)) // prettier-ignore
  const end = table.offset + table.size
  if (end > scan.size)
    add(`The certificate table ends at byte ${end} of a file of ${scan.size} bytes.`)
  if (end < scan.size)
    add(`${scan.size - end} bytes follow the certificate table, which must be last.`)
  if (table.offset % 8 !== 0) add(`The certificate table begins at byte ${table.offset}, which is no multiple of 8.`) // prettier-ignore
  for (const { entry, data, problem } of readSignatureEntries(scan)) {
    const named = `The certificate entry at byte ${entry.offset}`
    if (problem !== null) add(`${named} holds no signature: ${problem}.`)
    else if (data?.signers.length === 0) add(`${named} holds certificates, but no signature.`)
  }
  return notes
}

async function pcrNotes(scan: UkiScan, hashers: ScanHashers): Promise<Note[]> {
  if (firstSection(scan, '.linux') === null) return []
  const notes: Note[] = []
  const profiles = readProfiles(scan)
  for (const profile of profiles) {
    const name = profile.implied ? '' : ` of profile ${profileKey(profile, profiles)}`
    try {
      const entries = await pcrSignatureRecords(scan, profile, profiles, hashers)
      notes.push(...pcrEntryNotes(entries, name, hashers))
    } catch (error) {
      if (!(error instanceof SealscopeError)) throw error
      notes.push(note('uki-pcrsig-unread', 'warning', `${error.message}${name}.`, null, SPEC))
    }
  }
  return notes
}

const SIGN_PCRS_AGAIN = 'Sign the PCR policies again with the ukify of this stub.'

function pcrEntryNotes(
  entries: readonly PcrSignatureRecord[],
  name: string,
  hashers: ScanHashers,
): Note[] {
  const notes: Note[] = []
  const known = entries.filter(({ bank }) => Object.hasOwn(hashers, bank))
  const stale = known.filter(({ phase }) => phase === null)
  for (const why of new Set(stale.map(whyStale))) {
    const count = stale.filter((entry) => whyStale(entry) === why).length
    const message = `${count} of ${known.length} signed PCR 11 policies${name} fit no phase of this image, so nothing sealed to them opens: ${why}.`
    notes.push(note('uki-pcrsig-stale', 'warning', message, SIGN_PCRS_AGAIN, SPEC))
  }
  if (entries.some(({ key, pkfp, valid }) => key === null && pkfp !== null && valid === false)) {
    const message = `.pcrsig${name} was made with another key than the one in .pcrpkey.`
    notes.push(
      note('uki-pcrsig-key', 'warning', message, 'Use one pair of keys for both sections.', SPEC),
    )
  } else if (entries.some(({ valid }) => valid === false)) {
    const message = `A signature in .pcrsig${name} does not verify with the key in .pcrpkey.`
    notes.push(note('uki-pcrsig-invalid', 'warning', message, SIGN_PCRS_AGAIN, SPEC))
  }
  return notes
}

/** What was proved by reproducing the policy, else what remains. */
function whyStale({ explanation }: PcrSignatureRecord): string {
  const names = explanation?.sections.join(' and ') ?? ''
  switch (explanation?.id) {
    case 'other-profile':
      return `proved: they were signed for profile ${names}`
    case 'left-out':
      return `proved: they were signed without ${names}`
    case 'not-measured':
      return `proved: they were signed with ${names}, which this stub does not measure`
    case 'other-order':
      return 'proved: they were signed in the order of the specification, which no stub measures in'
    case undefined:
      return 'no way of measuring these sections gives them, so a section was changed after they were signed, or they are of another image'
  }
}

/** UAPI.5 "PE Addons"; what bootc does with them is in its own rules. */
function addonNotes(scan: UkiScan, uki: UkiScan | null): Note[] {
  const notes: Note[] = []
  const add = (message: string) =>
    notes.push(note('addon-no-effect', 'warning', message, null, SPEC))
  if (
    scan.error === null &&
    identifyKernel(scan) !== 'addon' &&
    firstSection(scan, '.dtbauto') === null
  ) {
    add('The add-on holds nothing that the stub takes from one (.cmdline, .dtb, .dtbauto, .initrd, .ucode).') // prettier-ignore
  }
  if (firstSection(scan, '.linux') !== null) add('It holds a kernel, so it is a UKI and no add-on.')
  const digest = /(?:^|\s)(composefs(?:\.digest)?)=/.exec(firstText(scan, '.cmdline') ?? '')?.[1]
  if (digest !== undefined) {
    const message = `The add-on says ${digest}=: bootc reads that of the UKI alone, while the stub appends this one to the command line that the initramfs sees.`
    notes.push(note('addon-composefs', 'warning', message, 'Seal the UKI itself, and leave the digest out of the add-on.', COMPOSEFS_BOOT)) // prettier-ignore
  }
  if (uki === null) return notes
  const [ours, theirs] = [firstText(scan, '.uname')?.trim(), firstText(uki, '.uname')?.trim()]
  if (ours !== undefined && theirs !== undefined && ours !== theirs) {
    add(`The add-on is for kernel ${ours}, the UKI has ${theirs}: the stub ignores it.`)
  }
  const [addonMachine, ukiMachine] = [machineName(scan), machineName(uki)]
  if (addonMachine !== null && ukiMachine !== null && addonMachine !== ukiMachine) {
    add(`The add-on is for ${addonMachine}, the UKI for ${ukiMachine}: the stub ignores it.`)
  }
  return notes
}
