import type { Modifier, Verdict } from '../../../contract/facts'

export const TITLES: Record<Verdict, string> = {
  NO_KERNEL: 'No kernel',
  SPLIT_KERNEL: 'Not sealed: kernel and initramfs',
  MULTI_KERNEL: 'Several kernels: bootc refuses this image',
  UKI_BROKEN: 'The UKI cannot be read: bootc refuses this image',
  UKI_NO_COMPOSEFS: 'Not sealed: the UKI names no composefs digest',
  UKI_UNSEALED: 'Not sealed: the digest is optional',
  UKI_SEALED: 'Sealed',
}

export const MEANINGS: Record<Verdict, string> = {
  NO_KERNEL:
    'Neither a UKI in /boot/EFI/Linux nor a vmlinuz below /usr/lib/modules: nothing boots.',
  SPLIT_KERNEL: 'The image boots from files that nothing ties to the root file system.',
  MULTI_KERNEL: 'More than one directory in /usr/lib/modules has a vmlinuz.',
  UKI_BROKEN: 'bootc stops at the first UKI in /boot/EFI/Linux.',
  UKI_NO_COMPOSEFS: 'The first UKI boots whatever root file system it finds.',
  UKI_UNSEALED: 'composefs=?… only names the image; without fs-verity it boots all the same.',
  UKI_SEALED: 'The kernel command line requires one composefs digest of the root file system.',
}

/** What each modifier says about an image. */
export const MODIFIERS: Record<Modifier, string> = {
  signed: 'the first UKI is signed for Secure Boot',
  'multiple-ukis': 'several .efi files in /boot/EFI/Linux: bootc takes the first by name',
  addons: 'add-ons extend the command line',
  'multi-profile': 'the UKI has several profiles',
  'uki-in-modules': 'a UKI below /usr/lib/modules, which bootc does not boot',
  'type1-entries': 'boot loader entries in /boot/loader/entries',
  'sha256-karg': 'the digest is SHA-256; bootc takes SHA-512',
  'cfsctl-karg': 'only composefs.digest=, which bootc up to 1.16.9 does not know',
  'dual-karg': 'both composefs= and composefs.digest=',
  'malformed-karg': 'the digest has no length of any hash',
  bootupd: 'bootupd brings the boot loader',
  dumpfile: 'the image carries a dump of what was sealed',
  'vmlinuz-and-uki': 'a vmlinuz beside the UKI',
  'multi-frame-layers': 'a layer of several gzip members or zstd frames',
}

/** `v1/sha512/allowlist-only/bootable` in words. */
export function formInWords(id: string): string {
  const [form = '', hash = '', xattrs, kind] = id.split('/')
  const legacy: Record<string, string> = {
    'v1-nsec-kept': 'as bootc 1.16.4 to 1.16.9 compute it',
    'v2-allxattr': 'as bootc 1.16.0 to 1.16.3 compute it',
    'v2-sharedlabel': 'as bootc 1.13 to 1.15.2 computed it',
  }
  if (Object.hasOwn(legacy, form)) return `${legacy[form] ?? ''} (${hash})`
  const attributes = xattrs === 'keep-user-xattrs' ? ', user xattrs kept' : ''
  return `EROFS ${form.toUpperCase()}, ${hash}${attributes}, ${kind === 'plain' ? 'without the boot transform' : 'for booting'}`
}
