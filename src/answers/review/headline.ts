import type { Check } from '../../contract/checks'
import { imageChecks } from './image-checks'
import type { ImageFacts, SealCause, SealProof, UnreadLayer } from '../../contract/facts'
import { NEWEST_RELEASE } from '../seal/releases'
import { installers, newestRow, rangesWords, released, releaseWords } from './releases'
import { counted, formatBytes } from '../words/sizes'
import { code, plain, sentence } from '../words/text'

/**
 * `ok`: proved and usable. `bad`: it will not work. `warn`: it works, but not as one thinks. `void`: not
 * claimed, or not known.
 */
export type Tone = 'ok' | 'bad' | 'warn' | 'void'

/** What is said first of an image: the worst consequence, not the seal alone. */
export interface Headline {
  tone: Tone
  /** State and consequence, a sentence each. */
  headline: string
  /** Why, in one or two sentences; null when the headline says it all. */
  second: string | null
  /** Verbatim words of the program that refuses, to show on demand. */
  upstream: string | null
  /** What the entry of the seal says in a list. */
  badge: string
  /** Of that entry; null: as the headline. A seal that holds stays good where something else stops. */
  badgeTone: Tone | null
  /** First half of a window's title. */
  title: string
}

const NOT_READ =
  'A layer that is missing may add, replace or remove any file, so nothing is said about the image.'

/** The headline of an image by the worst that its checks say. */
export function headlineOf(
  facts: ImageFacts,
  checks: readonly Check[] = imageChecks(facts),
): Headline {
  const [unread] = facts.evidence.unread
  if (unread !== undefined) return notRead(facts, unread)
  switch (facts.seal.verdict) {
    case null:
      return open(
        'Not checked: the image was not read to its end.',
        NOT_READ,
        'not read',
        'Not checked',
      )
    case 'NO_KERNEL':
      return bad(
        'This image cannot start: it holds no kernel.',
        'Neither a kernel image in `/boot/EFI/Linux` nor a `vmlinuz` below `/usr/lib/modules` is there.',
        'no kernel',
        'No kernel',
      )
    case 'MULTI_KERNEL':
      return {
        ...bad(
          'bootc refuses this image: it holds more than one kernel.',
          'Two directories or more in `/usr/lib/modules` hold a `vmlinuz`.',
          'refused',
          'Refused',
        ),
        upstream: facts.errors.kernel,
      }
    case 'UKI_BROKEN':
      return {
        ...bad(
          'bootc refuses this image: its kernel image cannot be read.',
          brokenName(facts),
          'unreadable',
          'Refused',
        ),
        upstream: facts.errors.kernel,
      }
    case 'SPLIT_KERNEL':
      return classic(
        facts,
        'Not sealed: an ordinary kernel and initramfs.',
        'image-builder can apply your customizations.',
      )
    case 'UKI_NO_COMPOSEFS':
      return classic(
        facts,
        'Not sealed: the kernel image names no digest.',
        'It starts whatever root file system it finds.',
      )
    case 'UKI_UNSEALED':
      return classic(
        facts,
        'Not sealed: the digest is only a name.',
        'The system also starts with a changed tree.',
      )
    case 'UKI_SEALED':
      return sealed(facts, checks)
  }
}

function bad(headline: string, second: string | null, badge: string, title: string): Headline {
  return { tone: 'bad', headline, second, upstream: null, badge, badgeTone: null, title }
}

function open(headline: string, second: string | null, badge: string, title: string): Headline {
  return { tone: 'void', headline, second, upstream: null, badge, badgeTone: null, title }
}

/** Images without a seal: bootc may stop at their files all the same. */
function classic(facts: ImageFacts, headline: string, second: string): Headline {
  const stop = stopOf(facts)
  if (stop === null) return open(headline, second, 'not sealed', 'Not sealed')
  return {
    ...bad(`${headline} bootc refuses to install it.`, stop.words, 'not sealed', 'Refused'),
    upstream: stop.upstream,
  }
}

function notRead(facts: ImageFacts, unread: UnreadLayer): Headline {
  const { layer, kind, bytesRead, size, message } = unread
  const others = facts.evidence.unread.length - 1
  const more = others === 0 ? '' : ` ${counted(others, 'other layer')} could not be read either.`
  const headline = `Not checked: layer ${layer + 1} of ${facts.image?.layers.length ?? 1} could not be read.`
  const second =
    kind === 'network'
      ? `The registry stopped answering after ${formatBytes(bytesRead)} of ${formatBytes(size)}.`
      : 'Its bytes are damaged, or are not those that its digest names.'
  return { ...open(headline, `${second}${more}`, 'not read', 'Not checked'), upstream: message }
}

function brokenName({ ukis }: ImageFacts): string | null {
  const broken = ukis.find(({ error }) => error !== null)
  if (broken === undefined) return null
  return `${code(broken.path)} is damaged, or no unified kernel image: ${plain(broken.error ?? '')}`
}

/** Where bootc stops although the seal may hold. */
function stopOf({ errors, seal }: ImageFacts): { words: string; upstream: string | null } | null {
  const unpack = seal.proof?.importError ?? errors.import
  if (unpack !== null)
    return { words: sentence(`bootc cannot unpack it: ${plain(unpack)}`), upstream: null }
  if (errors.installConfig !== null) {
    return {
      words: 'bootc cannot read its configuration of the installation.',
      upstream: errors.installConfig,
    }
  }
  if (errors.kargs !== null) {
    return {
      words: 'bootc cannot read its kernel arguments in `/usr/lib/bootc/kargs.d`.',
      upstream: errors.kargs,
    }
  }
  return errors.kernel === null
    ? null
    : { words: 'bootc cannot use its kernel.', upstream: errors.kernel }
}

function sealed(facts: ImageFacts, checks: readonly Check[]): Headline {
  const { proof } = facts.seal
  if (proof === null || proof.holds === null) {
    const second =
      facts.image === null
        ? 'A kernel image alone names a digest; the layers that must give it are not here.'
        : 'The digests of the layers were not computed.'
    return open(
      'It claims a seal. Whether it holds was not checked.',
      second,
      'not checked',
      'Seal not checked',
    )
  }
  if (proof.importError !== null || facts.errors.import !== null) {
    return bad(
      'This image cannot be installed: bootc cannot unpack it.',
      stopOf(facts)?.words ?? null,
      'no import',
      'Cannot be installed',
    )
  }
  return proof.holds ? holding(facts, proof, checks) : broken(facts, proof)
}

function broken(facts: ImageFacts, { causes, accepts }: SealProof): Headline {
  const headline =
    accepts.length === 0
      ? 'The seal is broken.'
      : 'The seal is broken. No bootc release installs this image.'
  const [cause] = causes
  const second =
    cause === undefined
      ? 'Neither a layer nor a form of the digest that explains it was found.'
      : causeWords(cause, facts)
  return bad(headline, second, 'broken', 'Broken seal')
}

/** A cause as a sentence with the lines of the Containerfile in it; whether it is proved stands beside it. */
export function causeWords(cause: SealCause, { image }: Pick<ImageFacts, 'image'>): string {
  if (cause.id !== 'later-layers' || cause.layer === null) return sentence(plain(cause.message))
  const last = (image?.layers.length ?? 0) - 1
  const paths = cause.count === 0 ? '' : ` and changed ${counted(cause.count, 'path')}`
  if (cause.layer < last) return `Layers ${cause.layer} to ${last} came after sealing${paths}.`
  const createdBy = image?.layers[cause.layer]?.createdBy ?? null
  const line = createdBy === null ? '' : `, ${code(createdBy, 90)},`
  return `Layer ${cause.layer}${line} came after sealing${paths}.`
}

/** How a cause is known. */
export function evidenceWords({ id, evidence, proved }: SealCause): {
  title: string
  words: string
} {
  if (!proved) {
    return {
      title: 'Likely, not proved.',
      words:
        'The layers show it, but no change that was tried gives the digest that the kernel image demands.',
    }
  }
  if (evidence === 'dumpfile')
    return {
      title: 'Proved.',
      words:
        'The image carries a list of what was sealed, and the list gives the digest that its kernel image demands.',
    }
  if (evidence === 'image')
    return {
      title: 'Proved.',
      words: 'The other image has the digest that this kernel image demands.',
    }
  if (id === 'later-layers')
    return {
      title: 'Proved.',
      words: 'Without that layer the image has exactly the digest that its kernel image demands.',
    }
  if (evidence === 'search')
    return {
      title: 'Proved.',
      words:
        'With that change undone the image has exactly the digest that its kernel image demands.',
    }
  return { title: 'Proved.', words: 'It was read in the layers.' }
}

function holding(facts: ImageFacts, proof: SealProof, checks: readonly Check[]): Headline {
  const takers = installers(proof.accepts)
  if (takers.length === 0) return nobody(facts)
  const stop = stopOf(facts)
  if (stop !== null) {
    return {
      ...bad(
        'The seal holds, but this image cannot be installed.',
        stop.words,
        'holds',
        'Cannot be installed',
      ),
      upstream: stop.upstream,
      badgeTone: 'ok',
    }
  }
  // The checks speak of the newest release, which does not take it at all.
  if (newestRow(proof.accepts)?.accepts !== true) return older(proof, takers)
  const answer = (id: Check['id']) => checks.find((check) => check.id === id)
  const install = answer('install')
  if (install?.answer === 'no') {
    return {
      ...bad(
        'The seal holds, but this image cannot be installed.',
        install.summary,
        'holds',
        'Cannot be installed',
      ),
      upstream: install.reasons[0]?.upstream ?? null,
      badgeTone: 'ok',
    }
  }
  const boot = answer('boot')
  if (boot?.answer === 'no')
    return {
      ...bad(
        'The seal holds, but the installed system does not start.',
        boot.summary,
        'holds',
        'Does not start',
      ),
      badgeTone: 'ok',
    }
  return {
    tone: 'ok',
    headline: `The seal holds. bootc ${rangesWords(takers)} installs this image.`,
    second:
      'The kernel image demands one digest of the root file system, and the layers give exactly that digest.',
    upstream: null,
    badge: 'holds',
    badgeTone: null,
    title: 'Seal holds',
  }
}

function older({ accepts }: SealProof, takers: readonly string[]): Headline {
  const upgrades = accepts.some(
    ({ bootc, repository, accepts: takes }) =>
      bootc.startsWith('>=') && repository === 'v2' && takes,
  )
  const newest = takers[takers.length - 1] ?? ''
  const last = newest.split('-').pop() ?? newest
  return {
    tone: 'warn',
    headline: `Sealed for bootc ${rangesWords(takers)}. Newer releases refuse to install it.`,
    second: upgrades
      ? `Hosts installed with ${last} or older can still upgrade to it.`
      : 'Newer releases refuse it on every host.',
    upstream: null,
    badge: 'older form',
    badgeTone: null,
    title: 'Older seal',
  }
}

/** The digest is that of the layers, and still no release installs the image. */
function nobody({ seal }: ImageFacts): Headline {
  const has = (modifier: string) => seal.modifiers?.some((each) => each === modifier) === true
  const newest = newestRow(seal.proof?.accepts ?? [])
  const upgraded = released(seal.proof?.accepts ?? []).find(({ accepts }) => accepts)
  const second = has('cfsctl-karg')
    ? `It stands behind \`composefs.digest=\`, which bootc up to ${NEWEST_RELEASE} does not know.`
    : has('sha256-karg')
      ? 'It is a SHA-256 digest; bootc takes SHA-512 only.'
      : has('multi-frame-layers')
        ? `A layer consists of several compressed parts, and bootc up to ${NEWEST_RELEASE} cannot import such layers.`
        : upgraded !== undefined
          ? `Only hosts that are upgraded with bootc ${releaseWords(upgraded.bootc)} take it.`
          : 'No release computes the digest in this form.'
  return {
    ...bad(
      'The digest is right, but no bootc release reads it.',
      second,
      'nobody takes it',
      'Nobody takes it',
    ),
    upstream: newest?.why ?? null,
  }
}
