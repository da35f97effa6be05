import type { Finding, ImageFacts, LayerRecord } from '../contract/facts'
import { directoryAt } from '../tree/lookup'
import type { Directory } from '../tree/node'
import { acceptedBy, NEWEST_RANGE } from './releases'

export interface FindingsInput {
  facts: ImageFacts
  /** Of the merged tree. */
  root: Directory
  /** Layers of several gzip members or zstd frames, in image order. */
  multiFrame: readonly number[]
}

const INSTALL = 'bootc crates/lib/src/bootc_composefs/boot.rs'
const DESCRIPTOR = 'OCI image-spec layer.md'
/** Size of the ESP that `bootc install to-disk` makes (bootc install/baseline.rs). */
const ESP_SIZE = 512 * 2 ** 20
/** Booted, rollback and staged. */
const DEPLOYMENTS = 3

const SEVERITIES: readonly Finding['severity'][] = ['error', 'warning', 'info']

/** Errors first, then warnings; each thing is said once. */
export function orderFindings(findings: readonly Finding[]): Finding[] {
  const unique = new Map<string, Finding>()
  for (const finding of findings) {
    const { id, path, layer, message } = finding
    const key = JSON.stringify([id, path, layer, message])
    if (!unique.has(key)) unique.set(key, finding)
  }
  return SEVERITIES.flatMap((severity) =>
    [...unique.values()].filter((finding) => finding.severity === severity),
  )
}

/** What a reviewer should know of an image beside its verdict: layers, kernel, command line, boot loader. */
export function imageFindings(input: FindingsInput): Finding[] {
  const { facts } = input
  return [
    ...stopFindings(facts),
    ...(facts.image?.layers ?? []).flatMap(layerFindings),
    ...(facts.kernel?.unified === true ? sealFindings(input) : []),
    ...(facts.os === null ? [noOsRelease()] : []),
  ]
}

function finding(
  id: string,
  severity: Finding['severity'],
  message: string,
  fix: string | null,
  source: string,
  place: { path?: string | null; layer?: number | null } = {},
): Finding {
  const { path = null, layer = null } = place
  return { id, severity, path, layer, message, fix, source }
}

function noOsRelease(): Finding {
  const message = 'there is no os-release: image-builder and bootc cannot name the system'
  return finding('missing-os-release', 'warning', message, 'add /usr/lib/os-release', 'os-release(5)') // prettier-ignore
}

/** Where bootc itself stops. */
function stopFindings({ errors }: ImageFacts): Finding[] {
  const rows: [string, string | null, string, string][] = [
    ['kernel-error', errors.kernel, 'leave exactly one kernel, and a UKI that can be read', 'bootc crates/lib/src/kernel.rs'],
    ['kargs-error', errors.kargs, 'repair or remove the file in /usr/lib/bootc/kargs.d', 'bootc crates/lib/src/bootc_kargs.rs'],
    ['install-config-error', errors.installConfig, 'repair or remove the file in /usr/lib/bootc/install', 'bootc crates/lib/src/install/config.rs'],
  ] // prettier-ignore
  return rows.flatMap(([id, message, fix, source]) =>
    message === null ? [] : [finding(id, 'error', message, fix, source)],
  )
}

function layerFindings(layer: LayerRecord, index: number): Finding[] {
  const found: Finding[] = []
  const { mediaType, compression } = layer
  if (/foreign|nondistributable/.test(mediaType)) {
    const message = `the layer is not distributable (${mediaType}): registries may leave it out`
    found.push(finding('foreign-layer', 'warning', message, 'build from a base whose layers may be pushed', DESCRIPTOR, { layer: index })) // prettier-ignore
  }
  const stated = statedCompression(mediaType)
  const family = compression === 'zstd:chunked' ? 'zstd' : compression === 'estargz' ? 'gzip' : compression // prettier-ignore
  if (stated !== null && family !== null && stated !== family && layer.size > 0) {
    const message = `the media type says ${stated}, the bytes are ${family}`
    found.push(finding('layer-media-type', 'warning', message, 'push the image again with the right media type', DESCRIPTOR, { layer: index })) // prettier-ignore
  }
  return found
}

function statedCompression(mediaType: string): 'gzip' | 'zstd' | 'none' | null {
  if (/[.+]gzip$/.test(mediaType)) return 'gzip'
  if (/\+zstd$/.test(mediaType)) return 'zstd'
  return /\.tar$/.test(mediaType) ? 'none' : null
}

/** What matters only for an image that boots a UKI. */
function sealFindings(input: FindingsInput): Finding[] {
  return [
    ...frameFindings(input),
    ...claimFindings(input.facts),
    ...proofFindings(input.facts),
    ...leftoverFindings(input),
    ...kargFindings(input.facts),
    ...loaderFindings(input),
  ]
}

function frameFindings({ multiFrame }: FindingsInput): Finding[] {
  return multiFrame.map((layer) =>
    finding(
      'multi-frame-layers',
      'error',
      'the layer has several gzip members or zstd frames: bootc up to 1.16.9 reads only the first and cannot import this image',
      'push with plain gzip compression, not zstd:chunked or eStargz',
      'bootc issue 2408',
      { layer },
    ),
  )
}

function claimFindings({ seal, kernel }: ImageFacts): Finding[] {
  const [deciding] = seal.claimed
  const place = { path: kernel?.path ?? null }
  const fix = 'let `bootc container ukify` write the command line'
  const source = 'composefs-rs crates/composefs-boot/src/cmdline.rs'
  if (deciding === undefined) {
    const message = 'the command line of the UKI has no composefs digest: anything may be mounted as root' // prettier-ignore
    return [finding('no-composefs-digest', 'warning', message, fix, source, place)]
  }
  const found: Finding[] = []
  if (deciding.optional) {
    const message = 'the composefs digest is optional (?): the system boots even when the seal does not hold' // prettier-ignore
    found.push(finding('optional-composefs-digest', 'warning', message, fix, source, place))
  }
  if (deciding.algorithm === null) {
    const message = 'the composefs digest is neither 128 nor 64 lower-case hex digits: nothing can match it' // prettier-ignore
    found.push(finding('malformed-composefs-digest', 'error', message, fix, source, place))
  }
  if (deciding.algorithm === 'sha256') {
    const message = 'the composefs digest is a SHA-256, bootc computes SHA-512'
    found.push(finding('sha256-composefs-digest', 'warning', message, fix, source, place))
  }
  if (new Set(seal.claimed.map(({ form }) => form)).size > 1) {
    const message = 'both composefs= and composefs.digest= are present: programs look at different ones' // prettier-ignore
    found.push(finding('two-composefs-digests', 'warning', message, 'keep one', source, place))
  }
  return found
}

function proofFindings({ seal, kernel }: ImageFacts): Finding[] {
  const { proof, claimed } = seal
  if (proof === null || proof.holds === null || proof.importError !== null) return []
  const place = { path: proof.causes[0]?.paths[0] ?? kernel?.path ?? null }
  const fix = proof.causes[0]?.fix ?? 'seal the image again as its last step'
  const source = 'bootc container compute-composefs-digest'
  if (!proof.holds) {
    const why = proof.causes[0] === undefined ? '' : `: ${proof.causes[0].message}`
    return [finding('seal-broken', 'error', `the seal does not hold${why}`, fix, source, place)]
  }
  if (acceptedBy(claimed[0], proof.candidates)[NEWEST_RANGE] === true) return []
  const message = `the seal holds as ${proof.matches.join(', ')}, but ${NEWEST_RANGE} computes another digest and refuses to install it` // prettier-ignore
  return [finding('seal-refused', 'warning', message, fix, source, place)]
}

function leftoverFindings({ facts }: FindingsInput): Finding[] {
  const has = new Set(facts.seal.modifiers ?? [])
  const found: Finding[] = []
  const first = facts.kernel?.path ?? ''
  if (has.has('multiple-ukis')) {
    const message = `boot/EFI/Linux holds several .efi files: bootc takes the first in byte order, ${first}, for the kernel` // prettier-ignore
    found.push(finding('multiple-ukis', 'warning', message, 'keep one UKI there; put add-ons into NAME.efi.extra.d', INSTALL, { path: 'boot/EFI/Linux' })) // prettier-ignore
  }
  if (has.has('vmlinuz-and-uki')) {
    const message = 'a vmlinuz lies beside the UKI: it is never booted, but image-builder and other tools may take it' // prettier-ignore
    found.push(finding('vmlinuz-beside-uki', 'warning', message, 'remove vmlinuz and initramfs.img from /usr/lib/modules before sealing', 'image-builder pkg/bib/osinfo')) // prettier-ignore
  }
  if (has.has('uki-in-modules')) {
    const message = 'a UKI lies below usr/lib/modules, where bootc does not look'
    found.push(finding('uki-in-modules', 'info', message, 'move it to /boot/EFI/Linux', INSTALL, { path: 'usr/lib/modules' })) // prettier-ignore
  }
  if (has.has('dumpfile')) {
    const message = 'the dumpfile of the sealed tree was left in /boot: it names every path of the image' // prettier-ignore
    found.push(finding('dumpfile-left', 'info', message, 'keep it outside of the image if names are private', INSTALL, { path: 'boot' })) // prettier-ignore
  }
  if (has.has('type1-entries')) {
    const message = 'boot/loader/entries holds boot entries beside the UKI'
    found.push(finding('type1-entries', 'warning', message, 'remove them: bootc writes its own', INSTALL, { path: 'boot/loader/entries' })) // prettier-ignore
  }
  return found
}

/** Arguments in kargs.d reach only a Type 1 entry; a UKI's command line is sealed inside it. */
function kargFindings({ kargs, ukis, kernel }: ImageFacts): Finding[] {
  if (kargs === null || kargs.length === 0) return []
  const cmdline = ukis.find(({ path }) => path === kernel?.path)?.cmdline ?? ''
  const words = new Set(cmdline.split(/\s+/))
  const missing = kargs.filter((karg) => !words.has(karg))
  const what = missing.length === 0 ? 'they are in the UKI, too' : `missing there: ${missing.join(' ')}` // prettier-ignore
  const message = `kernel arguments of kargs.d have no effect beside a UKI, whose own command line counts; ${what}` // prettier-ignore
  const severity = missing.length === 0 ? 'info' : 'warning'
  return [finding('kargs-ignored', severity, message, 'pass them to ukify with --cmdline', INSTALL, { path: 'usr/lib/bootc/kargs.d' })] // prettier-ignore
}

function loaderFindings({ facts, root }: FindingsInput): Finding[] {
  const found: Finding[] = []
  const loaders = directoryAt(root, 'usr/lib/systemd/boot/efi')
  const hasLoader = [...(loaders?.entries.keys() ?? [])].some((name) => name.startsWith('systemd-boot')) // prettier-ignore
  if (!hasLoader && directoryAt(root, 'usr/lib/bootupd/updates') === null) {
    const message = 'there is neither systemd-boot nor bootupd in the image: bootc cannot install a boot loader' // prettier-ignore
    found.push(finding('missing-boot-loader', 'warning', message, 'install systemd-boot-unsigned (or a signed one) before sealing', INSTALL, { path: 'usr/lib/systemd/boot/efi' })) // prettier-ignore
  }
  const uki = facts.ukis.find(({ path }) => path === facts.kernel?.path)
  if (uki === undefined) return found
  if (uki.size * DEPLOYMENTS > ESP_SIZE) {
    const size = Math.round(uki.size / 2 ** 20)
    const message = `three deployments of a UKI of ${size} MiB do not fit into an ESP of 512 MiB, the default of bootc install` // prettier-ignore
    found.push(finding('esp-size', 'warning', message, 'make the initrd smaller or the ESP larger', 'bootc crates/lib/src/install/baseline.rs', { path: uki.path, layer: uki.layer })) // prettier-ignore
  }
  if (uki.machine !== null && facts.arch !== null && uki.machine !== facts.arch) {
    const message = `the UKI is for ${uki.machine}, the image for ${facts.arch}`
    found.push(finding('uki-architecture', 'error', message, 'build the UKI for the platform of the image', 'OCI image-spec config.md', { path: uki.path, layer: uki.layer })) // prettier-ignore
  }
  return found
}
