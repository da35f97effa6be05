import { SealscopeError } from '../../../base/error'
import { trimSpace, WHITE_SPACE } from '../../../base/trim'

const SPACES = new RegExp(`[${WHITE_SPACE}]+`)

/** Splits as Rust's `split_whitespace` does. */
export function words(line: string): string[] {
  const text = trimSpace(line)
  return text === '' ? [] : text.split(SPACES)
}

/** The lines of a UTF-8 file without their ends; throws at the first line that is not UTF-8. */
export function* textLines(bytes: Uint8Array, path: string): Generator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let number = 0
  for (let at = 0; at < bytes.length;) {
    number++
    const newline = bytes.indexOf(10, at)
    const end = newline < 0 ? bytes.length : newline
    const stop = end > at && newline >= 0 && bytes[end - 1] === 13 ? end - 1 : end
    yield decode(decoder, bytes.subarray(at, stop), path, number)
    at = end + 1
  }
}

function decode(decoder: TextDecoder, bytes: Uint8Array, path: string, line: number): string {
  try {
    return decoder.decode(bytes)
  } catch (cause) {
    const what = 'a SELinux policy file is not UTF-8'
    throw new SealscopeError({ code: 'selinux-utf8', what, where: { path, line }, cause })
  }
}

export function lineError(
  path: string,
  line: number,
  expected: string,
  tokens: readonly string[],
): SealscopeError {
  return new SealscopeError({
    code: 'selinux-line',
    what: 'a line of a SELinux policy file cannot be read',
    where: { path, line },
    expected,
    found: JSON.stringify(tokens.join(' ').slice(0, 120)),
  })
}
