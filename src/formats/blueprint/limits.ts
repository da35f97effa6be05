import { SealscopeError } from '../../base/error'
import { DEPTH_LIMIT, VALUE_LIMIT } from './node'
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

/** The error of a document with lists in lists without an end in sight. */
export function tooDeep(text: string, at: number): SealscopeError {
  return new SealscopeError({
    code: 'document-size',
    what: 'the document is nested too deep',
    where: positionAt(text, at),
    expected: `at most ${DEPTH_LIMIT} levels`,
  })
}
