import { SealscopeError } from '../bytes/error'
import { VALUE_LIMIT } from './node'
import { positionAt } from './position'

/** The error of a document with more keys and list items than a blueprint can need. */
export function tooMany(text: string, at: number): SealscopeError {
  return new SealscopeError({
    code: 'document-size',
    what: 'the document has too many values',
    where: positionAt(text, at),
    expected: `at most ${VALUE_LIMIT} keys and list items`,
  })
}
