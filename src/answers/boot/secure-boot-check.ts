import type { Check, CheckReason } from '../../contract/checks'
import type { UkiRecord } from '../../contract/facts'
import { bootedUki, missingInput, type CheckQuestion } from './question'
import { checkOf, reason } from './reasons'

/** Would firmware with Secure Boot start it? Without the keys in question, as far as the files tell. */
export function secureBootCheck({ facts }: CheckQuestion): Check {
  if (facts.secureBoot !== null && facts.evidence.unread.length === 0) return facts.secureBoot
  const alone = facts.source.kind === 'efi' ? (facts.ukis[0] ?? null) : null
  const uki = alone ?? bootedUki(facts)
  const missing = alone === null ? missingInput(facts) : null
  const reasons = uki === null ? [] : signatureReasons(uki)
  const unsigned = uki === null && missing === null ? 'shim, boot loader and kernel of an image without UKI were not looked at' : null // prettier-ignore
  return checkOf({
    id: 'secure-boot',
    reasons: missing === null ? reasons : [],
    unknown: missing ?? unsigned ?? 'which keys the firmware trusts (give them with --trust)',
    yes: 'Firmware with these keys starts it',
    no: 'With Secure Boot on, firmware refuses it',
  })
}

function signatureReasons({ signatures, path, layer }: UkiRecord): CheckReason[] {
  const at = { path, layer, source: 'UEFI 2.11 §32.2.4' }
  if (signatures.length === 0) {
    return [reason('uki-unsigned', 'error', 'the UKI is not signed, unless its hash is enrolled', { ...at, fix: 'sign it, for example with systemd-sbsign' })] // prettier-ignore
  }
  const good = signatures.some(
    (each) => each.digestMatches !== false && each.signatureValid !== false,
  )
  if (good) return []
  return [reason('uki-signature-stale', 'error', 'no signature of the UKI is for these bytes', { ...at, fix: 'sign the file again' })] // prettier-ignore
}
