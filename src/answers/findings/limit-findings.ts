import type { Finding } from '../../contract/facts'
import { IMAGE_ALLOWANCE } from '../../formats/tar/entry'
import type { CutFile } from '../../image/session/contents'
import { finding } from './finding'

/** Says what was not read for want of room. */
export function limitFindings({ cut, isFull }: { cut: CutFile[]; isFull: boolean }): Finding[] {
  const message = `the files that are read take more than ${IMAGE_ALLOWANCE.contents} bytes together: not all of them were read`
  const source = 'Sealscope src/formats/tar/entry.ts'
  const full = isFull ? [finding('contents-too-large', 'warning', message, { source })] : []
  return [...full, ...cut.map(cutFinding)]
}

function cutFinding({ layer, path, kept, size }: CutFile): Finding {
  return finding(
    'file-too-large',
    'warning',
    `only the first ${kept} of the ${size} bytes of ${path} were read`,
    {
      source: 'Sealscope src/image/session/capture.ts',
      layer,
      path,
      fix: 'check whether this file belongs into the image: no tool reads one of this size',
    },
  )
}
