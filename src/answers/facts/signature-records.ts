import type { CollectedUki } from './uki-records'
import type { ImageFacts, UkiSignatureRecord } from '../../contract/facts'
import type { UkiScan } from '../../formats/uki/scan'
import { verifySignatures } from '../../formats/uki/signature/signatures'

/** Fills in who signed each UKI, and whether the signature fits the file. */
export async function verifyUkis(facts: ImageFacts, ukis: readonly CollectedUki[]): Promise<void> {
  for (const { record, scan } of ukis) {
    const target = facts.ukis.find(({ path }) => path === record.path)
    if (target !== undefined) target.signatures = await signatureRecords(scan)
  }
}

/** Signatures in the words of the contract. */
export async function signatureRecords(scan: UkiScan): Promise<UkiSignatureRecord[]> {
  const found = await verifySignatures(scan)
  return found.map(({ signer, issuer, digestAlgorithm, digestMatches, signatureValid }) => ({
    signer,
    issuer,
    digestAlgorithm,
    digestMatches,
    signatureValid,
  }))
}
