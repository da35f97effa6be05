import { checkDigest, type ContainerSpec } from './containers'
import { inlineContent } from './digest/content'
import { crash } from '../../base/go/failure'
import { compact, type Json, type JsonObject, sortedMap } from '../../base/go/json'

/** Everything the pipelines take from outside. Source: GenSources in pkg/osbuild/source.go. */
export function sourcesOf(
  containers: readonly ContainerSpec[],
  contents: readonly string[],
): JsonObject {
  const local = containers.filter((spec) => spec.local)
  const remote = containers.filter((spec) => !spec.local)
  const sources: [string, Json][] = []
  const add = (name: string, items: [string, Json][]) => {
    if (items.length > 0) sources.push([`org.osbuild.${name}`, { items: sortedMap(items) }])
  }
  add('inline', contents.map(inlineItem))
  add('skopeo', remote.map(skopeoItem))
  add('skopeo-index', remote.filter((spec) => spec.listDigest !== '').map(indexItem))
  add('containers-storage', local.map(storageItem))
  return sortedMap(sources)
}

function inlineItem(content: string): [string, Json] {
  const { sha256, base64 } = inlineContent(content)
  return [`sha256:${sha256}`, { encoding: 'base64', data: base64 }]
}

function storageItem(spec: ContainerSpec): [string, Json] {
  checkDigest(spec.imageId, 'image id', spec.localName)
  return [spec.imageId, {}]
}

function skopeoItem(spec: ContainerSpec): [string, Json] {
  checkName(spec)
  checkDigest(spec.digest, 'digest', spec.localName)
  checkDigest(spec.imageId, 'image id', spec.localName)
  return [
    spec.imageId,
    { image: withTls({ name: spec.source, ...compact({ digest: spec.digest }) }, spec) },
  ]
}

function indexItem(spec: ContainerSpec): [string, Json] {
  checkDigest(spec.listDigest, 'list digest', spec.localName)
  return [spec.listDigest, { image: withTls({ name: spec.source }, spec) }]
}

function checkName(spec: ContainerSpec): void {
  if (spec.source !== '') return
  throw crash(`container "${spec.localName}" has no source`, 'source item has empty name')
}

/** `tls-verify` is written when it was given, also when false. */
function withTls(image: JsonObject, { tlsVerify }: ContainerSpec): JsonObject {
  return tlsVerify === null ? image : { ...image, 'tls-verify': tlsVerify }
}
