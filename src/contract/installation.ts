/**
 * What of the tree decides whether `bootc install` goes through and what then boots, besides kernel, UKIs, seal
 * and install configuration. Paths have no leading slash.
 */
export interface InstallationInputs {
  /** Which of the top-level directories that an installation needs are there: `usr`, `etc`, `var`, `boot` … */
  folders: string[]
  /** `prepare-root.conf` that bootc takes; null: none. */
  prepareRoot: { path: string; problem: string | null } | null
  /** `usr/lib/composefs/setup-root-conf.toml`, the marker of newer releases. */
  setupRootConf: boolean
  /** What composefs-boot finds to boot, in its order; null where it stops. */
  bootEntries: { type: string; path: string }[] | null
  bootEntriesError: string | null
  /** `initramfs.img` beside the kernel of an image without UKI. */
  initramfs: boolean
  secureBootKeys: { folders: string[]; files: string[]; stray: string[] }
  /** `usr/lib/systemd/boot/efi/systemd-boot*.efi` and `.efi.signed`. */
  systemdBoot: string[]
  /** `usr/lib/bootupd/updates`. */
  bootupd: boolean
  bootupctl: string | null
  grubCc: string | null
  /** ID or IMAGE_ID in os-release, or a machine-id: bootctl needs one of them. */
  entryToken: boolean
  /** Of the UKI's or the image's os-release: part of a file name on the ESP. */
  osVersion: string | null
  selinux: SelinuxInputs | null
  /** Programs that bootc calls, with their paths. */
  programs: { name: string; path: string | null }[]
  /** Files in known folders that change nothing. */
  idle: IdleFile[]
}

/** `etc/selinux/config` as libselinux reads it. */
export interface SelinuxInputs {
  mode: string | null
  type: string | null
  /** A compiled policy of that type. */
  policy: boolean
}

/** A file that bootc or image-builder passes over, or of which a part has no effect. */
export interface IdleFile {
  id:
    'kargs-not-toml' | 'kargs-architecture' | 'kargs-one-string' | 'config-not-toml' | 'unknown-key'
  path: string
  message: string
  fix: string
}
