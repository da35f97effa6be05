import type { FileNeed } from '../../image/session/contents'
import { bytesOf, fileAt, filesIn } from '../../image/session/need'
import type { Directory } from '../../image/tree/node'
import { CONFIG_FOLDERS } from './install-config'
import { KARGS_FOLDER } from './kargs'
import { BASE_IMAGE, PREPARE_ROOT } from './lint/lint-checks'
import { SYSUSERS_FOLDER } from './lint/sysusers'

/** Where they usually lie, to be kept as layers stream by. */
export const BOOTC_FILES: readonly RegExp[] = [
  /^(usr\/lib|usr\/local\/lib|etc|run)\/bootc\/install\/[^/]+$/,
  /^usr\/lib\/bootc\/kargs\.d\/[^/]+$/,
  /^(usr\/)?(etc|lib)\/(passwd|group)$/,
  /^usr\/lib\/sysusers\.d\/[^/]+\.conf$/,
  /(^|\/)(usr\/lib|etc)\/ostree\/prepare-root\.conf$/,
]

/** What bootc reads of a root: kernel arguments, install configuration, and the files of its checks. */
export function bootcNeeds(root: Directory): FileNeed[] {
  const prepareRoot = ['', `${BASE_IMAGE}/`].flatMap((base) =>
    ['etc', 'usr/lib'].flatMap((folder) => fileAt(root, `${base}${folder}/${PREPARE_ROOT}`)),
  )
  return bytesOf([
    ...filesIn(root, KARGS_FOLDER, '.toml'),
    ...CONFIG_FOLDERS.flatMap((folder) => filesIn(root, folder, '.toml')),
    ...filesIn(root, SYSUSERS_FOLDER, '.conf'),
    ...['etc/passwd', 'etc/group'].flatMap((path) => fileAt(root, path)),
    ...prepareRoot,
  ])
}
