import type { CaptureRule } from '../../image/session/capture'
import type { FileNeed } from '../../image/session/contents'
import { bytesOf, fileAt, filesIn } from '../../image/session/need'
import type { Directory } from '../../image/tree/node'
import { BOOTC_FILES, bootcNeeds } from '../../rules/bootc/needs'
import { COMPOSEFS_FILES, composefsNeeds } from '../../rules/composefs/needs'
import { BUILDER_FILES, builderNeeds, INITRD_FILE } from '../../rules/image-builder/needs'
import { bootFileLeaves } from '../boot/trust/boot-files'
import { keyLeaves } from '../boot/trust/image-keys'
import { BOOTC_FILE, DATABASE_FILE, packageNeeds, STATUS_FILE } from './packages'
import { findAddons, ukiFiles } from './uki-records'

const DUMP_FILE = /^boot\/[^/]+\.dump$/
/** Accounts, and what makes or lets in some: see `readSystem`. */
const SYSTEM_FILES = [
  /^(usr\/lib|etc)\/(sysusers|tmpfiles)\.d\/[^/]+\.conf$/,
  /^(usr\/)?etc\/(shadow|default\/useradd)$/,
  /^etc\/machine-id$/,
  /^(usr\/lib|etc)\/systemd\/system\/(serial-)?getty@[^/]*\.service\.d\/[^/]+\.conf$/,
]
const KEY_FILE = /^usr\/lib\/bootc\/install\/secureboot-keys\/.+/
const TEXTS = [
  ...COMPOSEFS_FILES,
  ...BOOTC_FILES,
  ...BUILDER_FILES,
  ...SYSTEM_FILES,
  DUMP_FILE,
  KEY_FILE,
]

/** What is kept of layers while they stream by: where the files usually lie that facts are made of. */
export const CAPTURE: readonly CaptureRule[] = [
  { kind: 'uki', pattern: /\.efi(\.signed)?$/i },
  { kind: 'uki', pattern: /^usr\/lib\/modules\/[^/]+\/vmlinuz$/ },
  { kind: 'initrd', pattern: INITRD_FILE },
  { kind: 'packages', pattern: DATABASE_FILE },
  { kind: 'packages', pattern: STATUS_FILE },
  { kind: 'bootc', pattern: BOOTC_FILE },
  ...TEXTS.map((pattern) => ({ kind: 'bytes' as const, pattern })),
]

/** The files that facts are made of, wherever links lead; most were kept by then. */
export function factsNeeds(root: Directory): FileNeed[] {
  const ukis = [...ukiFiles(root).map(([, leaf]) => leaf), ...findAddons(root).map(({ leaf }) => leaf)] // prettier-ignore
  return [
    ...bootFileLeaves(root).map(([, leaf]) => ({ leaf, kind: 'uki' as const })),
    ...bytesOf(keyLeaves(root).map(([, leaf]) => leaf)),
    ...ukis.map((leaf) => ({ leaf, kind: 'uki' as const })),
    ...bytesOf(filesIn(root, 'boot', '.dump')),
    ...packageNeeds(root),
    ...systemNeeds(root),
    ...bootcNeeds(root),
    ...composefsNeeds(root),
    ...builderNeeds(root),
  ]
}

function systemNeeds(root: Directory): FileNeed[] {
  const folders = ['usr/lib', 'etc'].flatMap((base) => [`${base}/sysusers.d`, `${base}/tmpfiles.d`])
  const files = ['etc/machine-id', 'etc/shadow', 'usr/etc/shadow', 'etc/default/useradd']
  return bytesOf([
    ...folders.flatMap((folder) => filesIn(root, folder, '.conf')),
    ...files.flatMap((path) => fileAt(root, path)),
  ])
}
