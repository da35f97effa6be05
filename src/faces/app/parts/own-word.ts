/** The word for a value that a file may have brought: itself where there is none, `__proto__` too. */
export function ownWord(words: Readonly<Record<string, string>>, value: string): string {
  return Object.hasOwn(words, value) ? (words[value] ?? value) : value
}
