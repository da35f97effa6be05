import type { ClaimedDigest, Modifier, Verdict } from '../../contract/facts'
import { childAt, directoryAt } from '../../image/tree/lookup'
import type { Directory } from '../../image/tree/node'
import type { ByteString } from '../../base/byte-string'
import { walk } from '../../image/tree/walk'
import type { UkiScan } from '../../formats/uki/scan'
import type { FoundKernel } from '../../rules/bootc/kernel'

/** The claimed verdict: what the image says of itself, before anything is computed. */
export function verdictOf(found: FoundKernel, claimed: readonly ClaimedDigest[]): Verdict {
  if (found.error !== null) {
    if (found.failed === 'uki') return 'UKI_BROKEN'
    return found.error.startsWith('Found multiple') ? 'MULTI_KERNEL' : 'NO_KERNEL'
  }
  if (found.kernel === null) return 'NO_KERNEL'
  if (!found.kernel.unified) return 'SPLIT_KERNEL'
  const [deciding] = claimed
  if (deciding === undefined) return 'UKI_NO_COMPOSEFS'
  return deciding.optional ? 'UKI_UNSEALED' : 'UKI_SEALED'
}

export interface ModifierInput {
  root: Directory
  claimed: readonly ClaimedDigest[]
  /** Names of `*.efi` directly in boot/EFI/Linux. */
  ukiNames: readonly ByteString[]
  firstUki: UkiScan | null
  addons: readonly string[]
  multiFrame: boolean
}

/** Facts about the image that hold whatever the verdict, sorted. */
export function modifiersOf(input: ModifierInput): Modifier[] {
  const { root, claimed, ukiNames, firstUki } = input
  const [deciding] = claimed
  const forms = new Set(claimed.map((item) => item.form))
  const hasLong = forms.has('composefs.digest')
  const stem = ukiNames[0]?.slice(0, -'.efi'.length)
  const holds: Record<Modifier, boolean> = {
    signed: (firstUki?.certificateTable ?? null) !== null,
    'multiple-ukis': ukiNames.length > 1,
    addons: input.addons.length > 0,
    'multi-profile': firstUki?.sections.some((section) => section.name === '.profile') ?? false,
    'uki-in-modules': hasUkiInModules(root),
    'type1-entries': hasType1Entries(root),
    'sha256-karg': deciding?.algorithm === 'sha256',
    'cfsctl-karg': hasLong && !forms.has('composefs'),
    'dual-karg': forms.size > 1,
    'malformed-karg': deciding !== undefined && deciding.algorithm === null,
    bootupd: childAt(root, 'usr/lib/bootupd/updates') !== undefined,
    dumpfile: stem !== undefined && childAt(root, `boot/${stem}.dump`) !== undefined,
    'vmlinuz-and-uki': ukiNames.length > 0 && hasVmlinuz(root),
    'multi-frame-layers': input.multiFrame,
  }
  return MODIFIERS.filter((name) => holds[name])
}

const MODIFIERS: readonly Modifier[] = (
  [
    'signed',
    'multiple-ukis',
    'addons',
    'multi-profile',
    'uki-in-modules',
    'type1-entries',
    'sha256-karg',
    'cfsctl-karg',
    'dual-karg',
    'malformed-karg',
    'bootupd',
    'dumpfile',
    'vmlinuz-and-uki',
    'multi-frame-layers',
  ] satisfies Modifier[]
).sort()

function hasUkiInModules(root: Directory): boolean {
  const modules = directoryAt(root, 'usr/lib/modules')
  if (modules === null) return false
  for (const [path, node] of walk(modules))
    if (node.kind !== 'dir' && path.endsWith('.efi')) return true
  return false
}

function hasType1Entries(root: Directory): boolean {
  const folder = directoryAt(root, 'boot/loader/entries')
  return folder !== null && [...folder.entries.keys()].some((name) => name.endsWith('.conf'))
}

function hasVmlinuz(root: Directory): boolean {
  const modules = directoryAt(root, 'usr/lib/modules')
  if (modules === null) return false
  return [...modules.entries.values()].some(
    (node) => node.kind === 'dir' && node.entries.has('vmlinuz'),
  )
}
