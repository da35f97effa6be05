import type { UkiResult } from '../../../contract/answers'
import type { CertificateRecord, InitrdRecord, SignatureRecord } from '../../../contract/uki'
import { shown, type Style } from '../print/style'

const LINE = 2000
const SHOWN_HARDWARE_IDS = 20

/** Everything about one UKI, for people. */
export function ukiText(result: UkiResult, style: Style): string {
  const blocks: [string, string[]][] = [
    ['', headLines(result)],
    ['Secure Boot', trustLines(result, style)],
    ['Findings', findingLines(result, style)],
    ['Sections', sectionLines(result)],
    ['Command line', [shown(result.cmdline ?? 'none', LINE)]],
    ['Profiles', result.profiles.map(({ pcr11Key, title, cmdline }) => shown(`${pcr11Key}  ${title ?? ''}  ${cmdline ?? 'no command line'}`, LINE))], // prettier-ignore
    ['Boot menu', result.entries.map(({ id, title, version, sortKey }) => shown(`${title}  version ${version ?? 'none'}, sort key ${sortKey ?? 'none'}, ${id}`, LINE))], // prettier-ignore
    ['Kernel', kernelLines(result)],
    ['Initramfs', initrdLines(result.initrd)],
    ['Early microcode', initrdLines(result.ucode)],
    ['Hardware', hardwareLines(result)],
    ['SBAT', (result.sbat ?? []).map((row) => shown(row.join(','), LINE))],
    ['Signatures', signatureLines(result.signatures)],
    ['Authenticode', Object.entries(result.authenticode).map(([name, hex]) => `${name}  ${hex}`)],
    ['PCR 11', pcrLines(result)],
    ['Signed PCR policies', pcrsigLines(result)],
  ]
  const text = blocks
    .filter(([, lines]) => lines.length > 0)
    .map(([title, lines]) => {
      const body = lines.map((line) => `${title === '' ? '' : '  '}${line}`)
      return [...(title === '' ? [] : [style.bold(title)]), ...body].join('\n')
    })
  return `${text.join('\n\n')}\n`
}

function headLines(result: UkiResult): string[] {
  const { path, stub, machine, header, size, sha256, error } = result
  return [
    `${path}  ${result.class}, ${size} bytes, sha256 ${sha256 ?? 'unknown'}`,
    `stub     ${stub ?? 'none'}, ${machine ?? 'unknown machine'}`,
    `kernel   ${result.kernelVersion ?? 'unknown'}${result.uname === null ? '' : `, .uname ${result.uname.trim()}`}`,
    ...(header === null ? [] : [headerLine(header)]),
    ...(error === null ? [] : [`error    ${error}`]),
  ].map((line) => shown(line, LINE))
}

function headerLine(header: NonNullable<UkiResult['header']>): string {
  const hex = (value: number) => `0x${value.toString(16)}`
  const { magic, subsystem, imageVersion, numberOfSections, entryPoint, sizeOfImage } = header
  const { sizeOfHeaders, sectionAlignment, fileAlignment, dllCharacteristics, checkSum } = header
  return `header   ${magic === 0x20b ? 'PE32+' : magic === 0x10b ? 'PE32' : hex(magic)}, machine ${hex(header.machine)}, subsystem ${subsystem}, image version ${imageVersion}, ${numberOfSections} sections, entry ${hex(entryPoint)}, image ${sizeOfImage}, headers ${sizeOfHeaders}, alignment ${sectionAlignment}/${fileAlignment}, DLL ${hex(dllCharacteristics)}, checksum ${hex(checkSum)}, time ${header.timeDateStamp}` // prettier-ignore
}

function sectionLines({ sections }: UkiResult): string[] {
  return sections.map(({ name, virtualSize, rawSize, rawOffset, virtualAddress, sha256 }) =>
    shown(
      `${name.padEnd(10)} ${String(virtualSize).padStart(10)} ${String(rawSize).padStart(10)} at ${rawOffset}, 0x${virtualAddress.toString(16)}  ${sha256 ?? 'not in the file'}`,
    ),
  )
}

function kernelLines({ kernel }: UkiResult): string[] {
  if (kernel === null) return []
  const { format, compression, banner, signatures } = kernel
  const lines = [`${format}${compression === null ? '' : `, ${compression}`}`]
  if (banner !== null) lines.push(shown(banner, LINE))
  const signed = signatureLines(signatures).map((line) => `its own signature, which firmware does not look at here: ${line}`) // prettier-ignore
  return [...lines, ...signed]
}

function initrdLines(initrd: InitrdRecord | null): string[] {
  if (initrd === null) return []
  const parts = initrd.parts.map((part, index) => {
    const unpacked = part.unpackedSize === null ? '' : `, ${part.unpackedSize} unpacked`
    const kind = part.compression === 'none' ? 'cpio' : part.compression
    return `part ${index + 1}  ${kind}, ${part.size} bytes at ${part.offset}${unpacked}, ${part.entries} entries${part.microcode ? ', microcode' : ''}` // prettier-ignore
  })
  const { modules, problem } = initrd
  const list = modules === null ? 'unknown' : modules.length === 0 ? 'no list' : modules.join(' ')
  return [
    ...parts,
    shown(`dracut modules  ${list}`, LINE),
    ...(problem === null ? [] : [shown(`not read further: ${problem}`, LINE)]),
  ]
}

function hardwareLines({ devicetrees, firmware, splash, hardwareIds }: UkiResult): string[] {
  const ids = hardwareIds.slice(0, SHOWN_HARDWARE_IDS)
  return [
    ...(splash === null ? [] : [`splash  ${splash.width} × ${splash.height}, ${splash.bitsPerPixel} bits`]), // prettier-ignore
    ...devicetrees.map(({ section, size, model, compatible }) => `${section}  ${size} bytes, ${model ?? 'no model'}, ${compatible.join(' ')}`), // prettier-ignore
    ...firmware.map(({ id, size }) => `.efifw  ${size} bytes, ${id ?? 'no id'}`),
    ...ids.map(({ kind, chid, name, target }) => `.hwids  ${kind} ${chid} ${name ?? ''} ${target ?? ''}`.trimEnd()), // prettier-ignore
    ...(hardwareIds.length > ids.length ? [`.hwids  ${hardwareIds.length - ids.length} more`] : []),
  ].map((line) => shown(line, LINE))
}

/** What a signature says of itself; whom it leads to is another question. */
function signatureLines(signatures: readonly SignatureRecord[]): string[] {
  return signatures.flatMap((signature) => [
    shown(`${signature.signer ?? 'an unknown signer'}  ${stateOf(signature)}`, LINE),
    ...signature.certificates.map((certificate) => `  ${certificateLine(certificate)}`),
  ])
}

function stateOf({
  digestMatches,
  signatureValid,
  digestAlgorithm,
  problem,
}: SignatureRecord): string {
  const named = digestAlgorithm ?? 'unknown digest'
  if (digestMatches === true && signatureValid === true) {
    return `${named}, made for this file; whether a machine trusts the signer is another question`
  }
  return `${named}, ${problem ?? 'could not be checked'}`
}

/** Whom the signatures lead to; what firmware decides is followed where the tools disagree. */
function trustLines({ secureBoot, trust }: UkiResult, style: Style): string[] {
  const { answer, summary, reasons } = secureBoot
  const colour = answer === 'yes' ? style.good : answer === 'no' ? style.bad : style.warn
  const says = (accepted: boolean | null) => (accepted === null ? 'unknown' : accepted ? 'accepts' : 'refuses') // prettier-ignore
  return [
    `${colour(answer)}  ${shown(summary, LINE)}`,
    ...reasons.map(({ message }) => shown(message, LINE)),
    ...trust.map(
      ({ file, firmware, reason, sbverify, osslsigncode }) =>
      shown(`${file}  firmware ${says(firmware)} (${reason}), sbverify ${says(sbverify)}, osslsigncode ${says(osslsigncode)}`, LINE), // prettier-ignore
    ),
  ]
}

function certificateLine(certificate: CertificateRecord): string {
  const { subject, issuer, serial, notBefore, notAfter, sha256, key } = certificate
  const by = subject === issuer ? 'self-signed' : `issued by ${issuer}`
  return shown(`${subject}  ${by}, serial ${serial}, ${notBefore} to ${notAfter}, ${key ?? 'unknown key'}, sha256 ${sha256 ?? 'unknown'}`, LINE) // prettier-ignore
}

function pcrLines({ pcr11 }: UkiResult): string[] {
  // The other banks: --json or --pcrs.
  return Object.entries(pcr11).flatMap(([profile, banks]) =>
    Object.entries(banks)
      .filter(([bank]) => bank === 'sha256')
      .flatMap(([bank, phases]) =>
        Object.entries(phases).map(([phase, value]) =>
          shown(
            `${profile}  ${bank.padEnd(6)} ${phase === '' ? '(behind the stub)' : phase}  ${value}`,
          ),
        ),
      ),
  )
}

function pcrsigLines({ pcrsig }: UkiResult): string[] {
  return pcrsig.map(({ profile, bank, phase, key, valid, pol }) => {
    const fits = phase === null ? 'fits no phase' : `for ${phase === '' ? 'right behind the stub' : phase}` // prettier-ignore
    const by = key === null ? 'another key than .pcrpkey' : `key ${key}`
    const state = valid === null ? 'not checked' : valid ? 'signature verifies' : 'signature does not verify' // prettier-ignore
    return shown(`${profile}  ${bank}  ${fits}, ${by}, ${state}, policy ${pol ?? 'none'}`)
  })
}

function findingLines({ findings }: UkiResult, style: Style): string[] {
  return findings.flatMap(({ severity, id, message, fix }) => {
    const colour =
      severity === 'error' ? style.bad : severity === 'warning' ? style.warn : style.dim
    return [
      `${colour(severity)}  ${id}: ${shown(message, LINE)}`,
      ...(fix === null ? [] : [`    ${style.dim(shown(fix, LINE))}`]),
    ]
  })
}
