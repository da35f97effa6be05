import type { ImageFacts } from '../../contract/facts'

/** How to build the UKI of a tree: bootc's command, and what it runs. */
export interface SealRecipe {
  /** Arguments of `bootc container ukify`, behind `bootc`. */
  bootc: string[]
  /** Arguments of ukify, behind `ukify`; it runs in the root of the tree. */
  ukify: string[]
  /** What has to be made before; empty: kernel and initramfs are in the tree. */
  before: string[]
}

/** As bootc ukify.rs `build_ukify` puts them together: kargs.d first, then the digest; null without a kernel. */
export function sealRecipe(facts: ImageFacts, karg: string): SealRecipe | null {
  const { kernel, ukis, kargs, installation } = facts
  if (kernel === null) return null
  const [uki] = ukis
  const version = kernel.unified ? (uki?.uname?.trim() ?? uki?.kernelVersion ?? kernel.version) : kernel.version // prettier-ignore
  const inTree = !kernel.unified || installation?.initramfs === true
  const folder = inTree ? `usr/lib/modules/${version}` : '/tmp/uki'
  const cmdline = [...(kargs ?? []), karg].join(' ')
  const file = `boot/EFI/Linux/${version}.efi`
  return {
    bootc: ['container', 'ukify', '--rootfs', '/target-rootfs', '--', '--output', `/${file}`],
    ukify: [
      'build',
      '--linux',
      `${folder}/vmlinuz`,
      '--initrd',
      `${folder}/initramfs.img`,
      '--uname',
      version,
      '--cmdline',
      cmdline,
      '--os-release',
      '@usr/lib/os-release',
      '--output',
      file,
    ],
    before: inTree
      ? []
      : [
          'mkdir -p /tmp/uki',
          `objcopy -O binary --only-section=.linux ${quoted(kernel.path)} /tmp/uki/vmlinuz`,
          `objcopy -O binary --only-section=.initrd ${quoted(kernel.path)} /tmp/uki/initramfs.img`,
        ],
  }
}

/** The recipe as commands of a shell, in the root of the finished tree. */
export function recipeText({ bootc, ukify, before }: SealRecipe): string {
  const lines = [
    '# as the last step, on the finished tree at /target-rootfs (its digest is part of the result):',
    ['bootc', ...bootc].map(quoted).join(' '),
    '# which is, in /target-rootfs:',
    ...before,
    ['ukify', ...ukify].map(quoted).join(' '),
    '# then sign the file, and copy it to /boot/EFI/Linux of the image: nothing else may change',
  ]
  return `${lines.join('\n')}\n`
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
