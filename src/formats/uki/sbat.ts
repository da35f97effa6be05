/** The columns of a row (SBAT.md of shim): component, generation, vendor, package, version, URL. */
const COLUMNS = 6

export interface SbatReading {
  /** Six columns each; empty when shim refuses the section. */
  rows: string[][]
  /** Why shim refuses it, else null. */
  refused: string | null
}

/**
 * `.sbat` as shim reads it (shim csv.c, sbat.c parse_sbat_section): lines end with CR, LF or NUL,
 * empty ones are passed over, quotes mean nothing, further columns are ignored; one row with fewer
 * than six columns or an empty one spoils the whole section.
 */
export function readSbat(bytes: Uint8Array): SbatReading {
  const text = new TextDecoder('utf-8').decode(bytes)
  const lines = text.split(/[\r\n\0]/).filter((line) => line !== '')
  const rows = lines.map((line) => line.split(',').slice(0, COLUMNS))
  const bad = rows.findIndex((row) => row.length < COLUMNS || row.includes(''))
  if (rows.length === 0) return { rows: [], refused: 'it has no rows' }
  if (bad < 0) return { rows, refused: null }
  const found = JSON.stringify(lines[bad]?.slice(0, 80))
  return { rows: [], refused: `row ${bad + 1} needs ${COLUMNS} columns, found ${found}` }
}
