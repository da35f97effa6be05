import { systemdObjection } from '../pe/pe'
import type { UkiScan } from '../scan'
import { buildChain, osslsigncodeAccepts, sbverifyAccepts } from './chain'
import { parsesToEnd } from './firmware'
import { isoTime, type Certificate } from './x509'
import { TYPE_PKCS7, TYPE_EFI_GUID } from '../pe/certificate-table'
import { verifySignatures, type SignatureDetails } from './signatures'

/** What the tools that people have at hand say of a file and one anchor; null when it cannot be said. */
export interface ToolAnswers {
  sbverify: boolean | null
  osslsigncode: boolean | null
}

/** `now`: seconds since 1970, which osslsigncode holds against the certificates' dates. */
export async function toolAnswers(
  scan: UkiScan,
  anchors: readonly Certificate[],
  now: number,
): Promise<ToolAnswers> {
  const signatures = await verifySignatures(scan)
  return {
    sbverify: await sbverify(scan, signatures, anchors),
    osslsigncode: await osslsigncode(scan, signatures, anchors, now),
  }
}

/** sbverify 0.9.4: any PKCS#7 entry of type 2 whose digest is the SHA-256 of the file. */
async function sbverify(
  scan: UkiScan,
  signatures: readonly SignatureDetails[],
  anchors: readonly Certificate[],
): Promise<boolean | null> {
  if (systemdObjection(scan) !== null && !hasReadableHeader(scan)) return false
  let unknown = false
  for (const signature of signatures) {
    const { entryType, digestAlgorithm, digestMatches, signatureValid, evidence } = signature
    if (entryType !== TYPE_PKCS7 || digestAlgorithm !== 'sha256' || digestMatches === false)
      continue
    if (signatureValid === false || evidence.certificate === null) continue
    if (digestMatches === null || signatureValid === null) {
      unknown = true
      continue
    }
    const chain = await buildChain(evidence.certificate, evidence.data.certificates, anchors)
    if (sbverifyAccepts(chain, anchors)) return true
    unknown ||= !chain.known
  }
  return unknown ? null : false
}

/** osslsigncode 2.9: one PKCS#7 entry that the table ends with and the file, too. */
async function osslsigncode(
  scan: UkiScan,
  signatures: readonly SignatureDetails[],
  anchors: readonly Certificate[],
  now: number,
): Promise<boolean | null> {
  const [signature, second] = signatures
  const table = scan.certificateTable
  if (signature === undefined || second !== undefined || table === null) return false
  if (!parsesToEnd(scan) || table.offset + table.size !== scan.size) return false
  const { entryType, digestMatches, signatureValid, evidence } = signature
  if (entryType === TYPE_EFI_GUID || digestMatches === false || signatureValid === false)
    return false
  if (evidence.certificate === null) return false
  if (digestMatches === null || signatureValid === null) return null
  const chain = await buildChain(evidence.certificate, evidence.data.certificates, anchors)
  const accepted = osslsigncodeAccepts(chain, anchors, (each) => isValidAt(each, now))
  return !accepted && !chain.known ? null : accepted
}

function hasReadableHeader({ header }: UkiScan): boolean {
  return header !== null && (header.magic === 0x20b || header.magic === 0x10b)
}

/** Whether a time lies within a certificate's dates. */
export function isValidAt({ notBefore, notAfter }: Certificate, now: number): boolean {
  const seconds = (text: string) => Date.parse(isoTime(text)) / 1000
  return seconds(notBefore) <= now && now <= seconds(notAfter)
}
