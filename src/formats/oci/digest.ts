import { SealscopeError, describeValue } from '../../base/error'

const DIGEST = /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/

/** Checks the grammar of an OCI digest (image-spec descriptor.md §Digests). */
export function checkDigest(text: unknown, key: string): string {
  if (typeof text === 'string' && DIGEST.test(text)) return text
  throw new SealscopeError({
    code: 'digest-grammar',
    what: 'a digest cannot be read',
    where: { key },
    expected: 'sha256: with 64 or sha512: with 128 lower-case hex digits',
    found: describeValue(text),
  })
}
