import type { Check } from '../../../contract/checks'
import type { TrustRecord } from '../../../contract/uki'
import { firmwareStarts } from '../../../formats/uki/signature/firmware'
import { joinKeys, NO_KEYS, type KeyFile } from '../../../formats/uki/signature/key-file'
import { certificateRecord } from '../../../formats/uki/signature/signatures'
import { toolAnswers } from '../../../formats/uki/signature/tools'
import type { UkiScan } from '../../../formats/uki/scan'
import { bootFile } from './boot-files'
import { secureBootCheck } from './secure-boot'

export interface GivenKeys {
  path: string
  keys: KeyFile
}

/** What each file with keys makes of one signed file. `now`: seconds since 1970. */
export async function trustRecords(
  scan: UkiScan,
  given: readonly GivenKeys[],
  now: number,
): Promise<TrustRecord[]> {
  const records: TrustRecord[] = []
  for (const { path, keys } of given) {
    const { accepted, reason, anchor } = await firmwareStarts(scan, keys, NO_KEYS)
    records.push({
      file: path,
      certificates: await Promise.all(keys.certificates.map(certificateRecord)),
      digests: keys.images.length,
      firmware: accepted,
      reason,
      anchor: anchor?.subject ?? null,
      ...(await toolAnswers(scan, keys.certificates, now)),
    })
  }
  return records
}

/** The check `secure-boot` of a file by itself: whoever starts it is not asked for. */
export function fileSecureBoot(
  scan: UkiScan,
  path: string,
  given: readonly GivenKeys[],
  now: number,
): Promise<Check> {
  const trusted = given.length === 0 ? null : joinKeys(given.map(({ keys }) => keys))
  const kernel = { path, unified: true }
  const files = [bootFile(scan, path, null)]
  return secureBootCheck({
    files,
    kernel,
    bootloader: null,
    imageKeys: [],
    trusted,
    now,
    alone: true,
  })
}
