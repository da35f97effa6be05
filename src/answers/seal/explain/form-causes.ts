import type { SealCause } from '../../../contract/facts'
import { BOOTABLE_FORM, candidateForm, FORM, type Form } from '../../../rules/composefs/forms'
import {
  lastWhere,
  NANOSECONDS_SINCE,
  NEWEST_RELEASE,
  releasesComputing,
  SHARED_LABEL_RELEASES,
} from '../releases'

interface FormWords {
  id: string
  /** The forms that this is about. */
  isMeant(form: Form): boolean
  message: string
  fix: string
}

const REBUILD =
  'build the UKI again with the bootc release that will install it (bootc container ukify), or with the digest of its form'
const NSEC_KEPT = releasesComputing(FORM.nsecKept)

/** Why a digest that is right for the layers is refused all the same; the first that fits decides. */
const WORDS: readonly FormWords[] = [
  {
    id: 'user-xattrs',
    isMeant: ({ xattrs }) => xattrs === 'keep-user-xattrs',
    message: 'the seal keeps user.* attributes, which no bootc release does',
    fix: 'compute the digest without --xattrs keep-user-xattrs, or remove the attributes before sealing',
  },
  {
    id: 'plain-digest',
    isMeant: ({ bootable }) => !bootable,
    message: 'the seal is the digest without the boot transform (/boot and /sysroot not emptied)',
    fix: 'compute the digest with the boot transform (bootc container ukify, cfsctl oci compute-id --bootable)',
  },
  {
    id: 'erofs-v0',
    isMeant: ({ version }) => version === 0,
    message: 'the seal is of the EROFS format V0, which no bootc release writes',
    fix: REBUILD,
  },
  {
    id: 'nsec',
    isMeant: (form) => form === BOOTABLE_FORM,
    message: `the seal gives /boot and /sysroot the nanoseconds of /usr, as composefs-rs does since ${NANOSECONDS_SINCE.replace('composefs-rs ', '')}; ${NSEC_KEPT} keep their own`,
    fix: `wait for the bootc release after ${NEWEST_RELEASE} that does so, or set whole seconds before sealing, where both agree`,
  },
  {
    id: 'nsec',
    isMeant: (form) => form === FORM.nsecKept,
    message: `the seal keeps the nanoseconds of /boot and /sysroot, as ${NSEC_KEPT} do; later releases will not`,
    fix: 'set whole seconds before sealing, where all releases agree',
  },
  {
    id: 'old-release',
    isMeant: (form) => form === FORM.sharedLabel,
    message: `the seal was made by bootc ${SHARED_LABEL_RELEASES} (one SELinux label for all names of a file)`,
    fix: REBUILD,
  },
  {
    id: 'old-release',
    isMeant: ({ version }) => version === 2,
    message: `the seal is of the EROFS format V2, which bootc up to ${lastWhere(({ writes }) => writes[0]?.digest === FORM.v2)} wrote`,
    fix: REBUILD,
  },
]

const TODAY: readonly Form[] = [BOOTABLE_FORM, FORM.nsecKept]

/** Causes for a seal that holds in a form that the newest releases do not compute. */
export function formCauses(matches: readonly string[], multiFrame: boolean): SealCause[] {
  const forms = matches.map(candidateForm).filter((form) => form !== null)
  const plain = forms.filter(({ xattrs }) => xattrs !== 'keep-user-xattrs')
  const considered = plain.length > 0 ? plain : forms
  // Where both agree the form is that of all releases that write V1: something else is to blame.
  if (TODAY.every((form) => considered.includes(form))) return []
  const found =
    WORDS.find(({ isMeant }) => considered.every((form) => isMeant(form))) ??
    WORDS.findLast(({ isMeant }) => considered.some((form) => isMeant(form)))
  // Releases that read the first frame only have no digest of such an image to compare with.
  if (found === undefined || (multiFrame && found.id === 'nsec')) return []
  const { id, message, fix } = found
  return [{ id, evidence: 'search', proved: true, message, paths: [], count: 0, layer: null, fix }]
}
