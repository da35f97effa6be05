import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { SealscopeError } from '../../../base/error'
import type { Platform } from '../../../contract/facts'
import type { OpenedImage } from '../../../formats/oci/image'
import { pastedReference } from '../../../formats/oci/pasted'
import { type FetchRegistry, parseReference } from '../../../formats/oci/reference'
import { openRegistryImage } from '../../../image/registry/client'
import { PATIENCE, type Patience } from '../../../image/registry/patience'
import {
  candidatesOf,
  mergedConf,
  parseRegistriesConf,
  type Place,
  placesOf,
  type RegistriesConf,
} from '../../../image/registry/registries-conf'
import { createDirectFetch, type DirectOptions } from '../../proxy/direct'
import { certificatesFor } from './certificates'
import { createLogins } from './logins'
import { type Environment, webProxyFor } from './web-proxy'

/** What a user says about registries; null: as on this machine. */
export interface RegistryOptions {
  authFile: string | null
  registriesConf: string | null
  certDir: string | null
  /** Times that a request is made again. */
  retries: number | null
  /** Milliseconds. */
  timeout: number | null
}

export const DEFAULT_REGISTRY_OPTIONS: RegistryOptions = {
  authFile: null,
  registriesConf: null,
  certDir: null,
  retries: null,
  timeout: null,
}

/** Certificates, web proxies and time-outs, as options and environment say. */
export function registryConnection(
  { certDir, timeout }: RegistryOptions,
  environment: Environment,
): Pick<DirectOptions, 'idle' | 'connection'> {
  return {
    idle: timeout ?? PATIENCE.time,
    connection: (url: URL) => ({
      through: webProxyFor(url, environment),
      tls: certificatesFor(url.host, certDir, environment),
    }),
  }
}

/** Registries as this machine reaches them: mirrors, logins, certificates, web proxies. */
export class RegistryAccess {
  private readonly patience: Patience
  private readonly trusted: FetchRegistry
  private readonly insecure: FetchRegistry
  private conf: RegistriesConf | null = null

  constructor(
    private readonly options: RegistryOptions = DEFAULT_REGISTRY_OPTIONS,
    private readonly environment: Environment = process.env,
  ) {
    const { authFile, retries, timeout } = options
    this.patience = {
      ...PATIENCE,
      retries: retries ?? PATIENCE.retries,
      time: timeout ?? PATIENCE.time,
    }
    const credentials = createLogins(authFile, environment)
    const direct = { ...registryConnection(options, environment), credentials }
    this.trusted = createDirectFetch(direct)
    this.insecure = createDirectFetch({ ...direct, insecure: true })
  }

  /** Opens an image by the first of its places that gives it; `ref` is its name. */
  async open(
    text: string,
    platform: Platform | null,
  ): Promise<{ image: OpenedImage; ref: string }> {
    const conf = (this.conf ??= readConf(this.options.registriesConf, this.environment))
    const named = parseReference(text)
    let failed: unknown = null
    for (const candidate of candidatesOf(text, conf)) {
      for (const place of placesOf(candidate, conf)) {
        try {
          const image = await this.openPlace(place, platform)
          return {
            image,
            ref: candidate.text === named.text ? pastedReference(text) : candidate.text,
          }
        } catch (thrown) {
          if (!(thrown instanceof SealscopeError) || thrown.kind !== 'network') throw thrown
          failed = thrown
        }
      }
    }
    throw failed
  }

  private openPlace({ reference, insecure }: Place, platform: Platform | null) {
    const fetchRegistry = insecure ? this.insecure : this.trusted
    return openRegistryImage(reference, platform, fetchRegistry, undefined, this.patience)
  }
}

/** The file that is named, or those of the user or the machine, with what stands in their `.d` folders. */
function readConf(option: string | null, environment: Environment): RegistriesConf {
  const named = option ?? environment['CONTAINERS_REGISTRIES_CONF'] ?? ''
  if (named !== '') return mergedConf([readFile(named)])
  const home = environment['HOME'] ?? homedir()
  const own = join(environment['XDG_CONFIG_HOME'] ?? join(home, '.config'), 'containers')
  const base = [join(own, 'registries.conf'), '/etc/containers/registries.conf'].find(existsSync)
  const folders = ['/etc/containers/registries.conf.d', join(own, 'registries.conf.d')]
  return mergedConf([
    ...(base === undefined ? [] : [readFile(base)]),
    ...folders.flatMap(confFiles).map(readFile),
  ])
}

function confFiles(folder: string): string[] {
  if (!existsSync(folder)) return []
  const names = readdirSync(folder).filter((name) => name.endsWith('.conf'))
  return names.sort().map((name) => join(folder, name))
}

function readFile(path: string): RegistriesConf {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (cause) {
    const what = 'a file of registries cannot be read'
    throw new SealscopeError({ kind: 'usage', code: 'registries-conf', what, where: { path }, cause }) // prettier-ignore
  }
  return parseRegistriesConf(text, path)
}
