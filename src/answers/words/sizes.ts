const UNITS = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB']

/** A size for people: `10 GiB`, `501 MiB`, `1.5 GiB`; at most three digits, binary units. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes)
  let unit = 0
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024
    unit++
  }
  const shown = unit === 0 || value >= 100 ? Math.round(value) : Math.round(value * 10) / 10
  return `${bytes < 0 ? '-' : ''}${shown} ${UNITS[unit] ?? ''}`
}

/** `1 layer`, `3 layers`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`
}
