import type { BlueprintProblem } from './decode'

/** A problem for people: with the key that was probably meant. */
export function problemText({ text, suggestion }: BlueprintProblem): string {
  return suggestion === null ? text : `${text}; did you mean ${suggestion}?`
}
