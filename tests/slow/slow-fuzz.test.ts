import { expect, it } from 'vitest'
import { SealscopeError } from '../../src/base/error'
import { ManifestFailure } from '../../src/base/go/failure'
import { longRuns, mutations } from './mutations'
import { parsers } from './parsers'

const ROUNDS = 2000
/** Seconds for one input of at most half a megabyte, however slow the machine is. */
const LONGEST = 20
/** Characters that an error may have. */
const MESSAGE = 8000

/** The sentence of an error that says what is wrong with the input; null for any other error. */
function refusal(thrown: unknown): string | null {
  const refused = thrown instanceof SealscopeError && thrown.kind !== 'internal'
  return refused || thrown instanceof ManifestFailure ? thrown.message : null
}

it.each(await parsers())('$name gives a result or the one error', async (parser) => {
  const { name, sample, read, rounds = ROUNDS, longest: most = 1 << 19 } = parser
  await read(sample)
  const seen = { read: 0, refused: 0 }
  let longest = 0
  for (const input of [...mutations(sample, rounds, name.length), ...longRuns(sample, most)]) {
    const began = performance.now()
    try {
      await read(input)
      seen.read++
    } catch (thrown) {
      const what = `${name}: ${Buffer.from(input).toString('latin1').slice(0, 2000)}`
      expect(refusal(thrown)?.length, what).toBeLessThan(MESSAGE)
      seen.refused++
    }
    longest = Math.max(longest, (performance.now() - began) / 1000)
  }
  process.stdout.write(`${name}: ${seen.read} read, ${seen.refused} refused, longest ${longest.toFixed(3)} s\n`) // prettier-ignore
  expect(longest).toBeLessThan(LONGEST)
})
