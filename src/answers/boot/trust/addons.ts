import type { AddonFactRecord } from '../../../contract/uki'
import { addonRecord } from '../../../formats/uki/record'
import type { CollectedBootFile } from './boot-files'

const BESIDE_UKIS = /^boot\/EFI\/Linux\/[^/]+$/
const FOR_ONE_UKI = /\.efi\.extra\.d\/[^/]+$/i
/** Folders below boot/EFI/Linux are written with the UKI when `--uki-addon NAME` names the add-on. */
const WRITTEN_WITH_UKI = /^boot\/EFI\/Linux\/.+\/[^/]+\.addon\.efi$/

/**
 * Add-ons as bootc sees them (bootc 1.16 bootc_composefs/boot.rs): those in folders beside the UKI are
 * written when `--uki-addon` names them, by default none; one that lies directly beside the UKIs is taken
 * for a UKI, and `/boot/loader/addons` is read by no release.
 */
export function addonFacts(files: readonly CollectedBootFile[]): AddonFactRecord[] {
  return files
    .filter(({ record }) => record.kind === 'addon')
    .map(({ record, scan }) => {
      const { path, layer } = record
      const name = path.slice(path.lastIndexOf('/') + 1).replace(/\.addon\.efi$/i, '')
      return {
        path,
        layer,
        scope: FOR_ONE_UKI.test(path) && !BESIDE_UKIS.test(path) ? 'uki' : 'global',
        cmdline: addonRecord(scan, path).cmdline,
        installedBy: WRITTEN_WITH_UKI.test(path) ? `--uki-addon ${name}` : null,
      }
    })
}
