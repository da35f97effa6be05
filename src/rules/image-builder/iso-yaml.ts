import { refuse, within } from '../../base/go/failure'
import { type Place, ranged, wrong } from '../../formats/yaml/decode'
import { readYaml, type YamlValue } from '../../formats/yaml/values'

/** What a container says about its ISO: `usr/lib/image-builder/bootc/iso.yaml`. */
export interface IsoDefinition {
  label: string
  kernelArguments: string[]
  /** Null: not given. */
  menuDefault: bigint | null
  menuTimeout: bigint | null
  entries: IsoMenuEntry[]
}

export interface IsoMenuEntry {
  name: string
  linux: string
  initrd: string
}

const LEAST_INT = -(2n ** 63n)
const MOST_INT = 2n ** 63n - 1n

/**
 * Decodes iso.yaml as go-yaml does into a struct: keys by exact name, unknown ones ignored, any
 * scalar for a text. Source: isoYAML in pkg/bib/osinfo/osinfo.go.
 */
export function decodeIsoYaml(text: string | null, path: string): IsoDefinition {
  const iso: IsoDefinition = {
    label: '',
    kernelArguments: [],
    menuDefault: null,
    menuTimeout: null,
    entries: [],
  }
  if (text === null) return iso
  return within(`cannot parse iso definitions from "${path}": `, () => {
    const value = readYaml(text)
    if (value === null) throw refuse('EOF')
    const top = members({ value, key: 'iso.yaml' })
    const grub = members(top('grub2'))
    iso.label = textOf(top('label')) ?? ''
    iso.kernelArguments = listOf(top('kernel_args')).flatMap((item) => textOf(item) ?? [])
    iso.menuDefault = intOf(grub('default'))
    iso.menuTimeout = intOf(grub('timeout'))
    iso.entries = listOf(grub('entries')).map(entryOf)
    return iso
  })
}

function entryOf(place: Place): IsoMenuEntry {
  const get = members(place)
  return {
    name: textOf(get('name')) ?? '',
    linux: textOf(get('linux')) ?? '',
    initrd: textOf(get('initrd')) ?? '',
  }
}

const NOTHING: YamlValue = { kind: 'null', line: 1, source: '' }

/** Reads members of a mapping; null has none. */
function members(place: Place): (name: string) => Place {
  const { value, key } = place
  if (value.kind !== 'map' && value.kind !== 'null') throw wrong(place, 'a mapping')
  return (name) => ({
    value: (value.kind === 'map' ? value.entries.get(name) : undefined) ?? NOTHING,
    key: `${key}.${name}`,
  })
}

function listOf(place: Place): Place[] {
  const { value, key } = place
  if (value.kind === 'null') return []
  if (value.kind !== 'list') throw wrong(place, 'a list')
  return value.items.map((item, i) => ({ value: item, key: `${key}[${i}]` }))
}

/** The text of any scalar as written; null for null. */
function textOf(place: Place): string | null {
  const { value } = place
  if (value.kind === 'null') return null
  if (value.kind === 'list' || value.kind === 'map') throw wrong(place, 'a text')
  return value.source
}

/** A whole number; go-yaml cuts the fraction of a float off. */
function intOf(place: Place): bigint | null {
  const { value } = place
  if (value.kind === 'null') return null
  if (value.kind === 'float' && Number.isFinite(value.value)) {
    const whole = BigInt(Math.trunc(value.value))
    if (whole >= LEAST_INT && whole <= MOST_INT) return whole
  }
  return ranged(place, LEAST_INT, MOST_INT)
}
