import type { ImageTree } from '../image-tree'
import type { DiskLayout, Instead } from '../../../contract/plan'
import { shellWord } from '../../../base/escape'

/** What decides which ways are open. */
export interface WayContext {
  /** A change of the image's own files needs a new seal. */
  sealed: boolean
  layout: DiskLayout | null
  tree: ImageTree
  /** Modules of the initramfs; null: not known. */
  initrdModules: readonly string[] | null
}

/** Longest value that a snippet carries, characters. */
const LONGEST = 4000
/** A step of a Containerfile that is cut would be none; each value in it is bounded already. */
const WHOLE = 1_000_000

/** A step of the Containerfile: before sealing, so that the digest covers it. */
export function baked(title: string, lines: readonly string[], { sealed }: WayContext): Instead {
  const note = sealed
    ? ['# in the Containerfile, in the stage before `bootc container ukify`', ...lines]
    : ['# in the Containerfile', ...lines]
  const price = sealed ? 'then seal again' : 'build the image again'
  return { title, snippet: bounded(note.map(oneLine), WHOLE), needsReseal: sealed, how: 'containerfile', price } // prettier-ignore
}

const PRICES: Readonly<Record<Exclude<Instead['how'], 'containerfile'>, string>> = {
  blueprint: 'make the disk again, no reseal',
  credential: 'per machine, no reseal',
  'user-data': 'per machine, no reseal',
  extension: 'per machine, no reseal',
  addon: 'sign it, then install with --uki-addon; no reseal',
  command: 'another way to deploy, no reseal',
}

/** Something that the sealed image does not contain. */
export function outside(
  how: keyof typeof PRICES,
  title: string,
  lines: readonly string[],
): Instead {
  return { title, snippet: bounded(lines, LONGEST), needsReseal: false, how, price: PRICES[how] }
}

/** A line break inside a value would begin an instruction of its own. */
function oneLine(line: string): string {
  return /[\n\r\u2028\u2029]/.test(line)
    ? '# a value has a line break: write this step by hand'
    : line
}

function bounded(lines: readonly string[], most: number): string {
  const text = lines.join('\n')
  return text.length <= most
    ? text
    : `${text.slice(0, most)}\n# … cut: ${text.length} characters in all`
}

/** Null: 0644, root. */
export interface FileOwner {
  mode: string | null
  user: string | null
  group: string | null
}

const PLAIN: FileOwner = { mode: null, user: null, group: null }

/** A file written by a Containerfile step, byte for byte. */
export function writeFile(path: string, content: string, owner: FileOwner = PLAIN): string[] {
  const chmod = owner.mode === null ? '0644' : owner.mode.padStart(4, '0')
  const who = [owner.user ?? 'root', owner.group ?? 'root'].join(':')
  const options = `--chmod=${chmod}${who === 'root:root' ? '' : ` --chown=${who}`}`
  if (content.length > LONGEST / 2) {
    return [
      '# the content is long: keep it as a file beside the Containerfile',
      `COPY ${options} ${JSON.stringify(['content', path])}`,
    ]
  }
  if (isHeredoc(content) && /^[\w@%+=:,./-]+$/.test(path)) {
    return [`COPY ${options} <<"END_OF_FILE" ${path}`, ...content.slice(0, -1).split('\n'), 'END_OF_FILE'] // prettier-ignore
  }
  const target = shellWord(path)
  return [
    `RUN mkdir -p ${shellWord(parentOf(path))} && printf %s ${base64(content)} | base64 -d > ${target} \\`,
    ` && chmod ${shellWord(chmod)} ${target} && chown ${shellWord(who)} ${target}`,
  ]
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/')) || '/'
}

/** Lines that a heredoc keeps as they are. */
function isHeredoc(content: string): boolean {
  if (!content.endsWith('\n') || content.includes('END_OF_FILE')) return false
  return !/[\u0000-\u0008\u000b-\u001f\u007f\u2028\u2029]/.test(content)
}

/** UTF-8 as base64. */
export function base64(text: string): string {
  let binary = ''
  for (const byte of new TextEncoder().encode(text)) binary += String.fromCharCode(byte)
  return btoa(binary)
}

/**
 * A credential that systemd itself reads at boot: from the ESP, where systemd-stub finds it, or from
 * the firmware of a virtual machine (systemd.system-credentials(7), systemd-stub(7)).
 */
export function credential(title: string, name: string, value: string): Instead {
  const shared = name.endsWith('.extra')
    ? ['# one credential of this name holds the lines of every user, group and file']
    : []
  return outside('credential', `${title}: systemd credential ${name}`, [
    ...shared,
    '# on the ESP, found by systemd-stub; encrypted for the TPM of this machine:',
    `printf %s ${base64(value)} | base64 -d | systemd-creds encrypt --with-key=auto-initrd --name=${name} - /boot/efi/loader/credentials/${name}.cred`,
    '# or for a virtual machine, through SMBIOS:',
    `qemu-system-x86_64 … -smbios type=11,value=io.systemd.credential.binary:${name}=${base64(value)}`,
  ])
}
