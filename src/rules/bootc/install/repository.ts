import { glibSize } from './words'
import { Refusal, within } from './refusal'
import { requirePrepared, rootOf, type InstallRun } from './run'
import type { Volume } from './volume'
import { writtenText } from './written'

/** composefs repository.rs `RepoMetadata`: the same for every image and file system. */
const META = `{
  "version": 1,
  "algorithm": "fsverity-sha512-12",
  "features": {
    "compatible": [],
    "read-only-compatible": [
      "v1_erofs"
    ],
    "incompatible": []
  },
  "erofs_formats": {
    "default": 1
  }
}
`
const BLOCK = 4096
/** Splitstreams are compressed: where they lie cannot be told. */
const VARIES = '$VARIES'

/**
 * bootc install.rs and bootc_composefs/repo.rs `initialize_composefs_repository`: the repository, its link,
 * and the image in it.
 */
export function pullIntoRepository(run: InstallRun): void {
  const { machine, image } = run
  const { source } = requirePrepared(run)
  if (
    source.transport === 'oci' &&
    machine.opens?.(source.name.replace(/:[^:/]*$/, '')) === false
  ) {
    const path = source.name.replace(/:[^:/]*$/, '')
    throw new Refusal(
      `Getting container info: Opening image oci:${source.name}: failed to invoke method OpenImage: open ${path}/index.json: no such file or directory`,
    )
  }
  const { volume, size } = rootOf(run)
  volume.folder('composefs', 0o700)
  volume.put('composefs', { type: 'dir', mode: 0o700, owner: '0:0', selinux: null })
  volume.file('composefs/meta.json', writtenText(run, META))
  run.result.objects = 0
  const needed = image.layerSizes.reduce((sum, each) => sum + each, 0)
  if (needed > size) {
    throw new Refusal(`Insufficient free space for ${source.name} (available: ${glibSize(size)} required: ${glibSize(needed)})`) // prettier-ignore
  }
  volume.folder('composefs/bootc')
  volume.folder('ostree')
  if (!volume.has('ostree/bootc')) volume.link('ostree/bootc', '../composefs/bootc')
  if (run.options.unifiedStorage) volume.folder('composefs/bootc/storage')
  pull(run, volume)
  run.stages.push('repository')
}

function pull(run: InstallRun, volume: Volume): void {
  const { image } = run
  within('Pulling image into composefs repository', () => {
    requireVerity(run)
    requireFrames(run)
    if (image.plain.error !== null) throw new Refusal(image.plain.error)
  })
  volume.folder('composefs/streams/refs/oci')
  volume.folder('composefs/images')
  const manifestDigest = manifestOf(run)
  const stream = (name: string) => volume.link(`composefs/streams/${name}`, VARIES)
  stream(`oci-config-${image.configDigest}`)
  const layers = new Set(image.diffIds)
  for (const diffId of layers) stream(`oci-layer-${diffId}`)
  const manifest = `oci-manifest-${manifestDigest}`
  stream(manifest)
  addImage(volume, image.plain.digest ?? '')
  volume.link(`composefs/streams/refs/oci/localhost%2Fbootc-${manifestDigest}`, `../../${manifest}`) // prettier-ignore
  // Config and manifest are written again when the image's digest is known: two splitstreams more.
  run.result.objects = image.objects + layers.size + 2 + 1 + 2
}

/** Through containers-storage layers are unpacked, and so the manifest is another one. */
export function manifestOf({ options, image }: InstallRun): string {
  return options.unifiedStorage ? image.storedManifestDigest() : image.manifestDigest
}

/** Podman's storage hands layers out unpacked; from a layout only their first frame would be read. */
function requireFrames(run: InstallRun): void {
  const { image } = run
  const { source } = requirePrepared(run)
  if (source.transport !== 'oci' || !image.multiFrame || !image.release.firstFrameOnly) return
  const path = source.name.replace(/:[^:/]*$/, '')
  throw new Refusal(`Importing OCI layout from ${path}: Failed to import config ${image.configDigest}: unexpected EOF in tar stream`) // prettier-ignore
}

/** Objects of files of a file system with small blocks cannot have fs-verity of 4096 bytes. */
function requireVerity(run: InstallRun): void {
  const { verity, blockSize } = rootOf(run)
  if (!verity || blockSize >= BLOCK) return
  const { image } = run
  const { source } = requirePrepared(run)
  const inner = 'Enabling verity on tmpfile: Invalid argument (os error 22): Invalid argument (os error 22)' // prettier-ignore
  const { mediaType, size } = image.config
  const digest = `sha256:${image.configDigest.replace(/^sha256:/, '')}`
  const descriptor = `Descriptor { media_type: ${mediaName(mediaType)}, digest: Digest { algorithm: Sha256, value: "${digest}", split: 6 }, size: ${size}, urls: None, annotations: None, platform: None, artifact_type: None, data: None }`
  const name = `${source.transport}:${source.name}`
  const where =
    source.transport === 'oci'
      ? `Importing OCI layout from ${source.name.replace(/:[^:/]*$/, '')}: Failed to import config ${digest}`
      : `Unable to pull container image ${name}: Failed to pull config ${descriptor}`
  const twice = image.hasLargeFiles
    ? 'Finalizing object tempfile: Finalizing object tempfile: '
    : ''
  throw new Refusal(`${where}: ${twice}${inner}`)
}

/** The oci-spec crate's name of a media type. */
function mediaName(type: string): string {
  const known = /^application\/vnd\.(oci\.image\.config\.v1|docker\.container\.image\.v1)\+json$/
  return known.test(type) ? 'ImageConfig' : `Other(${JSON.stringify(type)})`
}

function addImage(volume: Volume, digest: string): void {
  volume.link(`composefs/images/${digest}`, `../objects/${digest.slice(0, 2)}/${digest.slice(2)}`)
}

/** composefs-oci boot.rs `generate_boot_image`: a second image, and config and manifest once more. */
export function addBootImage(run: InstallRun): string {
  const { image } = run
  const { digest, error } = image.boot
  if (digest === null) throw new Refusal(error)
  const { volume } = rootOf(run)
  addImage(volume, digest)
  const own = digest === image.plain.digest ? 0 : 1
  run.result.objects = (run.result.objects ?? 0) + own + 2
  run.result.deploymentId = digest
  return digest
}
