import type { SealArtifact } from '../../contract/facts'
import { isObject, parseManifest } from './manifest'

/** Artifact type of digests and signatures (composefs-oci sealing_spec.rs §"Artifact Manifest"). */
export const COMPOSEFS_ARTIFACT = 'application/vnd.composefs.metadata.v1'

/** A manifest that names an image as its subject. */
export interface Referrer extends SealArtifact {
  /** What its own manifest says; null when that was not read: only a composefs artifact's is. */
  content: ArtifactContent | null
}

export interface ArtifactContent {
  subject: string | null
  annotations: Record<string, string>
  layers: { mediaType: string; annotations: Record<string, string> }[]
}

export interface Referrers {
  /** Null when the registry did not say. */
  referrers: Referrer[] | null
  /** Sentences on what could not be read. */
  problems: string[]
}

/** An artifact's manifest (image-spec manifest.md §"Guidelines for Artifact Usage"). */
export function parseArtifact(json: Record<string, unknown>, mediaType: string): ArtifactContent {
  const { annotations, layers } = parseManifest(json, mediaType)
  const subject = isObject(json['subject']) ? json['subject']['digest'] : null
  return {
    subject: typeof subject === 'string' ? subject : null,
    annotations,
    layers: layers.map((layer) => ({ mediaType: layer.mediaType, annotations: layer.annotations })),
  }
}

/** The tag that lists referrers where the API is missing (distribution-spec §"Referrers Tag Schema"). */
export function referrersTag(digest: string): string {
  const [algorithm = '', encoded = ''] = digest.split(':')
  return `${algorithm.slice(0, 32)}-${encoded.slice(0, 64)}`
}
