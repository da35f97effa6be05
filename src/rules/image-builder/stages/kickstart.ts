import type { Group, User } from '../customizations'
import { compact, type JsonObject } from '../../../base/go/json'
import { fileStages } from './files'
import { stage, type Stage } from './stage'
import { groupsMap, usersMap } from './users'

export interface KickstartInput {
  /** Reference of the container that is installed. */
  payload: string
  users: readonly User[]
  groups: readonly Group[]
  /** Arguments for the installed system; empty: none. */
  kernelAppend: string
  rootType: string
  /** The user's own kickstart; null: everything is automatic. */
  contents: string | null
  salt: string
}

const BASE = '/osbuild-base.ks'
const MAIN = '/osbuild.ks'
const REPOSITORY = '/run/install/repo'

/**
 * The kickstart in two files: options that osbuild writes, and a text that includes them. Source:
 * bootcInstallerKickstartStages in pkg/manifest/anaconda_installer_iso_tree.go.
 */
export function kickstartStages(input: KickstartInput): { stages: Stage[]; contents: string[] } {
  const include = `%include ${REPOSITORY}${BASE}\n`
  const text = include + (input.contents ?? automaticText(input.rootType))
  return {
    stages: [
      stage('kickstart', { options: options(input) }),
      ...fileStages([{ path: MAIN, data: text }]),
    ],
    contents: [text],
  }
}

function automaticText(rootType: string): string {
  const type = rootType === 'btrfs' ? 'btrfs' : `plain --fstype=${rootType}`
  return `\nautopart --nohome --type=${type}\n\nreboot --eject\n`
}

function options(input: KickstartInput): JsonObject {
  const base: JsonObject = {
    path: BASE,
    ostreecontainer: {
      stateroot: '',
      url: `${REPOSITORY}/container`,
      transport: 'oci',
      remote: '',
      signatureverification: false,
    },
  }
  const automatic = input.contents === null ? automaticOptions(input) : {}
  return { ...base, ...automatic, '%post': [{ erroronfail: true, commands: post(input.payload) }] }
}

function automaticOptions({ users, groups, kernelAppend, salt }: KickstartInput): JsonObject {
  const kept = usersMap(withoutPlainRoot(users), salt)
  const result: JsonObject = {}
  if (Object.keys(kept).length > 0) result['users'] = kept
  if (groups.length > 0) result['groups'] = groupsMap(groups)
  return {
    ...result,
    lang: 'en_US.UTF-8',
    keyboard: 'us',
    timezone: 'UTC',
    rootpw: { lock: true },
    clearpart: { all: true },
    network: [{ activate: true, bootproto: 'dhcp', device: 'link', onboot: 'on' }],
    ...compact({ bootloader: kernelAppend === '' ? undefined : { append: kernelAppend } }),
  }
}

/** Of the last user `root` only the key counts; without one there is nothing to say about root. */
function withoutPlainRoot(users: readonly User[]): User[] {
  const root = users.findLast(({ name }) => name === 'root')
  const others = users.filter(({ name }) => name !== 'root')
  return root === undefined || root.key === null ? others : [...others, { ...root, password: null }]
}

/** Sets the origin for updates, and tells a serial console that the end was reached. */
function post(payload: string): string[] {
  return [
    'set -e',
    `bootc switch --mutate-in-place --transport registry ${payload}`,
    '# used during automatic image testing as finished marker',
    'if [ -c /dev/ttyS0 ]; then',
    '  # continue on errors here, because we used to omit --erroronfail',
    '  echo "Install finished" > /dev/ttyS0 || true',
    'fi',
  ]
}
