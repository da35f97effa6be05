import { toSealscopeError } from '../../../base/error'
import { plain, sentence } from '../../../answers/words/text'
import type { Trouble } from './state'

/** An error as the start screen tells it: what failed, and one thing to do. */
export function troubleOf(thrown: unknown, title: string): Trouble {
  const { code, message } = toSealscopeError(thrown)
  const what = title === '' || message.includes(title) ? message : `${title}: ${message}`
  const suggestion = suggestionOf(title)
  return { what: sentence(plain(what, 600)), instead: insteadOf(code), suggestion }
}

function insteadOf(code: string): string | null {
  if (code === 'fetch') {
    return 'Load the page again when its server is back. Dropped files work without it.'
  }
  return code === 'link' ? 'Ask for the whole link again.' : null
}

/** A name without a registry is Docker Hub's; bootc images of these names are elsewhere. */
const KNOWN: Readonly<Record<string, string>> = {
  'fedora-bootc': 'quay.io/fedora/fedora-bootc',
  'centos-bootc': 'quay.io/centos-bootc/centos-bootc',
  'almalinux-bootc': 'quay.io/almalinuxorg/almalinux-bootc',
  'rhel-bootc': 'registry.redhat.io/rhel10/rhel-bootc',
  bluefin: 'ghcr.io/ublue-os/bluefin',
  bazzite: 'ghcr.io/ublue-os/bazzite',
  aurora: 'ghcr.io/ublue-os/aurora',
}

function suggestionOf(title: string): string | null {
  const short = /^(?:docker\.io\/)?(?:library\/)?([a-z0-9-]+)((?::[\w.-]+)?)$/.exec(title)
  const [, name = '', tag = ''] = short ?? []
  return Object.hasOwn(KNOWN, name) ? `${KNOWN[name] ?? ''}${tag}` : null
}
