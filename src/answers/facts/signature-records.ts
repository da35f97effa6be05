import type { CollectedUki } from './uki-records'
import type { Check } from '../../contract/checks'
import type { ImageFacts } from '../../contract/facts'
import type { CertificateRecord, SignatureRecord } from '../../contract/uki'
import { firstSection } from '../../formats/uki/pe/pe'
import type { UkiScan } from '../../formats/uki/scan'
import { readVendorCertificates, type KeySet } from '../../formats/uki/signature/key-file'
import type { Directory } from '../../image/tree/node'
import type { ContentReader } from '../../image/tree/reader'
import { collectBootFiles, longSection } from '../boot/trust/boot-files'
import { secureBootQuestion } from '../boot/trust/of-image'
import { secureBootCheck } from '../boot/trust/secure-boot'
import { collectImageKeys, enrolmentKeyRecords } from '../boot/trust/image-keys'
import {
  certificateRecord,
  signatureRecord,
  verifySignatures,
} from '../../formats/uki/signature/signatures'

/** Fills in who signed each UKI and the kernel in it, and whether the signatures fit the files. */
export async function verifyUkis(facts: ImageFacts, ukis: readonly CollectedUki[]): Promise<void> {
  for (const { record, scan } of ukis) {
    const target = facts.ukis.find(({ path }) => path === record.path)
    if (target === undefined) continue
    target.signatures = await signatureRecords(scan)
    if (target.kernel !== null) target.kernel.signatures = await kernelSignatureRecords(scan)
  }
}

/** Fills in who signed the programs for the firmware, what shim trusts, and the keys to enrol. */
export async function verifyBootFiles(
  facts: ImageFacts,
  root: Directory,
  reader: ContentReader,
): Promise<void> {
  facts.bootFiles = await Promise.all(
    collectBootFiles(root, reader).map(async ({ record, scan }) => ({
      ...record,
      signatures: await signatureRecords(scan),
      vendorCertificates: await vendorCertificates(scan),
    })),
  )
  facts.enrolmentKeys = await enrolmentKeyRecords(collectImageKeys(root, reader))
}

/** The check `secure-boot` with the keys that were given, those of the image, or Microsoft's. */
export function secureBootOf(
  root: Directory,
  reader: ContentReader,
  facts: ImageFacts,
  trust: KeySet | undefined,
): Promise<Check> {
  const given = { trusted: trust ?? null, now: null }
  return secureBootCheck(secureBootQuestion(root, reader, facts, given))
}

async function vendorCertificates(scan: UkiScan): Promise<CertificateRecord[]> {
  const section = longSection(scan, '.vendor_cert')
  if (section === null) return []
  return Promise.all(readVendorCertificates(section).allowed.certificates.map(certificateRecord))
}

/** Signatures in the words of the contract. */
export async function signatureRecords(scan: UkiScan): Promise<SignatureRecord[]> {
  return (await verifySignatures(scan)).map(signatureRecord)
}

/** Those of the kernel in `.linux`. */
export async function kernelSignatureRecords(scan: UkiScan): Promise<SignatureRecord[]> {
  const image = firstSection(scan, '.linux')?.image ?? null
  return image === null ? [] : signatureRecords(image)
}
