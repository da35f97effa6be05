/** Registries that most bootc images come from: a link to one of them is read without a question. */
const USUAL: readonly string[] = [
  'quay.io',
  'ghcr.io',
  'docker.io',
  'registry.fedoraproject.org',
  'registry.access.redhat.com',
  'registry.redhat.io',
  'registry.gitlab.com',
]

/** The registry that a reference names; `docker.io` for a short name. */
export function hostOf(reference: string): string {
  const [first = ''] = reference.split('/')
  const named = reference.includes('/') && (/[.:]/.test(first) || first === 'localhost')
  return named ? first : 'docker.io'
}

/** Whether a link may be followed to a registry without asking: a usual one, or one that was read here before. */
export function isKnownHost(reference: string, before: readonly string[]): boolean {
  const host = hostOf(reference)
  return USUAL.includes(host) || before.some((name) => hostOf(name) === host)
}
