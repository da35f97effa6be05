import { V1_SINCE, V2_UNTIL } from '../../../answers/review/releases'

/** A term of the field: one sentence, and where it is defined. */
export interface Meaning {
  words: string
  source: string
}

/** Terms that are explained where they stand. */
export const TERMS: Readonly<Record<string, Meaning>> = {
  UKI: {
    words:
      'is a unified kernel image: kernel, initramfs and command line in one EFI file, which can be signed as a whole.',
    source: 'UAPI.5',
  },
  composefs: {
    words:
      'describes a whole tree of files in one small image; its digest therefore names every file, owner, label and content.',
    source: 'composefs-rs',
  },
  'fs-verity': {
    words: 'lets the kernel check each block of a file against one digest whenever it is read.',
    source: 'Linux fsverity.rst',
  },
  EROFS: {
    words: 'is the read-only file system format in which the composefs image is written.',
    source: 'Linux erofs.rst',
  },
  karg: {
    words: 'is one argument on the kernel’s command line.',
    source: 'Linux kernel-parameters',
  },
  'kargs.d': {
    words:
      'is /usr/lib/bootc/kargs.d: files from which bootc takes kernel arguments. In a UKI the arguments are fixed instead.',
    source: 'bootc kargs',
  },
  seal: {
    words:
      'means that the kernel image demands one digest of the root file system, so that a changed tree does not start.',
    source: 'bootc, experimental-composefs',
  },
  ESP: {
    words:
      'is the EFI system partition: a FAT file system from which firmware starts the boot loader and the kernel images.',
    source: 'UEFI 2.11 §13.3',
  },
  XBOOTLDR: { words: 'is a second partition for kernels beside the ESP.', source: 'UAPI.1' },
  SBAT: {
    words:
      'is a list of components and generations in an EFI file, by which firmware revokes old versions.',
    source: 'shim SBAT.md',
  },
  stub: {
    words: 'is the small EFI program at the head of a UKI that starts the kernel in it.',
    source: 'systemd-stub(7)',
  },
  'PCR 11': {
    words: 'is the register of the TPM into which the stub measures every part of a UKI.',
    source: 'systemd-stub(7)',
  },
  whiteout: {
    words: 'is an entry of a layer that removes a path of the layers below.',
    source: 'OCI image-spec, layer.md',
  },
  initramfs: {
    words: 'is the first small root file system, which finds and mounts the real one.',
    source: 'Linux early-userspace',
  },
  deployment: {
    words: 'is one installed version of the image on a host; the one before stays to fall back to.',
    source: 'bootc',
  },
  blueprint: {
    words:
      'is the file in which image-builder takes customizations: users, files, partitions, kernel arguments.',
    source: 'osbuild.org',
  },
  manifest: {
    words: 'is the list of steps that osbuild runs to make the disk; image-builder writes it.',
    source: 'osbuild.org',
  },
  stage: {
    words: 'is one step of an osbuild manifest, a small program with its options.',
    source: 'osbuild.org',
  },
  'Secure Boot': {
    words: 'makes firmware start only what a key in its database has signed.',
    source: 'UEFI 2.11 §32',
  },
  'V1 repository': {
    words: `is the store of composefs objects as bootc ${V1_SINCE} and newer makes it on a new host.`,
    source: 'bootc',
  },
  'V2 repository': {
    words: `is the store of composefs objects as bootc up to ${V2_UNTIL} made it; such hosts keep it.`,
    source: 'bootc',
  },
  'boot transform': {
    words:
      'empties /boot and /sysroot before the digest is computed, because the installed system has other files there.',
    source: 'composefs-rs, bootable',
  },
  seed: {
    words:
      'is the number from which image-builder makes UUIDs; the same seed gives the same manifest.',
    source: 'image-builder',
  },
  credential: {
    words: 'is a value that systemd takes from outside of the image when it starts.',
    source: 'systemd-creds(1)',
  },
  confext: { words: 'is a small image that systemd lays over /etc.', source: 'systemd-confext(8)' },
  shim: {
    words:
      'is the first boot loader, signed by a key that firmware knows; it starts what the distribution has signed.',
    source: 'shim',
  },
}

/** The entry of a word as it stands in a sentence. */
export function termKey(name: string): string {
  if (Object.hasOwn(TERMS, name)) return name
  return Object.keys(TERMS).find((key) => key.toLowerCase() === name.toLowerCase()) ?? name
}
