import { refuse } from '../../../base/go/failure'
import { goQuote } from '../../../base/go/quote'
import { filesystem, partition, type Partition, type PartitionTable, table } from './model'
import { type Arch, GPT } from './partition-types'
import { GIB, MIB } from './size'

/** Builds one partition of the built-in table; `fs` is the default root file system. */
type Row = (fs: string) => Partition

const biosBoot: Row = () => partition({ size: MIB, type: GPT.bios, bootable: true })

const prep: Row = () => partition({ size: 4n * MIB, type: GPT.ppc_prep, bootable: true })

const esp: Row = () =>
  partition({
    size: 501n * MIB,
    type: GPT.esp,
    payload: filesystem({
      type: 'vfat',
      mountpoint: '/boot/efi',
      label: 'EFI-SYSTEM',
      fstabOptions: 'umask=0077,shortname=winnt',
      fstabPassno: 2n,
    }),
  })

const boot: Row = (fs) =>
  partition({
    size: GIB,
    type: GPT.boot,
    payload: filesystem({
      // /boot cannot be btrfs: defs/loader.go, default file system rule
      type: fs === 'btrfs' ? 'ext4' : fs,
      mountpoint: '/boot',
      label: 'boot',
      fstabOptions: 'ro',
    }),
  })

const root: Row = (fs) =>
  partition({
    size: 2n * GIB,
    type: GPT.data,
    payload: filesystem({ type: fs, mountpoint: '/', label: 'root', fstabOptions: 'ro' }),
  })

/** data/distrodefs/bootc-generic/imagetypes.yaml, `.common.partition_tables` */
const TABLES: Partial<Record<Arch, readonly Row[]>> = {
  x86_64: [biosBoot, esp, boot, root],
  aarch64: [esp, boot, root],
  ppc64le: [prep, boot, root],
  s390x: [boot, root],
}

/**
 * The partition table image-builder brings for an architecture, sizes before any adjustment.
 * @param distro as it appears in the error text
 */
export function builtInTable(arch: Arch, defaultFs: string, distro: string): PartitionTable {
  const rows = TABLES[arch]
  if (rows === undefined) {
    throw refuse(
      `no partition table for arch (${goQuote(distro)}): ${goQuote(arch)}`,
      'The container can bring its own table in usr/lib/image-builder/bootc/disk.yaml.',
    )
  }
  return table({ type: 'gpt', partitions: rows.map((row) => row(defaultFs)) })
}
