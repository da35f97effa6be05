/** One row of a revocation level: files that name the component need at least this generation. */
export interface SbatLevel {
  component: string
  generation: number
}

/**
 * Levels that shim brings along (shim SbatLevel_Variable.txt; the last two in shim 16.1's `.sbatlevel`).
 * A machine keeps the newest one that any shim has set.
 */
export const SBAT_LEVELS: readonly { date: string; rows: readonly SbatLevel[] }[] = [
  { date: '2022052400', rows: [{ component: 'grub', generation: 2 }] },
  { date: '2022111500', rows: [{ component: 'shim', generation: 2 }, { component: 'grub', generation: 3 }] }, // prettier-ignore
  { date: '2024040900', rows: [{ component: 'shim', generation: 4 }, { component: 'grub', generation: 4 }, { component: 'grub.peimage', generation: 2 }] }, // prettier-ignore
  { date: '2025021800', rows: [{ component: 'shim', generation: 4 }, { component: 'grub', generation: 5 }] }, // prettier-ignore
  { date: '2025051000', rows: [{ component: 'shim', generation: 4 }, { component: 'grub', generation: 5 }, { component: 'grub.proxmox', generation: 2 }] }, // prettier-ignore
]

export interface SbatRevocation {
  component: string
  generation: number
  needed: number
  /** The first level that refuses the file. */
  date: string
}

/** The first level that revokes a file with these rows (shim sbat.c: names exactly, generation too low). */
export function sbatRevocation(rows: readonly string[][]): SbatRevocation | null {
  for (const { date, rows: levels } of SBAT_LEVELS) {
    for (const { component, generation: needed } of levels) {
      const row = rows.find(([name]) => name === component)
      const generation = Number.parseInt(row?.[1] ?? '', 10)
      if (row !== undefined && !(generation >= needed))
        return { component, generation, needed, date }
    }
  }
  return null
}
