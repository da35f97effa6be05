import type { SealCause } from '../../../contract/facts'

interface FormWords {
  id: string
  /** Candidate ids that this is about, without the hash. */
  test: RegExp
  message: string
  fix: string
}

const REBUILD =
  'build the UKI again with the bootc release that will install it (bootc container ukify), or with the digest of its form'

/** Why a digest that is right for the layers is refused all the same; the first that fits decides. */
const WORDS: readonly FormWords[] = [
  {
    id: 'user-xattrs',
    test: /\/keep-user-xattrs\//,
    message: 'the seal keeps user.* attributes, which no bootc release does',
    fix: 'compute the digest without --xattrs keep-user-xattrs, or remove the attributes before sealing',
  },
  {
    id: 'plain-digest',
    test: /\/plain$/,
    message: 'the seal is the digest without the boot transform (/boot and /sysroot not emptied)',
    fix: 'compute the digest with the boot transform (bootc container ukify, cfsctl oci compute-id --bootable)',
  },
  {
    id: 'erofs-v0',
    test: /^v0\//,
    message: 'the seal is of the EROFS format V0, which no bootc release writes',
    fix: REBUILD,
  },
  {
    id: 'nsec',
    test: /^v1\/\w+\/allowlist-only\/bootable$/,
    message:
      'the seal gives /boot and /sysroot the nanoseconds of /usr, as composefs-rs does since 0.9.3; bootc 1.16.4 to 1.16.9 keep their own',
    fix: 'wait for the bootc release after 1.16.9, or set whole seconds before sealing, where both agree',
  },
  {
    id: 'nsec',
    test: /^v1-nsec-kept\//,
    message:
      'the seal keeps the nanoseconds of /boot and /sysroot, as bootc 1.16.4 to 1.16.9 do; later releases will not',
    fix: 'set whole seconds before sealing, where all releases agree',
  },
  {
    id: 'old-release',
    test: /^v2-sharedlabel\//,
    message:
      'the seal was made by bootc 1.13 to 1.15.2 (one SELinux label for all names of a file)',
    fix: REBUILD,
  },
  {
    id: 'old-release',
    test: /^v2/,
    message: 'the seal is of the EROFS format V2, which bootc up to 1.16.3 wrote',
    fix: REBUILD,
  },
]

const TODAY = [/^v1\/\w+\/allowlist-only\/bootable$/, /^v1-nsec-kept\//]

/** Causes for a seal that holds in a form that the newest releases do not compute. */
export function formCauses(matches: readonly string[], multiFrame: boolean): SealCause[] {
  const plain = matches.filter((id) => !/\/keep-user-xattrs\//.test(id))
  const considered = plain.length > 0 ? plain : matches
  // Where both agree the form is that of all releases since 1.16.4: something else is to blame.
  if (TODAY.every((test) => considered.some((id) => test.test(id)))) return []
  const found =
    WORDS.find(({ test }) => considered.every((id) => test.test(id))) ??
    WORDS.findLast(({ test }) => considered.some((id) => test.test(id)))
  // Releases that read the first frame only have no digest of such an image to compare with.
  if (found === undefined || (multiFrame && found.id === 'nsec')) return []
  const { id, message, fix } = found
  return [{ id, evidence: 'search', proved: true, message, paths: [], count: 0, layer: null, fix }]
}
