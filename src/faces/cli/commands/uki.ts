import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { UkiResult } from '../../../contract/answers'
import type { Hasher } from '../../../base/hash/kernels'
import { signatureRecords } from '../../../answers/facts/signature-records'
import { ukiResult } from '../../../formats/uki/record'
import { scanUki } from '../../../formats/uki/uki-sink'
import type { Answer } from './answers'
import type { Arguments } from '../arguments'
import { requireFile } from '../../../hosts/node/files'
import { jsonText } from '../print/json-text'
import { shown } from '../print/style'

/** `sealscope uki FILE`: everything about one UKI, with PCR 11 and Authenticode digests. */
export async function uki(args: Arguments): Promise<Answer> {
  const path = requireFile(args.words[0] ?? '')
  const hashers = {
    sha1: nodeHasher('sha1'),
    sha256: nodeHasher('sha256'),
    sha384: nodeHasher('sha384'),
    sha512: nodeHasher('sha512'),
  }
  const scan = scanUki(new Uint8Array(readFileSync(path)), hashers)
  const result = ukiResult(scan, path, await signatureRecords(scan), hashers)
  if (args.flag('json')) return { text: jsonText(result), exitCode: 0 }
  const lines = [
    `${path}  ${result.stub ?? 'no stub'}, kernel ${result.uname ?? 'unknown'}`,
    `cmdline  ${result.cmdline ?? 'none'}`,
    ...result.sections.map((section) => `${section.name.padEnd(10)}${section.virtualSize}`),
    ...result.signatures.map((signature) => `signed by ${signature.signer ?? 'unknown'}`),
    ...pcrLines(result),
    `authenticode  ${result.authenticode['sha256'] ?? 'none'}`,
    ...(result.error === null ? [] : [`error: ${result.error}`]),
  ].map((line) => shown(line, 2000))
  return { text: `${lines.join('\n')}\n`, exitCode: 0 }
}

function pcrLines({ pcr11 }: UkiResult): string[] {
  return Object.entries(pcr11).flatMap(([profile, banks]) =>
    Object.entries(banks['sha256'] ?? {}).map(
      ([phase, value]) => `PCR 11 ${profile} ${phase}  ${value}`,
    ),
  )
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
