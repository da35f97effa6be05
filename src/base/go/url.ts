/** What a proxy URL is taken apart into. */
export interface UrlParts {
  scheme: string
  host: string
  port: string
}

/** Characters that Go lets stand in a host: RFC 3986 §3.2.2 and a few more (net/url shouldEscape). */
const HOST = /^(?:[A-Za-z0-9\-_.~!$&'()*+,;=:[\]<>"\u0080-\u{10ffff}]|%[89A-Fa-f][0-9A-Fa-f])*$/u
const USERINFO = /^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/
const BAD_ESCAPE = /%(?![0-9A-Fa-f]{2})/

/**
 * Scheme, `Hostname()` and `Port()` of Go's `url.Parse`; null where Go returns an error.
 * Source: go/src/net/url/url.go.
 */
export function parseUrl(text: string): UrlParts | null {
  if (/[\u0000-\u001f\u007f]/.test(text)) return null
  const [withoutFragment = '', ...fragment] = text.split('#')
  if (BAD_ESCAPE.test(fragment.join('#'))) return null
  const scheme = /^[A-Za-z][A-Za-z0-9+\-.]*(?=:)/.exec(withoutFragment)?.[0] ?? ''
  if (withoutFragment.startsWith(':')) return null
  const rest =
    (scheme === '' ? withoutFragment : withoutFragment.slice(scheme.length + 1)).split('?')[0] ?? ''
  const none = { scheme: scheme.toLowerCase(), host: '', port: '' }
  if (!rest.startsWith('/')) {
    if (scheme !== '') return none
    return (rest.split('/')[0] ?? '').includes(':') || BAD_ESCAPE.test(rest) ? null : none
  }
  if (!rest.startsWith('//') || (scheme === '' && rest.startsWith('///'))) {
    return BAD_ESCAPE.test(rest) ? null : none
  }
  const [authority = ''] = rest.slice(2).split('/')
  if (BAD_ESCAPE.test(rest.slice(2 + authority.length))) return null
  const parts = parseAuthority(authority)
  return parts === null ? null : { scheme: scheme.toLowerCase(), ...parts }
}

function parseAuthority(authority: string): { host: string; port: string } | null {
  const at = authority.lastIndexOf('@')
  const user = authority.slice(0, Math.max(at, 0))
  if (!USERINFO.test(user) || BAD_ESCAPE.test(user)) return null
  const host = authority.slice(at + 1)
  const open = host.startsWith('[')
  const close = host.lastIndexOf(']')
  if (open && close < 0) return null
  const after = open ? host.slice(close + 1) : host.slice(lastColon(host))
  if (!/^(:\d*)?$/.test(after) || !HOST.test(host.replace('%25', ''))) return null
  const colon = host.lastIndexOf(':')
  const hasPort = colon >= 0 && /^:\d*$/.test(host.slice(colon))
  const name = hasPort ? host.slice(0, colon) : host
  const bare = name.startsWith('[') && name.endsWith(']') ? name.slice(1, -1) : name
  return { host: unescape(bare), port: hasPort ? host.slice(colon + 1) : '' }
}

function lastColon(host: string): number {
  const colon = host.lastIndexOf(':')
  return colon < 0 ? host.length : colon
}

function unescape(host: string): string {
  try {
    return decodeURIComponent(host)
  } catch {
    return host
  }
}
