import type { GoField, GoStruct } from './go-json'

/** The fields that Go's types have (image-spec specs-go/v1, containers/image manifest), with the types that are decoded. */
const PLATFORM: GoStruct = {
  os: 'text',
  architecture: 'text',
  variant: 'text',
  'os.version': 'text',
  'os.features': ['text'],
}

const DESCRIPTOR: GoStruct = {
  mediaType: 'text',
  digest: 'text',
  size: 'integer',
  urls: ['text'],
  annotations: 'texts',
  data: 'text',
  platform: PLATFORM,
  artifactType: 'text',
}

/** Index and manifest in one, since which of them a document is has to be told from it. */
export const MANIFEST_FIELDS: GoStruct = {
  schemaVersion: 'integer',
  mediaType: 'text',
  artifactType: 'text',
  config: DESCRIPTOR,
  layers: [DESCRIPTOR],
  manifests: [DESCRIPTOR],
  subject: DESCRIPTOR,
  annotations: 'texts',
  fsLayers: 'any',
  history: 'any',
}

/** Image config (image-spec config.md, moby image/spec v1.2). */
export const CONFIG_FIELDS: GoStruct = {
  created: 'time',
  author: 'text',
  architecture: 'text',
  variant: 'text',
  os: 'text',
  'os.version': 'text',
  'os.features': ['text'],
  config: { Labels: 'texts', Env: ['text'], Cmd: ['text'] },
  rootfs: { type: 'text', diff_ids: ['text'] },
  history: [
    {
      created: 'time',
      created_by: 'text',
      author: 'text',
      comment: 'text',
      empty_layer: 'flag',
    },
  ],
}

/** manifest.json of `docker save`. */
export const SAVED_FIELDS: GoField = [{ Config: 'text', RepoTags: ['text'], Layers: ['text'] }]
