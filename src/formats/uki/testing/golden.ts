import { readFileSync } from 'node:fs'
import { brotliDecompressSync } from 'node:zlib'
import { loadKernels } from '../../../base/hash/testing/load'
import { createHashBanks } from './hash-banks'

/** One UKI with what real programs say about it; see fixtures/README.md. */
export interface UkiCase {
  name: string
  about: string
  size: number
  sha256: string
  bytes: Uint8Array
  /** pefile's names and numbers; `error` when it does not read the file. */
  pe: Record<string, unknown> & { error?: string }
  /** At most 40. */
  sections: {
    name: string
    virtual_size: number
    virtual_address: number
    raw_size: number
    raw_offset: number
    characteristics: string
    content_sha256: string | null
    nonzero_bytes_after_virtual_size?: number
    text?: string | null
  }[]
  loaderInfo: { product: string; version: string } | null
  kernelIdentify: string
  authenticode: { own: string; agree: boolean } | null
  certificateEntries: {
    type: string
    image_digest_matches_file?: boolean
    pkcs7?: {
      image_digest_algorithm: string
      image_digest: string
      signers: {
        signer_subject: string
        issuer: string
        message_digest_ok: boolean
        signature_over_attributes_ok: boolean
        key: string
        signing_time: string
        serial: string
      }[]
      certificates: {
        subject: string
        issuer: string
        serial: string
        not_before: string
        not_after: string
        sha256: string
      }[]
    }
  }[]
  uname: string | null
  linux: { kind: string; version?: string; banner?: string } | null
  lsinitrd: string[] | null
  sbat: { status: string; rows: string[][] } | null
  stubVersion: number | null
  profiles: {
    id: string | null
    title: string | null
    implied: boolean
    ownSections: string[]
    cmdline: string | null
    effective: Record<string, string>
    pcr11: Record<string, Record<string, string>> | null
    dtbauto: Record<string, Record<string, string>>[]
    pcrsig:
      | {
          bank: string
          pkfp: string
          pol: string
          ref: string | null
          matches_phase: string | null
          pkfp_is_pcrpkey: boolean
          signature_ok: boolean
          signature_hash: string
        }[]
      | null
  }[]
  /** `bootctl list` of systemd 262 on x64; null when it failed. */
  entries:
    | {
        id: string
        title: string
        sortKey: string | null
        version: string | null
        uname: string | null
        options: string | null
        profile: number
      }[]
    | null
  /** Parts without padding, and the names that 3cpio lists. */
  initrd: GoldenInitrd | null
  ucode: GoldenInitrd | null
  /** Whether the tool accepts the file with this certificate as its only anchor. */
  sbverify: Record<string, boolean>
  osslsigncode: Record<string, boolean>
  /** What bootc prints as its error; null when it reads the file. */
  bootc: string | null
}

interface GoldenInitrd {
  parts: { offset: number; size: number; compression: string; unpackedSize: number | null }[]
  names: string[]
}

interface Golden {
  cases: UkiCase[]
  /** PEM by file name: `ca.pem`, `leaf.pem`, …, and PCR signing keys. */
  certificates: Record<string, string>
  small: { name: string; about: string; content: string; bootc: string | null }[]
}

function unpack(name: string): Buffer {
  return brotliDecompressSync(readFileSync(`src/formats/uki/fixtures/${name}.br`))
}

function loadGolden(): Golden {
  const golden = JSON.parse(unpack('golden.json').toString()) as Golden
  const files = new Uint8Array(unpack('files.bin'))
  let at = 0
  for (const item of golden.cases) {
    item.bytes = files.subarray(at, at + item.size)
    at += item.size
  }
  return golden
}

export const golden = loadGolden()

/** The golden case of this file. */
export function ukiCase(name: string): UkiCase {
  const found = golden.cases.find((item) => item.name === `${name}.efi`)
  if (found === undefined) throw new Error(`no fixture ${name}`)
  return found
}

/** Hashers of all four banks. */
export async function loadBanks() {
  return createHashBanks(await loadKernels())
}
