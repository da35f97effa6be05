import type { ImageFacts, UkiRecord } from '../../contract/facts'
import { claimedDigests } from '../seal/claimed'
import type { Judge, Repository } from '../seal/releases'

/** Whose judgement is asked for: a release on one kind of host; `any`: some form of the table will do. */
export interface CheckQuestion {
  facts: ImageFacts
  judge: Judge
  any: boolean
  repository: Repository
}

const FOLDER = 'boot/EFI/Linux/'

/** The UKIs that bootc installs (directly in boot/EFI/Linux, whatever they are called), in byte order. */
export function installedUkis({ ukis }: Pick<ImageFacts, 'ukis'>): UkiRecord[] {
  return ukis.filter(({ path }) => path.startsWith(FOLDER) && !path.slice(FOLDER.length).includes('/')) // prettier-ignore
}

/** The UKI that stays on the ESP, and is booted: the last one in byte order (bootc boot.rs). */
export function bootedUki(facts: ImageFacts): UkiRecord | null {
  if (facts.kernel?.unified !== true) return null
  return installedUkis(facts).at(-1) ?? null
}

/** Does the booted UKI demand its digest? Null without a digest. */
export function demandsVerity(facts: ImageFacts): boolean | null {
  const cmdline = bootedUki(facts)?.cmdline ?? null
  const [claim] = cmdline === null ? facts.seal.claimed : claimedDigests(cmdline)
  return claim === undefined ? null : !claim.optional
}

export type Loader = 'systemd' | 'grub' | 'grub-cc' | 'none'

/** bootc install.rs `PostFetchState`: the configured one, else grub where bootupd is at work, else systemd-boot. */
export function loaderOf({ installConfig, installation }: ImageFacts): {
  loader: Loader
  why: string
} {
  const named = installConfig?.bootloader ?? null
  if (named === 'systemd' || named === 'grub' || named === 'grub-cc' || named === 'none') {
    return { loader: named, why: 'the install configuration names it' }
  }
  if (installation?.bootupd === true && installation.bootupctl !== null) {
    return { loader: 'grub', why: 'bootupd and its files are in the image' }
  }
  return { loader: 'systemd', why: 'the install configuration names none, and bootupd is not at work in the image' } // prettier-ignore
}

/** Why nothing can be said of the whole image: a layer that did not come, or a source that is not one. */
export function missingInput({ evidence, image, source, installation }: ImageFacts): string | null {
  const [unread] = evidence.unread
  if (unread !== undefined) return `layer ${unread.layer} was not read: ${unread.message}`
  if (source.kind === 'efi') return 'this is a UKI alone: ask the image that holds it'
  if (image !== null && !evidence.complete) return 'not all layers were read'
  return installation === null ? 'these facts were saved before what decides here was kept in them' : null // prettier-ignore
}
