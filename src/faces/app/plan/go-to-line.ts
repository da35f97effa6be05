const listeners = new Set<(line: number) => void>()

/** Calls back when something points to a line of the blueprint; returns how to stop. */
export function onGoToLine(listener: (line: number) => void): () => void {
  listeners.add(listener)
  return () => listeners.delete(listener)
}

export function goToLine(line: number): void {
  for (const listener of listeners) listener(line)
}
