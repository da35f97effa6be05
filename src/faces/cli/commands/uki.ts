import { createHash } from 'node:crypto'
import { statSync } from 'node:fs'
import type { UkiResult } from '../../../contract/answers'
import type { Hasher } from '../../../base/hash/kernels'
import { kernelSignatureRecords } from '../../../answers/facts/signature-records'
import { ukiFindings } from '../../../answers/findings/uki-findings'
import { ukiResult } from '../../../formats/uki/record'
import type { UkiScan } from '../../../formats/uki/scan'
import { signatureRecord, verifySignatures } from '../../../formats/uki/signature/signatures'
import { ukiSink } from '../../../formats/uki/uki-sink'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { readPieces, requireFile } from '../../../hosts/node/files'
import { jsonText } from '../print/json-text'
import { outputStyle } from '../print/style'
import { measureLines, profileValues, systemdJson } from './uki-pcrs'
import { ukiText } from './uki-text'

/** The digests of all TPM banks. */
const BANKS = {
  sha1: nodeHasher('sha1'),
  sha256: nodeHasher('sha256'),
  sha384: nodeHasher('sha384'),
  sha512: nodeHasher('sha512'),
}

/** `sealscope uki`: everything about one UKI. Exit code 0 for any file that can be read. */
export async function uki(args: Arguments): Promise<Answer> {
  const path = requireFile(args.words[0] ?? '')
  const scan = scanFile(path)
  const result = await describe(scan, path)
  return { text: textOf(args, result), exitCode: 0 }
}

function textOf(args: Arguments, result: UkiResult): string {
  if (args.flag('pcrs')) {
    const values = profileValues(result, args.text('profile'))
    if (args.jsonForm === 'systemd') return systemdJson(values)
    const { lines, phases } = measureLines(values)
    for (const phase of phases) process.stderr.write(`# PCR[11] Phase <${phase}>\n`)
    return lines
  }
  return args.flag('json') ? jsonText(result) : ukiText(result, outputStyle())
}

function scanFile(path: string): UkiScan {
  const sink = ukiSink(statSync(path).size, BANKS, { initrd: true })
  for (const piece of readPieces(path)) sink.push(piece)
  return sink.end()
}

/** The document of a scanned file. */
async function describe(scan: UkiScan, path: string): Promise<UkiResult> {
  const signatures = await verifySignatures(scan)
  const owner = path.endsWith('.addon.efi') ? { addonOf: null } : {}
  const findings = await ukiFindings({ scan, path, layer: null, signatures, hashers: BANKS, ...owner }) // prettier-ignore
  const kernelSignatures = await kernelSignatureRecords(scan)
  const records = signatures.map(signatureRecord)
  return ukiResult({ scan, path, signatures: records, kernelSignatures, findings, hashers: BANKS })
}

function nodeHasher(name: string): () => Hasher {
  return () => {
    const hash = createHash(name)
    return {
      update: (chunk) => void hash.update(chunk),
      digest: () => new Uint8Array(hash.digest()),
    }
  }
}
