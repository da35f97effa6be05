import { fileSecureBoot, trustRecords } from '../../../answers/boot/trust/one-file'
import { kernelSignatureRecords } from '../../../answers/facts/signature-records'
import { ukiFindings } from '../../../answers/findings/uki-findings'
import type { UkiResult } from '../../../contract/answers'
import { DIGEST_NAMES, scanTools, type ScanTools } from '../../../formats/uki/digest-set'
import { extraction } from '../../../formats/uki/extract'
import { ukiResult } from '../../../formats/uki/record'
import type { UkiScan } from '../../../formats/uki/scan'
import { signatureRecord, verifySignatures } from '../../../formats/uki/signature/signatures'
import { ukiSink } from '../../../formats/uki/uki-sink'
import { loadBundledKernels } from '../../../hosts/node/fast'
import type { Arguments } from '../arguments'
import { jsonText } from '../print/json-text'
import { outputStyle } from '../print/style'
import { trustedFiles } from '../trust'
import { openUki, type UkiSource } from '../uki-source'
import { toStandardOutput, writeFile } from '../write-file'
import type { Answer } from './answers'
import { measureLines, profileValues, systemdJson } from './uki-pcrs'
import { ukiText } from './uki-text'

const ZEROS = new Uint8Array(65_536)

/** `sealscope uki`: everything about one UKI. Exit code 0 for any file that can be read. */
export async function uki(args: Arguments): Promise<Answer> {
  const source = await openUki(args)
  const section = args.text('extract')
  // The digests of all TPM banks.
  const tools = scanTools(await loadBundledKernels(), section === null ? DIGEST_NAMES : [])
  const sink = ukiSink(source.size, tools, { initrd: section === null })
  await source.read((chunk) => sink.push(chunk))
  const scan = sink.end()
  if (section !== null) {
    await extract(source, scan, section, args)
    return { text: '', exitCode: 0 }
  }
  return { text: textOf(args, await describe(args, scan, source, tools)), exitCode: 0 }
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

/** The document of a scanned file. */
async function describe(
  args: Arguments,
  scan: UkiScan,
  source: UkiSource,
  tools: ScanTools,
): Promise<UkiResult> {
  const { path, layer } = source
  const signatures = await verifySignatures(scan)
  const owner = path.endsWith('.addon.efi') ? { addonOf: null } : {}
  const given = trustedFiles(args)
  const now = Date.now() / 1000
  return ukiResult({
    scan,
    path,
    layer,
    hashers: tools,
    signatures: signatures.map(signatureRecord),
    kernelSignatures: await kernelSignatureRecords(scan),
    findings: await ukiFindings({ scan, path, layer, signatures, hashers: tools, ...owner }),
    trust: await trustRecords(scan, given, now),
    secureBoot: await fileSecureBoot(scan, path, given, now),
  })
}

/** Writes a section as objcopy does, to -o FILE or standard output. */
async function extract(
  source: UkiSource,
  scan: UkiScan,
  section: string,
  args: Arguments,
): Promise<void> {
  const pieces = extraction(scan, section, args.text('profile'))
  const write = async (take: (chunk: Uint8Array) => void) => {
    for (const piece of pieces) {
      if ('zeros' in piece)
        for (let left = piece.zeros; left > 0; left -= ZEROS.length) take(ZEROS.subarray(0, left)) // prettier-ignore
      else await readRange(source, piece, take)
    }
  }
  const file = args.text('output')
  if (file === null) await write(toStandardOutput)
  else await writeFile(file, write)
}

async function readRange(
  source: UkiSource,
  { start, length }: { start: number; length: number },
  take: (chunk: Uint8Array) => void,
): Promise<void> {
  let at = 0
  await source.read((chunk) => {
    const part = chunk.subarray(Math.max(0, start - at), Math.max(0, start + length - at))
    at += chunk.length
    if (part.length > 0) take(part)
  })
}
