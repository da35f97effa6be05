import type { StructureRecord } from '../../../contract/facts'

const SHOWN = 3

/** `UKI in layer 1; later: layer 2 touches 3 paths, 2 outside of /boot`, and the UKIs that are gone. */
export function structureText({ ukiLayer, layersAfter, removedUkis }: StructureRecord): string {
  const later = layersAfter.slice(0, SHOWN).map(({ layer, paths, outsideBoot }) => `layer ${layer} touches ${paths} ${paths === 1 ? 'path' : 'paths'}, ${outsideBoot} outside of /boot`) // prettier-ignore
  const gone = removedUkis.slice(0, SHOWN).map(({ path, layer, removedBy }) => `layer ${removedBy} removes or replaces ${path} of layer ${layer}`) // prettier-ignore
  const parts = [
    ukiLayer === null ? 'no UKI that bootc takes' : `UKI in layer ${ukiLayer}`,
    ...(ukiLayer !== null && layersAfter.length === 0 ? ['no layer after it'] : later),
    ...more(layersAfter.length, 'layers'),
    ...gone,
    ...more(removedUkis.length, 'UKIs'),
  ]
  return parts.join('; ')
}

function more(count: number, what: string): string[] {
  return count > SHOWN ? [`${count - SHOWN} more ${what} (--json has them)`] : []
}
