import type { Node } from '../../../formats/blueprint/node'
import type { Instead } from '../../../contract/plan'
import { hasControl, plainLine, shellWord, systemdField } from '../../../base/escape'
import { memberText, memberWord } from '../values'
import { argument } from './accounts'
import { baked, credential, outside, type WayContext, writeFile } from './ways'

/** Longest content that fits a tmpfiles.d line of a credential, characters. */
const LINE_LIMIT = 2000

/** A file: in the image, by tmpfiles.d, or as an extension merged over /etc (systemd-confext(8)). */
export function insteadOfFile(file: Node, context: WayContext): Instead[] {
  const path = memberText(file, 'path') ?? ''
  if (!path.startsWith('/') || hasControl(path)) return []
  const data = memberText(file, 'data') ?? ''
  const owner = {
    mode: memberText(file, 'mode') || null,
    user: memberWord(file, 'user'),
    group: memberWord(file, 'group'),
  }
  const uri = memberText(file, 'uri') ?? ''
  const name = plainLine(path)
  const copy =
    uri === ''
      ? writeFile(path, data, owner)
      : [`COPY ${JSON.stringify([baseName(uri.replace(/^file:\/\//, '')), path])}`]
  const writable = /^\/(etc|root)\//.test(path)
  const line = `f+ ${systemdField(path)} ${fields(owner.mode ?? '0644', owner)} ${argument(data)}\n`
  return [
    baked(`Copy ${name} into the image`, copy, context),
    ...(writable && uri === '' && data.length <= LINE_LIMIT
      ? [credential(`Write ${name} at boot`, 'tmpfiles.extra', line)]
      : []),
    ...(path.startsWith('/etc/')
      ? [confext(path, owner.mode)]
      : /^\/(usr|opt)\//.test(path)
        ? [sysext(path, owner.mode)]
        : []),
  ]
}

export function insteadOfDirectory(directory: Node, context: WayContext): Instead[] {
  const path = memberText(directory, 'path') ?? ''
  if (!path.startsWith('/') || hasControl(path)) return []
  const owner = { user: memberWord(directory, 'user'), group: memberWord(directory, 'group') }
  const mode = memberText(directory, 'mode') || '0755'
  const line = `d ${systemdField(path)} ${fields(mode, owner)}\n`
  const name = plainLine(path)
  return [
    baked(
      `Make ${name} in the image`,
      [
        `RUN install -d -m ${shellWord(mode)} -o ${shellWord(owner.user ?? 'root')} -g ${shellWord(owner.group ?? 'root')} ${shellWord(path)}`,
      ],
      context,
    ),
    credential(`Make ${name} at boot`, 'tmpfiles.extra', line),
  ]
}

function fields(
  mode: string,
  { user, group }: { user: string | null; group: string | null },
): string {
  return `${mode.padStart(4, '0')} ${systemdField(user ?? 'root')} ${systemdField(group ?? 'root')} -`
}

function confext(path: string, mode: string | null): Instead {
  return extension('confext', 'etc/extension-release.d', path, mode)
}

function sysext(path: string, mode: string | null): Instead {
  return extension('sysext', 'usr/lib/extension-release.d', path, mode)
}

function extension(kind: string, folder: string, path: string, mode: string | null): Instead {
  const name = 'site'
  const merged = kind === 'confext' ? '/etc' : '/usr'
  return outside('extension', `A ${kind}, merged over ${merged} at run time (it can be signed)`, [
    `install -D -m ${shellWord(mode ?? '0644')} content ${shellWord(`tree${path}`)}`,
    `mkdir -p tree/${folder}`,
    `echo ID=_any > tree/${folder}/extension-release.${name}`,
    `mkfs.erofs ${name}.raw tree`,
    `# on the machine: /var/lib/${kind === 'confext' ? 'confexts' : 'extensions'}/${name}.raw, then systemd-${kind} refresh`,
  ])
}

function baseName(path: string): string {
  return path.split('/').filter(Boolean).pop() ?? 'content'
}
