import type {
  DiskCustomization,
  LogicalVolumeCustomization,
  PartitionCustomization,
  SubvolumeCustomization,
} from '../../../formats/blueprint/model'

/** `customizations.disk` as far as the layout needs it: with a type that is known, lists never null. */
export interface DiskWish extends Omit<DiskCustomization, 'type' | 'partitions'> {
  type: 'gpt' | 'dos' | ''
  partitions: readonly PartitionWish[]
}

export interface PartitionWish extends Omit<
  PartitionCustomization,
  'logicalVolumes' | 'subvolumes'
> {
  logicalVolumes: readonly LogicalVolumeCustomization[]
  subvolumes: readonly SubvolumeCustomization[]
}
