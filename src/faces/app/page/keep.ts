/** What a browser keeps; where it keeps nothing, reading gives nothing and writing is for nothing. */
export function keptIn(box: () => Storage): Pick<Storage, 'getItem' | 'setItem'> {
  // Reading the property alone throws where storage is blocked (HTML §12.2.3).
  const storage = () => {
    try {
      return box()
    } catch {
      return null
    }
  }
  return {
    getItem: (key) => storage()?.getItem(key) ?? null,
    setItem: (key, value) => storage()?.setItem(key, value),
  }
}
