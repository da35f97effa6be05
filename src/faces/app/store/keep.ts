export type Keep = Pick<Storage, 'getItem' | 'setItem'>

/** What this browser keeps; where it keeps nothing, reading gives nothing and writing is for nothing. */
export const keep: Keep = keepIn(() => localStorage)

/** What this tab keeps until it is closed. */
export const keepInTab: Keep = keepIn(() => sessionStorage)

function keepIn(storage: () => Storage): Keep {
  return {
    getItem: (key) => open(storage)?.getItem(key) ?? null,
    setItem(key, value) {
      try {
        open(storage)?.setItem(key, value)
      } catch {
        // full (QuotaExceededError): the next reading gives what was there before
      }
    },
  }
}

/** Reading the property alone throws where storage is blocked (HTML §12.2.3). */
function open(storage: () => Storage): Storage | null {
  try {
    return storage()
  } catch {
    return null
  }
}
