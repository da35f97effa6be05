/** Which release's manifests are written. Differences between releases are data here, nowhere else. */
export type TargetId = '79' | '0.274'

export interface Target {
  id: TargetId
  /** As shown in plans. */
  name: string
  /** Types that this release does not know (its `imagetypes.yaml`). */
  missingImageTypes: readonly string[]
  /** Keys of `customizations` that its blueprint reader does not know. */
  unknownCustomizations: readonly string[]
  layout: {
    /** Room for the backup GPT is aligned to the grain (partition_table.go, relayout). */
    alignFooter: boolean
    /** The root partition's size is aligned before the disk's end is computed. */
    alignRoot: boolean
    /** The automatic ESP takes the size of the base table's ESP, not 200 MiB. */
    espSizeFromBaseTable: boolean
    /** `needsBoot` looks at every partition, not only up to the first that decides. */
    needsBootLooksAtAll: boolean
  }
  /** The root type of `disk.yaml` replaces the default root file system (bootc.go). */
  rootTypeFromDiskYaml: boolean
  /** Keys of `disk.yaml` that this release does not know, by object. */
  unknownDiskYamlKeys: {
    table: readonly string[]
    policy: readonly string[]
    mkfs: readonly string[]
  }
  /** `customizations.bootloader` and the subscription option are applied (raw_bootc.go). */
  grub2Console: boolean
  subscription: boolean
  /** Contents of files are recorded as sources even when no stage uses them (sealed). */
  inlineWithoutStages: boolean
  /** `files[].uri` of an ordinary image: refused, or read on the host that runs image-builder. */
  fileUris: 'refused' | 'read-on-host'
  /** os-release ID `ol` has a runner of its own (pkg/distro/bootc/shared.go). */
  oracleRunner: boolean
}

const V79: Target = {
  id: '79',
  name: 'image-builder 79.0.0',
  missingImageTypes: [],
  unknownCustomizations: [],
  layout: {
    alignFooter: true,
    alignRoot: true,
    espSizeFromBaseTable: true,
    needsBootLooksAtAll: true,
  },
  rootTypeFromDiskYaml: true,
  unknownDiskYamlKeys: { table: [], policy: [], mkfs: [] },
  grub2Console: true,
  subscription: true,
  inlineWithoutStages: false,
  fileUris: 'refused',
  oracleRunner: true,
}

const V0_274: Target = {
  id: '0.274',
  name: 'images 0.274.0',
  missingImageTypes: ['oci'],
  unknownCustomizations: ['bootloader'],
  layout: {
    alignFooter: false,
    alignRoot: false,
    espSizeFromBaseTable: false,
    needsBootLooksAtAll: false,
  },
  rootTypeFromDiskYaml: false,
  unknownDiskYamlKeys: {
    table: ['grain_size', 'absolute_start_offset'],
    policy: ['grow_root_to_fill_disk'],
    mkfs: ['agcount'],
  },
  grub2Console: false,
  subscription: false,
  inlineWithoutStages: true,
  fileUris: 'read-on-host',
  oracleRunner: false,
}

export const TARGETS: Readonly<Record<TargetId, Target>> = { '79': V79, '0.274': V0_274 }
