import type { InstallerPlan, KickstartLine } from '../../contract/plan'
import type { BlueprintDocument } from '../../formats/blueprint/document'
import type { ImageTree } from './image-tree'
import { ANACONDA_MODULES } from '../../rules/image-builder/stages/anaconda'
import type { Json, JsonObject } from '../../base/go/json'
import type { Snapshot } from './snapshot'
import { memberTexts, textOf, valueAt } from './values'

export interface InstallerInput {
  snapshot: Snapshot
  document: BlueprintDocument | null
  tree: ImageTree
  payload: string | null
}

/** What an installer ISO does: its kickstart in full with who wrote each line, and Anaconda's modules. */
export function installerPlan(input: InstallerInput): InstallerPlan | null {
  const { snapshot, document, tree, payload } = input
  const options = stageOptions(snapshot, 'org.osbuild.kickstart')
  if (options === null) return null
  const own = document === null ? null : valueAt(document.root, 'customizations', 'installer')
  const contents = own === null ? null : textOf(valueAt(own, 'kickstart', 'contents'))
  return {
    payload,
    kickstart: [...mainLines(snapshot, contents), ...baseLines(options)],
    modules: modulesOf(snapshot, own),
    hasAnaconda: tree.known ? hasAnaconda(tree) : null,
  }
}

/** The container of an installer ISO needs Anaconda in it. */
export function lacksAnaconda(tree: ImageTree): boolean {
  return tree.known && !hasAnaconda(tree)
}

function hasAnaconda(tree: ImageTree): boolean {
  return tree.has('usr/libexec/anaconda') || tree.has('usr/share/anaconda') || tree.program('anaconda') === true // prettier-ignore
}

function stageOptions({ result }: Snapshot, type: string): JsonObject | null {
  const pipelines = listOf(result.manifest?.['pipelines'])
  for (const pipeline of pipelines) {
    const stage = listOf(pipeline['stages']).find((each) => each['type'] === type)
    if (stage !== undefined) return objectOf(stage['options'])
  }
  return null
}

/** `/osbuild.ks`: the include, then the person's own text or two lines for an automatic installation. */
function mainLines({ result }: Snapshot, contents: string | null): KickstartLine[] {
  const file = '/osbuild.ks'
  const line = (text: string, by: KickstartLine['by']): KickstartLine => ({ file, text, by })
  const include = line('%include /run/install/repo/osbuild-base.ks', 'image-builder')
  if (contents !== null) return [include, ...split(contents).map((text) => line(text, 'blueprint'))]
  const automatic = automaticText(result.manifest)
  return [include, ...split(automatic).map((text) => line(text, 'image-builder'))]
}

/** The text as it lies in the manifest's inline source. */
function automaticText(manifest: JsonObject | null): string {
  const items = objectOf(objectOf(objectOf(manifest?.['sources'])['org.osbuild.inline'])['items'])
  for (const item of Object.values(items)) {
    const data = objectOf(item)['data']
    const text = typeof data === 'string' ? decoded(data) : ''
    if (text.startsWith('%include') && text.includes('autopart')) return text.replace(/^.*\n/, '')
  }
  return ''
}

function decoded(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  return new TextDecoder().decode(bytes)
}

function split(text: string): string[] {
  return text.replace(/^\n+|\n+$/g, '').split('\n')
}

/** `/osbuild-base.ks`, as osbuild's stage org.osbuild.kickstart writes it from the options of the manifest. */
function baseLines(options: JsonObject): KickstartLine[] {
  const file = '/osbuild-base.ks'
  const made = (text: string): KickstartLine => ({ file, text, by: 'image-builder' })
  const asked = (text: string): KickstartLine => ({ file, text, by: 'blueprint' })
  const container = objectOf(options['ostreecontainer'])
  const word = (key: string) => (typeof options[key] === 'string' ? String(options[key]) : null)
  const append = objectOf(options['bootloader'])['append']
  return [
    made(`ostreecontainer --url=${String(container['url'] ?? '')} --transport=${String(container['transport'] ?? '')} --no-signature-verification`), // prettier-ignore
    ...Object.entries(objectOf(options['groups'])).map(([name, group]) => asked(groupLine(name, objectOf(group)))), // prettier-ignore
    ...Object.entries(objectOf(options['users'])).flatMap(([name, user]) => userLines(name, objectOf(user)).map(asked)), // prettier-ignore
    ...['lang', 'keyboard', 'timezone'].flatMap((key) => (word(key) === null ? [] : [made(`${key} ${word(key) ?? ''}`)])), // prettier-ignore
    ...(options['rootpw'] === undefined ? [] : [made('rootpw --lock')]),
    ...(options['clearpart'] === undefined ? [] : [made('clearpart --all')]),
    ...listOf(options['network']).map(() => made('network --activate --bootproto=dhcp --device=link --onboot=on')), // prettier-ignore
    ...(typeof append === 'string' ? [asked(`bootloader --append="${append}"`)] : []),
    ...listOf(options['%post']).flatMap((post) => [made('%post --erroronfail'), ...textsOf(post['commands']).map(made), made('%end')]), // prettier-ignore
  ]
}

function groupLine(name: string, group: JsonObject): string {
  const gid = group['gid']
  return `group --name ${name}${typeof gid === 'number' ? ` --gid ${gid}` : ''}`
}

/** Without the hash: it stands in the manifest only. */
function userLines(name: string, user: JsonObject): string[] {
  const text = (key: string) => (user[key] === undefined ? null : String(user[key] as string | number)) // prettier-ignore
  const option = (flag: string, value: string | null) =>
    value === null ? [] : [`${flag} ${value}`]
  const groups = textsOf(user['groups'])
  const key = text('key')
  return [
    [
      `user --name ${name}`,
      ...(text('password') === null ? [] : ['--password HASH --iscrypted']),
      ...option('--shell', text('shell')),
      ...option('--uid', text('uid')),
      ...option('--gid', text('gid')),
      ...option('--groups', groups.length === 0 ? null : groups.join(',')),
      ...option('--homedir', text('home')),
    ].join(' '),
    ...(key === null ? [] : [`sshkey --username ${name} "${key}"`]),
  ]
}

function modulesOf(
  snapshot: Snapshot,
  own: Parameters<typeof textOf>[0],
): InstallerPlan['modules'] {
  const active = new Set(textsOf(stageOptions(snapshot, 'org.osbuild.anaconda')?.['activatable-modules'])) // prettier-ignore
  const asked = own === null ? null : valueAt(own, 'modules')
  const enabled = asked === null ? [] : memberTexts(asked, 'enable')
  const disabled = asked === null ? [] : memberTexts(asked, 'disable')
  const names = [...new Set([...ANACONDA_MODULES, ...enabled, ...disabled])].sort()
  return names.map((name) => ({
    name,
    active: active.has(name),
    by: disabled.includes(name) || (enabled.includes(name) && !ANACONDA_MODULES.includes(name)) ? 'blueprint' : 'image-builder', // prettier-ignore
  }))
}

function objectOf(value: Json | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {} // prettier-ignore
}

function listOf(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? (value as Json[]).map(objectOf) : []
}

function textsOf(value: Json | undefined): string[] {
  return Array.isArray(value) ? (value as Json[]).filter((item) => typeof item === 'string') : []
}
