import type { ImageFacts } from '../../contract/facts'

/**
 * A disk as far as booting depends on it: what `bootc install to-disk` makes, or what image-builder plans.
 * Names and identifiers are null where they are made up at installation.
 */
export interface BootDisk {
  madeBy: 'bootc' | 'image-builder'
  table: 'gpt' | 'dos'
  /** What holds `/`; null: no such partition. */
  root: BootRoot | null
}

export interface BootRoot {
  /** Number of the partition; null: not known. */
  partition: number | null
  /** GPT type as a UUID, any case; of a DOS table its byte in hex. */
  type: string
  /** Where in the partition the file system lies. */
  within: 'partition' | 'lvm' | 'luks'
  /** `ext4`, `xfs`, `btrfs`; null: not known. */
  fileSystem: string | null
  /** Made so that files can have fs-verity: the feature `verity` of ext4, any btrfs; null: not known. */
  verity: boolean | null
  /** btrfs: path of the subvolume of `/` where it is not the default one, else null. */
  subvolume: string | null
  uuid: string | null
  label: string | null
  partUuid: string | null
  partLabel: string | null
}

/** GPT types of the root partition that systemd-gpt-auto-generator takes, by the name of `facts.arch` (UAPI.2). */
export const ROOT_TYPES: Readonly<Record<string, string>> = {
  x86_64: '4f68bce3-e8cd-4db1-96e7-fbcaf984b709',
  aarch64: 'b921b045-1df0-41c3-af44-4c6f280d3fae',
  ppc64le: 'c31c45e6-3f39-412e-80fb-4809c4980599',
  s390x: '5eead9a9-fe09-4a1e-a1d7-520d00531306',
  riscv64: '72ec70a6-cf74-40e6-bd49-4bda08e8f224',
}

/** What `bootc install to-disk` makes with the image's own defaults (install/baseline.rs `install_create_rootfs`). */
export function toDiskLayout({ arch, installConfig }: ImageFacts): BootDisk {
  const fileSystem = installConfig?.filesystemRootType ?? null
  return {
    madeBy: 'bootc',
    table: 'gpt',
    root: {
      partition: null,
      type: ROOT_TYPES[arch ?? ''] ?? '',
      within: 'partition',
      fileSystem,
      verity: fileSystem === null ? null : fileSystem !== 'xfs',
      subvolume: null,
      uuid: null,
      label: 'root',
      partUuid: null,
      partLabel: 'root',
    },
  }
}
