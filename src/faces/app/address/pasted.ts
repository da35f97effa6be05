import { readAddress } from './address'

/** What somebody pasted into the one field. */
export type Pasted =
  | { kind: 'image'; ref: string; note: string | null }
  | { kind: 'sample'; name: string }
  /** A link of this page: what stands behind `#`. */
  | { kind: 'link'; hash: string }
  /** Something that is recognised, and cannot be opened from here. */
  | { kind: 'refused'; what: string; instead: string }

/** Commands with the image as their last word: `podman pull IMAGE`, `bootc switch IMAGE`. */
const COMMAND =
  /^(?:sudo\s+)?(?:podman|docker|buildah|nerdctl|crictl|bootc|skopeo|crane|rpm-ostree|image-builder|sealscope)\s+/i
/** Prefixes of containers/image and ostree that name a registry. */
const REGISTRY_PREFIX =
  /^(?:docker:\/\/|registry:|ostree-(?:image-signed|unverified-image|unverified-registry|remote-image:[^:]+):)+/i
const LOCAL_PREFIX = /^(?:oci|oci-archive|docker-archive|dir):/i

/** Reads a reference as people have it on their clipboard. */
export function readPasted(text: string): Pasted | null {
  const line = text.trim().split(/\r?\n/)[0]?.trim() ?? ''
  const bare = unquoted(line)
  if (bare === '') return null
  const link = ownLink(bare)
  if (link !== null) return link
  const [, sample] = /^sample:([a-z0-9-]{1,64})$/.exec(bare) ?? []
  if (sample !== undefined) return { kind: 'sample', name: sample }
  return fromWords(bare) ?? fromName(bare)
}

function ownLink(text: string): Pasted | null {
  const [, hash] = /^(?:https?:\/\/\S*?)?(#(?:plan|image|sample|at)=\S+)$/.exec(text) ?? []
  if (hash === undefined) return null
  try {
    readAddress(hash)
    return { kind: 'link', hash }
  } catch {
    return {
      kind: 'refused',
      what: 'The link is cut off, or another version made it.',
      instead: 'Ask for the whole link again.',
    }
  }
}

/** A line of a Containerfile, or a command. */
function fromWords(text: string): Pasted | null {
  const [, from] = /^FROM\s+(?:--\S+\s+)*(\S+)/i.exec(text) ?? []
  if (from !== undefined) return fromName(unquoted(from))
  if (!COMMAND.test(text)) return null
  const words = text.replace(COMMAND, '').split(/\s+/).map(unquoted)
  const named = words.find((word) => /^docker:\/\//i.test(word)) ?? words.findLast(looksLikeImage)
  return named === undefined ? null : fromName(named)
}

function looksLikeImage(word: string): boolean {
  return (
    !word.startsWith('-') && /^[\w.-]+(?::\d+)?\/[\w./-]+/.test(word.replace(REGISTRY_PREFIX, ''))
  )
}

function fromName(text: string): Pasted {
  const name = text.replace(REGISTRY_PREFIX, '').replace(/^docker:\/\//i, '')
  if (LOCAL_PREFIX.test(name)) {
    const [prefix = ''] = name.split(':')
    return {
      kind: 'refused',
      what: `${prefix}: names something on your disk, which a page cannot open by name.`,
      instead: 'Drop the file or the folder on the page.',
    }
  }
  if (/^containers-storage:/i.test(name)) {
    const image = name.replace(/^containers-storage:/i, '')
    return {
      kind: 'refused',
      what: 'containers-storage: is podman’s own store, which a page cannot read.',
      instead: `podman save --format oci-archive -o image.tar ${image}, then drop image.tar on the page.`,
    }
  }
  const web = /^https?:\/\//i.test(name) ? fromWeb(name) : name
  return { kind: 'image', ref: web, note: shortNote(web) }
}

/** Web pages of registries that name an image; another address loses its scheme. */
function fromWeb(text: string): string {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    return text.replace(/^https?:\/\//i, '')
  }
  const path = url.pathname.replace(/^\/+|\/+$/g, '')
  const tag = url.searchParams.get('tag') ?? /\/tags?\/([\w.-]+)/.exec(path)?.[1] ?? null
  const tagged = (name: string) => (tag === null ? name : `${name}:${tag}`)
  if (url.hostname === 'quay.io') {
    const [, org, repository] = /^(?:repository\/)?([^/]+)\/([^/]+)/.exec(path) ?? []
    if (org !== undefined && repository !== undefined) return tagged(`quay.io/${org}/${repository}`)
  }
  if (url.hostname === 'hub.docker.com') {
    const [, official] = /^_\/([^/]+)/.exec(path) ?? []
    if (official !== undefined) return tagged(`docker.io/library/${official}`)
    const [, org, repository] = /^(?:r|repository\/docker)\/([^/]+)\/([^/]+)/.exec(path) ?? []
    if (org !== undefined && repository !== undefined)
      return tagged(`docker.io/${org}/${repository}`)
  }
  if (url.hostname === 'github.com') {
    const [, org, name] =
      /^(?:orgs\/)?([^/]+)\/(?:[^/]+\/)?pkgs\/container\/([^/]+)/.exec(path) ?? []
    if (org !== undefined && name !== undefined)
      return tagged(`ghcr.io/${org.toLowerCase()}/${decodeURIComponent(name)}`)
  }
  return `${url.host}/${path}`
}

/** A name without a registry is Docker Hub's, as podman asks and docker takes for granted. */
function shortNote(ref: string): string | null {
  const [first = ''] = ref.split('/')
  const hasHost = ref.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  if (hasHost) return null
  return `Read as docker.io/${ref.includes('/') ? '' : 'library/'}${ref}.`
}

function unquoted(text: string): string {
  return text.replace(/^["'`‘“]+|["'`’”,;]+$/g, '').trim()
}
