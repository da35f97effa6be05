import type { Check } from '../../contract/checks'
import { imageChecks } from './image-checks'
import type { ImageFacts } from '../../contract/facts'
import type { Tone } from './headline'
import { installers, newestRow, rangesWords, released, V1_SINCE, V2_UNTIL } from './releases'
import { code, plain, shortened, unmarked } from '../words/text'

/** What happens on deployment: one line, a link to the view that says why. */
export interface DeployLine {
  id: 'install' | 'upgrade' | 'secure-boot' | 'boot' | 'self'
  tone: Tone
  title: string
  detail: string
  /** View of the report that tells more. */
  view: 'seal' | 'install' | 'boot' | 'findings'
}

/** What happens if the image is deployed as it is; the plan adds its own lines. */
export function deployLines(
  facts: ImageFacts,
  checks: readonly Check[] = imageChecks(facts),
): DeployLine[] {
  if (facts.evidence.unread.length > 0 || facts.seal.verdict === null) return []
  return [install(facts, checks), upgrade(facts), boot(checks), secureBoot(facts, checks)].filter(
    (line) => line !== null,
  )
}

function install(facts: ImageFacts, checks: readonly Check[]): DeployLine | null {
  const { errors, seal } = facts
  const line = { id: 'install' as const, view: 'seal' as const }
  const stop = seal.proof?.importError ?? errors.import
  if (stop !== null)
    return {
      ...line,
      tone: 'bad',
      title: 'Installation stops',
      detail: `bootc cannot unpack the layers: ${plain(stop, 200)}`,
    }
  const wrong = errors.installConfig ?? errors.kargs ?? errors.kernel
  if (wrong !== null)
    return {
      ...line,
      view: 'findings',
      tone: 'bad',
      title: 'Installation stops',
      detail: plain(shortened(wrong), 200),
    }
  const rows = released(seal.proof?.accepts ?? [])
  if (seal.verdict === 'UKI_SEALED' && rows.length > 0) {
    const takers = installers(rows)
    if (takers.length === 0)
      return { ...line, tone: 'bad', title: 'Installation stops', detail: whyNobody(facts) }
    if (newestRow(rows)?.accepts === false)
      return {
        ...line,
        tone: 'warn',
        title: 'Only older releases install it',
        detail: `bootc ${rangesWords(takers)}`,
      }
  }
  const check = checks.find(({ id }) => id === 'install')
  if (check !== undefined)
    return fromCheck(
      check,
      { ...line, view: 'install' },
      {
        yes: 'Installation goes through',
        no: 'Installation stops',
        unknown: 'Installation: cannot be said',
      },
    )
  if (seal.verdict !== 'UKI_SEALED' || rows.length === 0) return null
  return {
    ...line,
    tone: 'ok',
    title: 'The seal lets it be installed',
    detail: `bootc ${rangesWords(installers(rows))}`,
  }
}

function whyNobody({ seal }: ImageFacts): string {
  const newest = newestRow(seal.proof?.accepts ?? [])
  if (newest === null) return 'No bootc release takes the seal'
  const [quote = ''] = newest.why.split(' (')
  return seal.proof?.holds === false
    ? `“${plain(quote, 120)}”, with every release`
    : plain(shortened(newest.why), 200)
}

function upgrade({ seal }: ImageFacts): DeployLine | null {
  const rows = released(seal.proof?.accepts ?? []).filter(({ repository }) => repository !== 'new')
  if (seal.verdict !== 'UKI_SEALED' || rows.length === 0) return null
  const line = { id: 'upgrade' as const, view: 'seal' as const }
  const newest = rows.filter(({ bootc }) => bootc.startsWith('>='))
  const takes = newest.filter(({ accepts }) => accepts).map(({ repository }) => repository)
  if (rows.every(({ accepts }) => !accepts)) {
    return {
      ...line,
      tone: 'bad',
      title: 'Upgrades stop',
      detail: 'Hosts refuse it and stay on what they run',
    }
  }
  if (newest.length > 0 && takes.length === newest.length) {
    return {
      ...line,
      tone: 'ok',
      title: 'Hosts upgrade to it',
      detail: 'Whichever repository they have',
    }
  }
  const who = (repository: 'v1' | 'v2') =>
    repository === 'v1'
      ? `Hosts installed with bootc ${V1_SINCE} or newer`
      : `Hosts installed with bootc ${V2_UNTIL} or older`
  const refuses = (['v1', 'v2'] as const).filter(
    (each) => newest.some(({ repository }) => repository === each) && !takes.includes(each),
  )
  return {
    ...line,
    tone: 'warn',
    title: 'Some hosts cannot upgrade to it',
    detail: `${refuses.map(who).join('; ')} refuse it`,
  }
}

function boot(checks: readonly Check[]): DeployLine | null {
  const check = checks.find(({ id }) => id === 'boot')
  if (check === undefined) return null
  return fromCheck(
    check,
    { id: 'boot', view: 'boot' },
    {
      yes: 'The installed system starts',
      no: 'The system does not start',
      unknown: 'Start: cannot be said for sure',
    },
  )
}

function secureBoot({ ukis, kernel }: ImageFacts, checks: readonly Check[]): DeployLine | null {
  const line = { id: 'secure-boot' as const, view: 'boot' as const }
  const check = checks.find(({ id }) => id === 'secure-boot')
  const [uki] = ukis
  if (uki === undefined || kernel === null || !kernel.unified) return null
  if (uki.signatures.length === 0) {
    return {
      ...line,
      tone: 'warn',
      title: 'Secure Boot refuses it',
      detail: 'The kernel image carries no signature',
    }
  }
  const wrong = uki.signatures.every(
    (each) => each.digestMatches === false || each.signatureValid === false,
  )
  if (wrong)
    return {
      ...line,
      tone: 'bad',
      title: 'Secure Boot refuses it',
      detail: 'The signature is not that of this file',
    }
  if (check !== undefined && check.answer !== 'unknown') {
    return fromCheck(check, line, {
      yes: 'Secure Boot starts it',
      no: 'Secure Boot refuses it',
      unknown: '',
    })
  }
  const [signature] = uki.signatures
  const signer = signature?.signer ?? null
  return {
    ...line,
    tone: 'void',
    title: 'Signed',
    detail:
      signer === null
        ? 'Firmware starts it where it trusts the signer'
        : `By ${code(signer, 80)}; firmware starts it where it trusts that key`,
  }
}

function fromCheck(
  check: Check,
  line: Pick<DeployLine, 'id' | 'view'>,
  titles: Record<Check['answer'], string>,
): DeployLine {
  const tones: Record<Check['answer'], Tone> = { yes: 'ok', no: 'bad', unknown: 'void' }
  const warned =
    check.answer !== 'no' && check.reasons.some(({ severity }) => severity === 'warning')
  return {
    ...line,
    tone: warned ? 'warn' : tones[check.answer],
    title: titles[check.answer],
    detail: plain(unmarked(check.summary), 240),
  }
}
