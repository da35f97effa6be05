import {
  NEWEST_RELEASE,
  releasesComputing,
  SHARED_LABEL_RELEASES,
} from '../../../answers/seal/releases'
import type { Modifier, Verdict } from '../../../contract/facts'
import { candidateForm, FORM } from '../../../rules/composefs/forms'

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
  'cfsctl-karg': `only composefs.digest=, by which bootc up to ${NEWEST_RELEASE} does not recognise the booted system`,
  'dual-karg': 'both composefs= and composefs.digest=',
  'malformed-karg': 'the digest has no length of any hash',
  bootupd: 'bootupd brings the boot loader',
  dumpfile: 'the image carries a dump of what was sealed',
  'vmlinuz-and-uki': 'a vmlinuz beside the UKI',
  'multi-frame-layers': 'a layer of several gzip members or zstd frames',
}

/** `v1/sha512/allowlist-only/bootable` in words. */
export function formInWords(id: string): string {
  const form = candidateForm(id)
  const hash = id.split('/')[1] ?? ''
  if (form === null) return id
  if (form === FORM.nsecKept || form === FORM.allXattrs) {
    return `as ${releasesComputing(form)} compute it (${hash})`
  }
  if (form === FORM.sharedLabel) return `as bootc ${SHARED_LABEL_RELEASES} computed it (${hash})`
  const attributes = form.xattrs === 'keep-user-xattrs' ? ', user xattrs kept' : ''
  return `EROFS V${form.version}, ${hash}${attributes}, ${form.bootable ? 'for booting' : 'without the boot transform'}`
}
