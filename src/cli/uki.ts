import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Hasher } from '../kernels/kernels'
import { signatureRecords } from '../inspect/inspect-image'
import { ukiResult } from '../uki/record'
import { scanUki } from '../uki/uki-sink'
import type { Answer } from './answers'
import type { Arguments } from './arguments'
import { requirePath } from './files'

/** `sealscope uki FILE`: everything about one UKI, with PCR 11 and Authenticode digests. */
export async function uki(args: Arguments): Promise<Answer> {
  const path = requirePath(args.words[0] ?? '')
  const hashers = {
    sha1: nodeHasher('sha1'),
    sha256: nodeHasher('sha256'),
    sha384: nodeHasher('sha384'),
    sha512: nodeHasher('sha512'),
  }
  const scan = scanUki(new Uint8Array(readFileSync(path)), hashers)
  const result = ukiResult(scan, path, await signatureRecords(scan), hashers)
  if (args.flag('json')) return { text: `${JSON.stringify(result, null, 2)}\n`, exitCode: 0 }
  const lines = [
    `${path}  ${result.stub ?? 'no stub'}, kernel ${result.uname ?? 'unknown'}`,
    `cmdline  ${result.cmdline ?? 'none'}`,
    ...result.sections.map((section) => `${section.name.padEnd(10)}${section.virtualSize}`),
    ...result.signatures.map((signature) => `signed by ${signature.signer ?? 'unknown'}`),
    ...(result.error === null ? [] : [`error: ${result.error}`]),
  ]
  return { text: `${lines.join('\n')}\n`, exitCode: 0 }
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
