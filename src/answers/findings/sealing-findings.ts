import type { Finding } from '../../contract/facts'
import { COMPOSEFS_ARTIFACT, type Referrer, type Referrers } from '../../formats/oci/referrers'
import type { CheckedAnnotation, SealingStatus } from '../seal/sealing'
import { finding } from './finding'

const SOURCE = 'composefs-rs composefs-oci/src/sealing_spec.rs'
const SIGNATURE_TYPE = 'application/vnd.composefs.signature.v1+pkcs7'
const SHOWN = 3

/** What the digests and signatures of the sealing draft say, and what refers to the image. */
export function sealingFindings(
  annotations: readonly CheckedAnnotation[],
  { referrers, problems }: Referrers,
  manifestDigest: string,
): Finding[] {
  const groups = new Map<string, CheckedAnnotation[]>()
  for (const item of annotations) {
    const key = JSON.stringify([item.status, item.object, item.matches, item.why])
    groups.set(key, [...(groups.get(key) ?? []), item])
  }
  return [
    ...[...groups.values()].flatMap(annotationFinding),
    ...artifactFindings(referrers ?? [], manifestDigest),
    ...problems.map((problem) =>
      finding('referrers-unread', 'info', problem, { source: 'OCI distribution-spec, referrers' }),
    ),
  ]
}

const IDS: Record<SealingStatus, [id: string, severity: Finding['severity']]> = {
  match: ['sealing-annotation-holds', 'info'],
  'other-form': ['sealing-annotation-other-form', 'warning'],
  mismatch: ['sealing-annotation-mismatch', 'warning'],
  malformed: ['sealing-annotation-malformed', 'warning'],
  self: ['sealing-annotation-malformed', 'warning'],
  unchecked: ['sealing-annotation-unchecked', 'info'],
  signature: ['sealing-signature', 'info'],
}
const FIX: Partial<Record<SealingStatus, string>> = {
  'other-form': 'write the digest of the form that the key names, or the key of this form',
  mismatch: 'compute the digests of the finished image again and write them anew',
  malformed: 'write the digest as lower-case hex, a signature as base64 of PKCS#7 DER',
  self: 'put the digest of the manifest into an artifact that refers to it',
}

function annotationFinding(items: readonly CheckedAnnotation[]): Finding[] {
  const [first] = items
  if (first === undefined) return []
  const [id, severity] = IDS[first.status]
  const layers = items.map(({ where }) => /^layers\[(\d+)\]$/.exec(where)?.[1])
  const layer = items.length === 1 && layers[0] !== undefined ? Number(layers[0]) : null
  const named = items.slice(0, SHOWN).map(({ key, where }) => `${key} (${where})`)
  const more = items.length > SHOWN ? ` and ${items.length - SHOWN} more` : ''
  const message = `${named.join(', ')}${more}: ${says(first)}`
  return [finding(id, severity, message, { layer, fix: FIX[first.status] ?? null, source: SOURCE })]
}

function says({ status, matches, why, object }: CheckedAnnotation): string {
  switch (status) {
    case 'match':
      return object === 'config' || object === 'manifest'
        ? `this is the fs-verity digest of the ${object}`
        : `this is the digest of the image as ${matches}`
    case 'other-form':
      return `this is the digest of the image as ${matches}, which is not the form that the key names`
    case 'mismatch':
      return object === 'config' || object === 'manifest'
        ? `this is not the fs-verity digest of the ${object}`
        : 'no form of the digest that was computed from this image equals it'
    case 'signature':
      return 'a signature for the kernel, which checks it against its .fs-verity keyring; it is not verified here'
    case 'unchecked':
      return `not checked: ${why}`
    default:
      return why
  }
}

function artifactFindings(referrers: readonly Referrer[], manifestDigest: string): Finding[] {
  const ours = referrers.filter(({ artifactType }) => artifactType === COMPOSEFS_ARTIFACT)
  const others = referrers.filter(({ artifactType }) => artifactType !== COMPOSEFS_ARTIFACT)
  const found = ours.flatMap((artifact) => composefsArtifact(artifact, manifestDigest))
  if (others.length === 0) return found
  const types = new Set(others.map(({ artifactType }) => artifactType ?? 'no type'))
  const shown = [...types].slice(0, SHOWN).join(', ')
  const message = `${others.length} other ${others.length === 1 ? 'artifact refers' : 'artifacts refer'} to the image (${shown}${types.size > SHOWN ? ', …' : ''}); bootc reads none of them`
  const source = 'OCI distribution-spec, referrers'
  return [...found, finding('referring-artifacts', 'info', message, { source })]
}

function composefsArtifact({ digest, content }: Referrer, manifestDigest: string): Finding[] {
  if (content === null) return []
  const count = content.layers.filter(({ mediaType }) => mediaType === SIGNATURE_TYPE).length
  const message = `the composefs artifact ${digest} refers to this image; ${count === 0 ? 'it has no signatures' : `its ${count} signatures are for the kernel and not verified here`}; bootc does not read it`
  const faults = artifactFaults(content, manifestDigest)
  const wrong = `the composefs artifact ${digest} is not as the draft asks: ${faults.join('; ')}`
  return [
    finding('sealing-artifact', 'info', message, { source: SOURCE }),
    ...(faults.length === 0
      ? []
      : [finding('sealing-artifact-invalid', 'warning', wrong, { source: SOURCE, fix: 'write the artifact again for this manifest' })]), // prettier-ignore
  ]
}

/** sealing_spec.rs §"Artifact Manifest", §"Layer Ordering" and §"Discovery and Verification". */
function artifactFaults(
  { subject, layers }: NonNullable<Referrer['content']>,
  manifestDigest: string,
): string[] {
  const keys = layers.map(({ annotations }) =>
    Object.keys(annotations).filter((key) => key.startsWith('composefs.')),
  )
  const all = keys.flat()
  const hashes = new Set(all.flatMap((key) => /\.fsverity-([a-z0-9]+-\d+)$/.exec(key)?.[1] ?? []))
  const bare = keys.filter((names) => names.length === 0).length
  return [
    ...(subject === manifestDigest ? [] : [`its subject is ${subject ?? 'missing'}`]),
    ...(hashes.size > 1 ? [`it mixes ${[...hashes].join(' and ')}`] : []),
    ...(bare > 0 ? [`${bare} of its layers have no digest`] : []),
    ...(all.some((key) => key.startsWith('composefs.merged.erofs.v1.')) ? [] : ['it has no digest of the merged EROFS image']), // prettier-ignore
  ]
}
