import type { Tone } from '../../../answers/review/headline'
import { code } from '../../../answers/words/text'
import type { UkiRecord } from '../../../contract/facts'

export interface SignatureSaying {
  headline: string
  lines: { tone: Tone; text: string }[]
}

/** What the signatures of a kernel image say. That one fits the file is no word about who trusts its signer. */
export function signatureSays({ signatures }: Pick<UkiRecord, 'signatures'>): SignatureSaying {
  if (signatures.length === 0) {
    const text = 'Not signed: with Secure Boot on, firmware refuses it unless its hash is enrolled.'
    return { headline: 'Nobody signed it.', lines: [{ tone: 'warn', text }] }
  }
  const lines = signatures.map(({ signer, issuer, digestMatches, signatureValid }) => {
    const who = signer === null ? 'an unknown signer' : code(signer)
    const from = issuer === null || issuer === signer ? '' : `, whom ${code(issuer)} certifies`
    const head = `Signed by ${who}${from}:`
    if (digestMatches === false)
      return { tone: 'bad' as const, text: `${head} the signature is of another file.` }
    if (signatureValid === false)
      return { tone: 'bad' as const, text: `${head} the signature is wrong.` }
    if (digestMatches === true && signatureValid === true) {
      return {
        tone: 'void' as const,
        text: `${head} the signature is of this file. Whether a machine trusts the signer is another question.`,
      }
    }
    return { tone: 'void' as const, text: `${head} the signature could not be confirmed.` }
  })
  const fits = signatures.some(
    ({ digestMatches, signatureValid }) => digestMatches === true && signatureValid === true,
  )
  const wrong = lines.every(({ tone }) => tone === 'bad')
  const headline = fits
    ? 'A signed kernel image starts it.'
    : wrong
      ? 'The kernel image is signed, but no signature fits.'
      : 'The kernel image is signed; the signature could not be confirmed.'
  return { headline, lines }
}
