import { statSync } from 'node:fs'
import type { ScanTools } from '../../formats/uki/digest-set'
import type { UkiScan } from '../../formats/uki/scan'
import { ukiSink } from '../../formats/uki/uki-sink'
import { readPieces } from './files'

/** Scans a file on the disk piece by piece, initramfs included. */
export function scanFile(path: string, tools: ScanTools): UkiScan {
  const sink = ukiSink(statSync(path).size, tools, { initrd: true })
  for (const piece of readPieces(path)) sink.push(piece)
  return sink.end()
}
