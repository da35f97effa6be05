import type { FileNeed } from '../../image/session/contents'
import { bytesOf, fileAt } from '../../image/session/need'
import type { Directory } from '../../image/tree/node'
import { BUILDER_FOLDERS, findKernelDirectory } from './osinfo'

/** Where they usually lie, to be kept as layers stream by. */
export const BUILDER_FILES: readonly RegExp[] = [
  /^(etc|usr\/lib)\/os-release$/,
  /^etc\/selinux\/config$/,
  /^usr\/lib\/(bootc-image-builder|image-builder\/bootc)\/[^/]+$/,
]
export const INITRD_FILE = /^usr\/lib\/modules\/[^/]+\/initramfs\.img$/

/** What image-builder reads of a root (pkg/bib/osinfo/osinfo.go). */
export function builderNeeds(root: Directory): FileNeed[] {
  const names = ['disk.yaml', 'iso.yaml', 'config.json', 'config.toml']
  const paths = BUILDER_FOLDERS.flatMap((folder) => names.map((name) => `${folder}/${name}`))
  const texts = ['etc/os-release', 'usr/lib/os-release', 'etc/selinux/config', ...paths]
  const initrd = findKernelDirectory(root)?.initrd ?? null
  return [
    ...bytesOf(texts.flatMap((path) => fileAt(root, path))),
    ...(initrd === null ? [] : [{ leaf: initrd, kind: 'initrd' as const }]),
  ]
}
