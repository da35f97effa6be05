import { describeWhere, SealscopeError } from '../../../base/error'

/** An error inside a check, which ends the whole run; its message is bootc's. */
export function stopped(what: string, cause?: unknown): SealscopeError {
  return new SealscopeError({ code: 'lint-stopped', what, cause })
}

/** What bootc itself says in an error of ours: without our place, and without our words on TOML. */
export function bootcText(error: SealscopeError): string {
  const place = describeWhere(error.where)
  const end = place === '' ? -1 : error.message.indexOf(`, ${place}`)
  const text = end < 0 ? error.message : error.message.slice(0, end)
  const toml = text.indexOf(': TOML parse error')
  if (toml >= 0) return text.slice(0, toml)
  // `what` ends before `, found …` where there is no place.
  return error.code === 'multiple-kernels' ? (text.split(', found ')[0] ?? text) : text
}
