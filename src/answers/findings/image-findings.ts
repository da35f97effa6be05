import type { SealscopeError } from '../../base/error'
import type { Finding, ImageRecord } from '../../contract/facts'
import { lastWhere } from '../seal/releases'
import { finding } from './finding'

export interface ImageFindingsInput {
  image: ImageRecord
  /** Layers of several gzip members or zstd frames, by index. */
  multiFrame: readonly number[]
  /** The image boots a UKI, so that bootc imports it into composefs. */
  unified: boolean
  /** The media types are the source's own; those of a docker archive were made up by its reader. */
  typed: boolean
}

const LAYER_TYPE =
  /^application\/vnd\.(oci\.image\.layer\.(nondistributable\.)?v1\.tar(\+gzip|\+zstd)?|docker\.image\.rootfs\.(foreign\.)?diff\.tar(\.gzip|\.zstd)?)$/

/** What manifest, config and the form of the layers give to think about. */
export function imageFindings({
  image,
  multiFrame,
  unified,
  typed,
}: ImageFindingsInput): Finding[] {
  return [...labelFindings(image), ...(typed ? layerTypes(image) : []), ...(unified ? frames(image, multiFrame) : [])] // prettier-ignore
}

function labelFindings(image: ImageRecord): Finding[] {
  const found: Finding[] = []
  const label = image.labels['containers.bootc']
  if (label !== '1') {
    const message =
      label === undefined
        ? 'the image has no label containers.bootc=1'
        : `the label containers.bootc is ${JSON.stringify(label)}, expected "1"`
    const fix = 'add `LABEL containers.bootc 1` to the Containerfile'
    found.push(finding('missing-bootc-label', 'warning', message, { fix, source: 'bootc docs/src/bootc-images.md' })) // prettier-ignore
  }
  if (image.layers.length === 0) {
    const source = 'OCI image-spec manifest.md'
    found.push(finding('no-layers', 'error', 'the image has no layers', { source }))
  }
  return found
}

function layerTypes(image: ImageRecord): Finding[] {
  const source = 'OCI image-spec layer.md'
  return image.layers.flatMap(({ mediaType, digest }, layer) => {
    if (/nondistributable|\.foreign\./.test(mediaType)) {
      const message = `layer ${layer} is a foreign layer: registries need not hold it, and mirrors lose it`
      return [finding('foreign-layer', 'warning', message, { layer, source, fix: 'push the layer with an ordinary media type' })] // prettier-ignore
    }
    if (LAYER_TYPE.test(mediaType)) return compressionFindings(image, layer)
    const message = `layer ${layer} (${digest}) has the media type ${JSON.stringify(mediaType)}, which bootc does not import`
    return [finding('layer-media-type', 'warning', message, { layer, source })]
  })
}

/** Readers that believe the media type fail where the bytes are something else. */
function compressionFindings(image: ImageRecord, index: number): Finding[] {
  const { mediaType, compression, size } = image.layers[index] ?? { mediaType: '', compression: null, size: 0 } // prettier-ignore
  const stated = /[.+](gzip|zstd)$/.exec(mediaType)?.[1] ?? 'none'
  const family = { 'zstd:chunked': 'zstd', estargz: 'gzip', gzip: 'gzip', zstd: 'zstd', none: 'none' } as const // prettier-ignore
  if (compression === null || size === 0 || family[compression] === stated) return []
  const message = `the media type of layer ${index} says ${stated}, its bytes are ${compression}`
  const fix = 'push the image again with the right media type'
  return [finding('layer-compression', 'warning', message, { layer: index, fix, source: 'OCI image-spec layer.md' })] // prettier-ignore
}

function frames(image: ImageRecord, layers: readonly number[]): Finding[] {
  return layers.map((layer) => {
    const form = image.layers[layer]?.compression ?? 'unknown'
    const message = `layer ${layer} (${form}) has several gzip members or zstd frames: bootc up to ${lastWhere(({ imports }) => imports === 'first-frame')} reads only the first and cannot import this image`
    const fix = 'push with plain gzip compression, not zstd:chunked or eStargz'
    return finding('multi-frame-layers', 'error', message, { layer, fix, source: 'bootc issue 2408' }) // prettier-ignore
  })
}

/** Blobs and files that are not what they should be. */
export function problemFindings(problems: readonly SealscopeError[], isImage: boolean): Finding[] {
  const fix = isImage
    ? 'push the image again, or pull it from another place'
    : 'run as a user who may read every file'
  const source = isImage
    ? 'OCI image-spec descriptor.md §Verification'
    : 'composefs-rs crates/composefs/src/fs.rs'
  const inOrder = [...problems].sort((a, b) => (a.where.layer ?? 0) - (b.where.layer ?? 0))
  return inOrder.map((problem) => {
    const { path = null, layer = null } = problem.where
    return finding(problem.code, 'error', problem.message, { path, layer, fix, source })
  })
}
