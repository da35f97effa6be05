import type { JsonObject } from '../../../base/go/json'
import { diskToolObjections } from './disk-tools'
import { listOf, objectOf, text } from './json-view'

/**
 * Runners of osbuild 190: distribution → least version (0: the name alone). A runner serves any
 * later version of its distribution. Source: osbuild runners/, meta.py detect_runner.
 */
const RUNNERS: Readonly<Record<string, number>> = {
  AutoSD: 9,
  almalinux: 8,
  arch: 0,
  'asahi-fedora-remix': 0,
  autosd: 0,
  centos: 8,
  debian: 0,
  eln: 11,
  'fedora-asahi-remix': 0,
  fedora: 30,
  linux: 0,
  ol: 9,
  rhel: 7,
  rhivos: 0,
  ubuntu: 1804,
}

/**
 * Why a build of a manifest would stop although image-builder writes it: what osbuild 190 refuses to
 * load (held against `osbuild --inspect`: formats/v2.py, meta.py), and what the programs that make the
 * disk refuse. Empty when nothing is known against it.
 */
export function buildObjections(manifest: JsonObject): string[] {
  const sources = sourceReferences(manifest['sources'])
  return listOf(manifest['pipelines']).flatMap((pipeline) => [
    ...runnerObjection(pipeline),
    ...listOf(pipeline['stages']).flatMap((stage) =>
      [...stageObjections(stage, sources), ...diskToolObjections(stage)].map(
        (objection) =>
          `pipeline ${text(pipeline['name'])}, stage ${text(stage['type'])}: ${objection}`,
      ),
    ),
  ])
}

function runnerObjection(pipeline: JsonObject): string[] {
  const runner = pipeline['runner']
  if (typeof runner !== 'string') return []
  const [, name = '', version = ''] = /^org\.osbuild\.(.*?)(\d*)$/.exec(runner) ?? []
  const least = Object.hasOwn(RUNNERS, name) ? RUNNERS[name] : undefined
  if (least !== undefined && Number(version) >= least) return []
  return [`pipeline ${text(pipeline['name'])}: osbuild 190 has no runner for ${runner}`]
}

function stageObjections(stage: JsonObject, sources: ReadonlySet<string>): string[] {
  const devices = objectOf(stage['devices'])
  const mounts = listOf(stage['mounts'])
  const names = mounts.map(({ name }) => text(name))
  const twice = names.filter((name, index) => names.indexOf(name) !== index)
  return [
    ...[...new Set(twice)].map((name) => `two mounts are named ${name}`),
    ...mounts.flatMap(({ name, source }) =>
      typeof source !== 'string' || source === '' || Object.hasOwn(devices, source)
        ? []
        : [`the mount ${text(name)} needs the device ${source}, which is not there`],
    ),
    ...Object.values(objectOf(stage['inputs'])).flatMap((input) =>
      missingReferences(objectOf(input), sources).map(
        (reference) => `the content ${reference} has no source`,
      ),
    ),
  ]
}

function missingReferences(input: JsonObject, sources: ReadonlySet<string>): string[] {
  if (input['origin'] !== 'org.osbuild.source') return []
  const references = input['references'] ?? null
  const names = Array.isArray(references)
    ? references.map((item) => (typeof item === 'string' ? item : text(objectOf(item)['id'])))
    : Object.keys(objectOf(references))
  return names.filter((name) => !sources.has(name))
}

/** Checksums of everything that any source offers. */
function sourceReferences(sources: JsonObject[string] | undefined): Set<string> {
  return new Set(
    Object.values(objectOf(sources)).flatMap((source) =>
      Object.keys(objectOf(objectOf(source)['items'])),
    ),
  )
}
