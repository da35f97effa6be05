import type { Node } from '../../../image/tree/node'
import { resolve } from '../../../image/tree/lookup'
import { manifestOf } from './repository'
import { Refusal, within } from './refusal'
import { writtenText } from './written'
import { requirePrepared, rootOf, type InstallRun } from './run'
import type { Volume, VolumeNode } from './volume'

/** The only one: `--stateroot` does not count for the composefs backend. */
const VAR = 'state/os/default/var'

/** bootc bootc_composefs/state.rs `write_composefs_state`: /etc, /var and where the image came from. */
export function writeState(run: InstallRun, id: string, bootDigest: string): void {
  const { volume } = rootOf(run)
  const state = `state/deploy/${id}`
  volume.folder(`${state}/etc`)
  volume.folder(VAR)
  volume.link(`${state}/var`, '../../os/default/var')
  within('Initializing /etc and /var for state', () => {
    copyTree(run, volume, 'var', VAR)
    copyTree(run, volume, 'etc', `${state}/etc`)
    volume.remove(`${state}/etc/.updated`)
  })
  const text = originText(run, bootDigest)
  volume.file(`${state}/${id}.origin`, writtenText(run, text))
}

function originText(run: InstallRun, bootDigest: string): string {
  const { targetImgref } = requirePrepared(run)
  return [
    '[origin]',
    `container-image-reference = ostree-unverified-image:${targetImgref}`,
    '',
    '[boot]',
    `boot_type = ${run.result.bootType ?? ''}`,
    `digest = ${bootDigest}`,
    '',
    '[image]',
    `manifest_digest = ${manifestOf(run)}`,
    '',
  ].join('\n')
}

/** `cp -a --remove-destination SOURCE/. TARGET/.`; the target takes the source's mode and owner. */
function copyTree(run: InstallRun, volume: Volume, source: string, target: string): void {
  const top = resolve(run.image.root, source, 'chroot')
  if (top?.kind !== 'dir') {
    throw new Refusal('Subprocess failed: ExitStatus(unix_wait_status(256))', {
      lastLine: `cp: cannot stat '$TMP/${source}/.': No such file or directory`,
    })
  }
  const stack: [string, Node][] = [['', top]]
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const [below, node] = next
    volume.put(target + below, copyOf(run, source + below, node))
    if (node.kind !== 'dir') continue
    for (const [name, child] of node.entries) stack.push([`${below}/${name}`, child])
  }
}

function copyOf(run: InstallRun, path: string, node: Node): VolumeNode {
  const { stat } = node
  const owned = {
    mode: stat.mode,
    owner: `${stat.uid}:${stat.gid}`,
    selinux: run.image.ownLabel?.(path) ?? null,
  }
  if (node.kind === 'dir') return { type: 'dir', ...owned }
  if (node.kind === 'file') return { type: 'file', body: run.image.contents.body(node), ...owned }
  if (node.kind === 'symlink') return { type: 'symlink', target: node.target, ...owned }
  return { type: 'other', ...owned }
}
