import type { CollectedUki } from './uki-records'
import type { ImageFacts } from '../../contract/facts'
import type { SignatureRecord } from '../../contract/uki'
import { firstSection } from '../../formats/uki/pe/pe'
import type { UkiScan } from '../../formats/uki/scan'
import { signatureRecord, verifySignatures } from '../../formats/uki/signature/signatures'

/** Fills in who signed each UKI and the kernel in it, and whether the signatures fit the files. */
export async function verifyUkis(facts: ImageFacts, ukis: readonly CollectedUki[]): Promise<void> {
  for (const { record, scan } of ukis) {
    const target = facts.ukis.find(({ path }) => path === record.path)
    if (target === undefined) continue
    target.signatures = await signatureRecords(scan)
    if (target.kernel !== null) target.kernel.signatures = await kernelSignatureRecords(scan)
  }
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
