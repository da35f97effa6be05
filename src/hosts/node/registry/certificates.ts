import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { rootCertificates } from 'node:tls'
import { SealscopeError } from '../../../base/error'
import type { Connection } from '../../proxy/node-hop'
import type { Environment } from './web-proxy'

/**
 * The certificates for one registry, beside those that Node trusts: `*.crt` are authorities, `NAME.cert` with
 * `NAME.key` shows who asks (containers-certs.d(5)). `--cert-dir` names the folder itself; else it is
 * `HOST:PORT` below `certs.d`.
 */
export function certificatesFor(
  host: string,
  option: string | null,
  environment: Environment,
): Connection['tls'] {
  if (option !== null && !existsSync(option)) {
    const what = 'the folder of certificates is not there'
    throw new SealscopeError({ kind: 'usage', code: 'cert-dir', what, where: { path: option } })
  }
  const folder =
    option ??
    certFolders(environment)
      .map((base) => join(base, host))
      .find(existsSync)
  if (folder === undefined) return {}
  const names = readdirSync(folder).sort()
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const authorities = names.filter((name) => name.endsWith('.crt')).map(read)
  const client = names.find((name) => name.endsWith('.cert'))
  const key = client?.replace(/cert$/, 'key')
  return {
    ...(authorities.length === 0
      ? {}
      : { ca: [...rootCertificates, ...extraAuthorities(environment), ...authorities] }),
    ...(client !== undefined && key !== undefined && names.includes(key)
      ? { cert: read(client), key: read(key) }
      : {}),
  }
}

function certFolders(environment: Environment): string[] {
  const home = environment['HOME'] ?? homedir()
  const config = environment['XDG_CONFIG_HOME'] ?? join(home, '.config')
  return [join(config, 'containers/certs.d'), '/etc/containers/certs.d', '/etc/docker/certs.d']
}

/** Node adds NODE_EXTRA_CA_CERTS to its own list only, not to one that is given. */
function extraAuthorities(environment: Environment): string[] {
  const path = environment['NODE_EXTRA_CA_CERTS'] ?? ''
  return path !== '' && existsSync(path) ? [readFileSync(path, 'utf8')] : []
}
