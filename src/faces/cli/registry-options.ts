import { SealscopeError } from '../../base/error'
import { RegistryAccess, type RegistryOptions } from '../../hosts/node/registry/access'
import type { Arguments } from './arguments'

const MOST_RETRIES = 100
const LONGEST_TIMEOUT = 24 * 3600

/** Registries as the options of a command say. Throws a usage error for one that cannot be read. */
export function registryAccess(args: Arguments): RegistryAccess {
  return new RegistryAccess(registryOptions(args))
}

export function registryOptions(args: Arguments): RegistryOptions {
  const retries = numberOf(args, 'retry', 0, MOST_RETRIES)
  const seconds = numberOf(args, 'timeout', 1, LONGEST_TIMEOUT)
  return {
    authFile: args.text('authfile'),
    registriesConf: args.text('registries-conf'),
    certDir: args.text('cert-dir'),
    retries,
    timeout: seconds === null ? null : seconds * 1000,
  }
}

function numberOf(
  args: Arguments,
  option: 'retry' | 'timeout',
  least: number,
  most: number,
): number | null {
  const text = args.text(option)
  if (text === null) return null
  const number = Number(text)
  if (/^\d{1,6}$/.test(text) && number >= least && number <= most) return number
  throw new SealscopeError({
    kind: 'usage',
    code: 'number',
    what: `--${option} cannot be read`,
    expected: `a whole number from ${least} to ${most}`,
    found: JSON.stringify(text.slice(0, 100)),
  })
}
