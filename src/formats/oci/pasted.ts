import { SealscopeError } from '../../base/error'

/** Commands and instructions in front of a name: the name is their first word that is no option. */
const COMMANDS =
  /^(?:sudo\s+)?(?:(?:podman|docker|nerdctl|crane|skopeo)\s+(?:image\s+)?(?:pull|run|inspect|manifest|copy)|bootc\s+switch|rpm-ostree\s+rebase|FROM)\s+/i

/** Transports of ostree-rs-ext and containers/image whose rest is a name in a registry (ostree-container(5)). */
const OSTREE =
  /^ostree-(?:image-signed|unverified-image|unverified-registry|remote-image:[^:]+|remote-registry:[^:]+):/
const REGISTRY = /^(?:registry:(?:\/\/)?|docker:\/\/)/

/**
 * The reference inside of what people paste: quotes, `podman pull …`, `FROM … AS …`, the forms that `bootc status`
 * prints, and addresses of registries' web pages. Anything else stays as it is. Throws where the name is one of
 * this machine's own store, which only its program can read.
 */
export function pastedReference(text: string): string {
  let rest = text.trim().replace(/^(["'`])(.*)\1$/s, '$2')
  const command = COMMANDS.exec(rest)
  if (command !== null) rest = firstName(rest.slice(command[0].length))
  for (let round = 0; round < 4; round++) {
    const shorter = rest.replace(OSTREE, '')
    rest = shorter === rest ? rest : shorter
  }
  if (!rest.startsWith('docker://')) refuseLocal(rest)
  rest = rest.replace(REGISTRY, '')
  return fromWeb(rest) ?? rest
}

/** Options are left out, with their value where it is a word of its own. */
function firstName(words: string): string {
  const withValue =
    /^--?(platform|arch|os|variant|authfile|creds|transport|stateroot|override-(os|arch|variant))$/
  const list = words.split(/\s+/)
  for (let at = 0; at < list.length; at++) {
    const word = list[at] ?? ''
    if (withValue.test(word)) at++
    else if (!word.startsWith('-') && word !== '') return word.replace(/^(["'])(.*)\1$/, '$2')
  }
  return words.trim()
}

/** podman's and docker's own stores are no registry; their programs write archives. */
function refuseLocal(text: string): void {
  const [, store = ''] = /^(containers-storage:(?:\[[^\]]*\])?|docker-daemon:)/.exec(text) ?? []
  const name = text.slice(store.length)
  if (store === '' && !/^localhost\/./.test(text)) return
  const shown = /^[\w./:@-]{1,300}$/.test(name) ? name : 'NAME'
  const docker = store === 'docker-daemon:'
  const program = docker ? 'docker' : 'podman'
  const save = docker
    ? `docker save -o image.tar ${shown}`
    : `podman save --format oci-archive -o image.tar ${shown}`
  throw new SealscopeError({
    kind: 'usage',
    code: 'reference-local-store',
    what: `${JSON.stringify(text.slice(0, 300))} names an image in ${program}'s own store, which is no registry`,
    expected: `an archive of it: ${save}, and then ${docker ? 'docker' : 'oci'}-archive:image.tar`,
  })
}

/** Pages of quay, GitHub and Docker Hub that show an image; other addresses lose their scheme only. */
function fromWeb(text: string): string | null {
  const web = /^https?:\/\/([^/?#]+)(\/[^?#]*)?(?:\?([^#]*))?/i.exec(text)
  if (web === null) return null
  const [, host = '', path = '', query = ''] = web
  const parts = path.split('/').filter(Boolean)
  const tag = new URLSearchParams(query).get('tag')
  const tagged = (name: string) => (tag === null || tag === '' ? name : `${name}:${tag}`)
  if (host === 'quay.io' && parts[0] === 'repository') {
    const digest = parts.find((part) => part.startsWith('sha256:'))
    const name = `quay.io/${parts.slice(1, 3).join('/')}`
    return digest === undefined ? tagged(name) : `${name}@${digest}`
  }
  if (host === 'hub.docker.com') return fromHub(parts)
  if (host === 'github.com') return fromGitHub(parts, tag)
  if (parts.length === 0 || /^(v2|api)$/.test(parts[0] ?? '')) return null
  return tagged(`${host}/${parts.join('/')}`)
}

/** `/_/fedora`, `/r/ORG/NAME`, `/layers/ORG/NAME/TAG/…` */
function fromHub(parts: readonly string[]): string | null {
  const [kind = '', one = '', two = '', three] = parts
  if (kind === '_' && one !== '') return `docker.io/library/${one}`
  if (kind === 'r' && two !== '') return `docker.io/${one}/${two}`
  return kind === 'layers' && two !== ''
    ? `docker.io/${one}/${two}${three ? `:${three}` : ''}`
    : null
}

/** `/OWNER/REPO/pkgs/container/NAME`, `/orgs/OWNER/packages/container/package/NAME`; the name may be escaped. */
function fromGitHub(parts: readonly string[], tag: string | null): string | null {
  const at = parts.findIndex((part, index) => part === 'container' && /^(pkgs|packages)$/.test(parts[index - 1] ?? '')) // prettier-ignore
  if (at < 0) return null
  const owner = /^(orgs|users)$/.test(parts[0] ?? '') ? parts[1] : parts[0]
  const name = parts[at + 1] === 'package' ? parts[at + 2] : parts[at + 1]
  if (owner === undefined || name === undefined) return null
  const full = `ghcr.io/${owner}/${name.replace(/%2f/gi, '/')}`.toLowerCase()
  return tag === null || tag === '' ? full : `${full}:${tag}`
}
