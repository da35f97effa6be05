/** Bytes that stand for a program: fixed by its name, and not compressible to nothing. */
export function program(name: string, size: number): Uint8Array {
  const bytes = new Uint8Array(size)
  let state = [...name].reduce((sum, char) => Math.imul(sum, 31) + char.charCodeAt(0), 7) >>> 0
  for (let index = 0; index < size; index++) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    bytes[index] = state >>> 24
  }
  return bytes
}
