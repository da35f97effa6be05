/** What this browser keeps; where it keeps nothing, reading gives nothing and writing is for nothing. */
export const keep: Pick<Storage, 'getItem' | 'setItem'> = {
  getItem: (key) => box()?.getItem(key) ?? null,
  setItem: (key, value) => box()?.setItem(key, value),
}

/** Reading the property alone throws where storage is blocked (HTML §12.2.3). */
function box(): Storage | null {
  try {
    return localStorage
  } catch {
    return null
  }
}
