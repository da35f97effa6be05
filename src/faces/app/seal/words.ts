import {
  NEWEST_RELEASE,
  releasesComputing,
  SHARED_LABEL_RELEASES,
} from '../../../answers/seal/releases'
import type { Modifier } from '../../../contract/facts'
import { candidateForm, FORM } from '../../../rules/composefs/forms'

/** What each modifier says about an image. */
export const MODIFIERS: Record<Modifier, string> = {
  signed: 'the first UKI is signed for Secure Boot',
  'multiple-ukis': 'several .efi files stand in /boot/EFI/Linux; bootc takes the first by name',
  addons: 'add-ons extend the command line',
  'multi-profile': 'the UKI has several profiles',
  'uki-in-modules': 'a UKI stands below /usr/lib/modules, which bootc does not start',
  'type1-entries': 'there are boot loader entries in /boot/loader/entries',
  'sha256-karg': 'the digest is SHA-256; bootc takes SHA-512',
  'cfsctl-karg': `there is only composefs.digest=, by which bootc up to ${NEWEST_RELEASE} does not recognise the booted system`,
  'dual-karg': 'both composefs= and composefs.digest= are there',
  'malformed-karg': 'the digest has the length of no hash',
  bootupd: 'bootupd brings the boot loader',
  dumpfile: 'the image carries a list of what was sealed',
  'vmlinuz-and-uki': 'a vmlinuz stands beside the UKI',
  'multi-frame-layers': 'a layer has several gzip members or zstd frames',
}

/** `v1/sha512/allowlist-only/bootable` in words. */
export function formInWords(id: string): string {
  const form = candidateForm(id)
  const hash = id.split('/')[1] ?? ''
  if (form === null) return id
  if (form === FORM.nsecKept || form === FORM.allXattrs) {
    return `as ${releasesComputing(form)} computes it (${hash})`
  }
  if (form === FORM.sharedLabel) return `as bootc ${SHARED_LABEL_RELEASES} computed it (${hash})`
  const attributes = form.xattrs === 'keep-user-xattrs' ? ', user attributes kept' : ''
  return `EROFS V${form.version}, ${hash}${attributes}, ${form.bootable ? 'for booting' : 'without the boot transform'}`
}
